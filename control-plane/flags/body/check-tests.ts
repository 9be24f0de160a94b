import { type Issues, nameOf, type Path, shown } from './issues.ts';
import { isList, own } from './json.ts';

/** Each name once, and every variation a test expects is one of the flag's. */
export function checkTests(
  tests: unknown,
  isVariation: ((name: string) => boolean) | null,
  issues: Issues,
  at: Path,
): void {
  if (!isList(tests)) return;
  const seen = new Map<unknown, Path>();
  tests.forEach((test, index) => {
    const place = [...at, index, 'name'];
    const name = own(test, 'name');
    const before = seen.get(name);
    if (before === undefined) seen.set(name, place);
    else if (typeof name === 'string') {
      issues.add(
        place,
        `${nameOf(place)} is ${shown(name)}, which ${nameOf(before)} already uses; expected a unique name`,
      );
    }
    const variant = own(own(test, 'expect'), 'variant');
    if (typeof variant === 'string' && isVariation !== null && !isVariation(variant)) {
      issues.expected([...at, index, 'expect', 'variant'], variant, 'a name in variations');
    }
  });
}
