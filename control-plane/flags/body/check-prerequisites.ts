import { type Issues, nameOf, type Path, shown } from './issues.ts';
import { isList, own } from './json.ts';

/** Each flag once. That they are there, and no circle, only the app can tell. */
export function checkPrerequisites(prerequisites: unknown, key: unknown, issues: Issues, at: Path): void {
  if (!isList(prerequisites)) return;
  const seen = new Map<unknown, Path>();
  prerequisites.forEach((prerequisite, index) => {
    const place = [...at, index, 'flag'];
    const flag = own(prerequisite, 'flag');
    if (typeof flag !== 'string') return;
    if (flag === key) issues.expected(place, flag, 'another flag than this one');
    const before = seen.get(flag);
    if (before === undefined) seen.set(flag, place);
    else {
      issues.add(
        place,
        `${nameOf(place)} is ${shown(flag)}, which ${nameOf(before)} already names; expected each flag once`,
      );
    }
  });
}
