import type { Flag } from '@halyard/engine';
import { same } from '../words/same.ts';
import { flagOf, idOf, type Part, type Parts, partsOf } from './parts.ts';
import { changedParts, commonOrder } from './review.ts';
import { inOrder, keysFrom, ownKeys, type RuleKeys } from './rule-keys.ts';

export type Side = 'theirs' | 'mine';

export interface Merge {
  /** Parts that both changed, and not to the same: somebody has to choose. Ids of parts. */
  readonly conflicts: readonly string[];
  readonly theirs: readonly string[];
  readonly mine: readonly string[];
}

/** A flag with the keys of its rules. */
export interface Keyed {
  readonly flag: Flag;
  readonly keys: RuleKeys;
}

/** Both gave the rules another order. */
export const ORDER = idOf(['rules']);

interface Sides {
  readonly base: Keyed;
  readonly theirs: Keyed;
  readonly mine: Keyed;
}

/** `myKeys`: which of my rules is which of the base's, where that is known; else it is found. */
const sidesOf = (base: Flag, theirs: Flag, mine: Flag, myKeys?: RuleKeys): Sides => {
  const theirKeys = keysFrom(base.rules, theirs.rules, 'theirs');
  const keys = myKeys ?? keysFrom(base.rules, mine.rules, 'mine');
  const their = inOrder(theirs.rules);
  const known = new Set(ownKeys(base.rules));
  // The same rule added by both is one.
  const twin = (at: number): string | undefined =>
    theirKeys.find(
      (key, place) =>
        !known.has(key) &&
        same({ ...their[place], priority: 0 }, { ...inOrder(mine.rules)[at], priority: 0 }),
    );
  return {
    base: { flag: base, keys: ownKeys(base.rules) },
    theirs: { flag: theirs, keys: theirKeys },
    mine: {
      flag: mine,
      keys: keys.map((key, index) => (known.has(key) ? key : (twin(index) ?? key))),
    },
  };
};

const changed = (from: Keyed, to: Keyed): readonly string[] =>
  changedParts(from.flag, to.flag, from.keys, to.keys);

/** A rule that one side took away and the other changed is one conflict, not two halves of one. */
const asWholeRules = (ids: readonly string[], { base, theirs, mine }: Sides): readonly string[] => {
  const everywhere = (key: string) => [base, theirs, mine].every(({ keys }) => keys.includes(key));
  return [
    ...new Set(
      ids.map((id) => {
        const [field, key = ''] = JSON.parse(id) as readonly string[];
        return field === 'rules' && !everywhere(key) ? idOf(['rules', key]) : id;
      }),
    ),
  ];
};

const reordered = (from: Keyed, to: Keyed): boolean => !same(...commonOrder(from.keys, to.keys));

const mergeOfSides = (sides: Sides): Merge => {
  const { base, theirs, mine } = sides;
  const their = asWholeRules(changed(base, theirs), sides);
  const my = asWholeRules(changed(base, mine), sides);
  const differing = new Set(asWholeRules(changed(theirs, mine), sides));
  const bothMoved = [
    [base, theirs],
    [base, mine],
    [theirs, mine],
  ] as const;
  return {
    theirs: their,
    mine: my,
    conflicts: [
      ...my.filter((id) => their.includes(id) && differing.has(id)),
      ...(bothMoved.every(([a, b]) => reordered(a, b)) ? [ORDER] : []),
    ],
  };
};

/** What each of two people changed since the state both began with. */
export const mergeOf = (base: Flag, theirFlag: Flag, myFlag: Flag, myKeys?: RuleKeys): Merge =>
  mergeOfSides(sidesOf(base, theirFlag, myFlag, myKeys));

const inside = (part: Part, id: string): boolean =>
  idOf(part.names) === id || (part.names.length > 2 && idOf(part.names.slice(0, 2)) === id);

const only = (parts: Parts, id: string): readonly Part[] =>
  [...parts.values()].filter((part) => inside(part, id));

type Choices = Readonly<Record<string, Side>>;

/** Their flag with my changes on it; where both changed a part, the chosen side's, by default theirs. */
export const merged = (base: Flag, theirFlag: Flag, myFlag: Flag, choices: Choices): Flag =>
  mergedKeyed(base, theirFlag, myFlag, choices).flag;

export const mergedKeyed = (
  base: Flag,
  theirFlag: Flag,
  myFlag: Flag,
  choices: Choices,
  myKeys?: RuleKeys,
): Keyed => {
  const sides = sidesOf(base, theirFlag, myFlag, myKeys);
  const { mine, conflicts } = mergeOfSides(sides);
  const myParts = partsOf(sides.mine.flag, sides.mine.keys);
  const result = new Map(partsOf(sides.theirs.flag, sides.theirs.keys));
  for (const id of mine) {
    if (conflicts.includes(id) && choices[id] !== 'mine') continue;
    for (const part of only(result, id)) result.delete(idOf(part.names));
    for (const part of only(myParts, id)) result.set(idOf(part.names), part);
  }
  const order = orderOf(sides, result, conflicts.includes(ORDER) && choices[ORDER] !== 'mine');
  return { flag: flagOf(result, sides.theirs.flag, order), keys: order.map(({ key }) => key) };
};

const orderOf = (
  sides: Sides,
  result: Parts,
  theirOrder: boolean,
): readonly { readonly key: string; readonly priority: number }[] => {
  const { base, theirs, mine } = sides;
  const there = (key: string): boolean => result.has(idOf(['rules', key, 'conditions']));
  const [leading, other] =
    reordered(base, mine) && !theirOrder ? [mine.keys, theirs.keys] : [theirs.keys, mine.keys];
  const order = leading.filter(there);
  for (const [index, key] of other.entries()) {
    if (!there(key) || order.includes(key)) continue;
    // Behind what it stood behind.
    const behind = other.slice(0, index).findLast((each) => order.includes(each));
    order.splice(behind === undefined ? 0 : order.indexOf(behind) + 1, 0, key);
  }
  const priorities = order.map((key) => {
    const [was, now, my] = [base, theirs, mine].map((side) => priorityIn(side, key));
    return (my === was ? now : my) ?? now ?? my ?? 0;
  });
  const ascending = priorities.every((priority, index) => priority > (priorities[index - 1] ?? 0));
  return order.map((key, index) => ({ key, priority: ascending ? (priorities[index] ?? 0) : index + 1 }));
};

const priorityIn = ({ flag, keys }: Keyed, key: string): number | undefined =>
  inOrder(flag.rules)[keys.indexOf(key)]?.priority;
