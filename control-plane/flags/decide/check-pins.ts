import type { FlagDefinition } from '../../model/flag.ts';
import { type Issues, nameOf, type Path, shown } from '../body/issues.ts';

/**
 * A test may pin rules that are there. One that pinned a rule before may go on when the rule goes: it then fails, and the write that takes
 * the rule away is not refused for it.
 */
export function checkPins(
  { rules, tests = [] }: FlagDefinition,
  before: FlagDefinition | null,
  issues: Issues,
  at: Path,
): void {
  const ids = rules.flatMap(({ id }) => id ?? []);
  const known = new Set([
    ...ids,
    ...(before?.rules ?? []).flatMap(({ id }) => id ?? []),
    ...(before?.tests ?? []).flatMap((test) => Object.keys(test.at ?? {})),
  ]);
  tests.forEach((test, index) => {
    for (const id of Object.keys(test.at ?? {})) {
      if (known.has(id)) continue;
      const place = [...at, 'tests', index, 'at', id];
      issues.add(
        place,
        `${nameOf([...at, 'tests', index, 'at'])} names the rule ${shown(id)}, which the flag does not have; expected ${ids.length === 0 ? 'none, because its rules have no ids' : `one of ${ids.join(', ')}`}`,
      );
    }
  });
}
