/** A dotted path of a diff: `rules.1.rollout.percentage`. A dot or backslash in a name is escaped by a backslash. */
export const joinPath = (names: readonly (string | number)[]): string =>
  names.map((name) => String(name).replace(/[\\.]/g, '\\$&')).join('.');

/** The names of a dotted path; the opposite of `joinPath`. */
export function splitPath(path: string): string[] {
  const names: string[] = [];
  let name = '';
  for (let at = 0; at < path.length; at++) {
    const unit = path.charAt(at);
    if (unit === '\\') name += path.charAt(++at);
    else if (unit === '.') {
      names.push(name);
      name = '';
    } else name += unit;
  }
  names.push(name);
  return names;
}
