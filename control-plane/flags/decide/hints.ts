import { type Flag, unreachableRules } from '@halyard/engine';

/** What whoever wrote a flag may want to know of it: rules that nobody can get to. */
export const hintsOf = (flag: Flag): readonly string[] =>
  unreachableRules(flag.rules).map(({ rule, because }) => {
    const before = because.map(({ priority }) => priority);
    const [what, serve] = before.length === 1 ? ['rule', 'serves'] : ['rules', 'serve'];
    return `In the flag ${flag.key}, rule ${rule.priority} can never be reached: ${what} ${listed(before)} already ${serve} everybody it is for`;
  });

const listed = (numbers: readonly number[]): string =>
  numbers.length < 2 ? numbers.join('') : `${numbers.slice(0, -1).join(', ')} and ${numbers.at(-1)}`;
