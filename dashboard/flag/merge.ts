import type { Flag } from '@halyard/engine';
import { flagOf, idOf, type Part, type Parts, partsOf } from './parts.ts';
import { changedParts } from './review.ts';

export type Side = 'theirs' | 'mine';

export interface Merge {
  /** Parts that both changed, and not to the same: somebody has to choose. Ids of parts. */
  readonly conflicts: readonly string[];
  readonly theirs: readonly string[];
  readonly mine: readonly string[];
}

/** A rule that one side took away and the other changed is one conflict, not two halves of one. */
const asWholeRules = (ids: readonly string[], flags: readonly Flag[]): readonly string[] => {
  const everywhere = (priority: string) =>
    flags.every((flag) => flag.rules.some((rule) => String(rule.priority) === priority));
  return [
    ...new Set(
      ids.map((id) => {
        const [field, priority = ''] = JSON.parse(id) as readonly string[];
        return field === 'rules' && !everywhere(priority) ? idOf(['rules', priority]) : id;
      }),
    ),
  ];
};

const inside = (part: Part, id: string): boolean =>
  idOf(part.names) === id || idOf(part.names.slice(0, 2)) === id;

const only = (parts: Parts, id: string): readonly Part[] =>
  [...parts.values()].filter((part) => inside(part, id));

/** What each of two people changed since the state both began with. */
export const mergeOf = (base: Flag, theirFlag: Flag, myFlag: Flag): Merge => {
  const flags = [base, theirFlag, myFlag];
  const theirs = asWholeRules(changedParts(base, theirFlag), flags);
  const mine = asWholeRules(changedParts(base, myFlag), flags);
  const differing = new Set(asWholeRules(changedParts(theirFlag, myFlag), flags));
  return { theirs, mine, conflicts: mine.filter((id) => theirs.includes(id) && differing.has(id)) };
};

/** Their flag with my changes on it; where both changed a part, the chosen side's. */
export const merged = (
  base: Flag,
  theirFlag: Flag,
  myFlag: Flag,
  choices: Readonly<Record<string, Side>>,
): Flag => {
  const { mine, conflicts } = mergeOf(base, theirFlag, myFlag);
  const myParts = partsOf(myFlag);
  const result = new Map(partsOf(theirFlag));
  for (const id of mine) {
    if (conflicts.includes(id) && choices[id] !== 'mine') continue;
    for (const part of only(result, id)) result.delete(idOf(part.names));
    for (const part of only(myParts, id)) result.set(idOf(part.names), part);
  }
  return flagOf(result, theirFlag);
};
