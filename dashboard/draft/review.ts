import type { Flag, Rule } from '@halyard/engine';
import { type ChangeInWords, changeInWords } from '../words/change.ts';
import { same } from '../words/same.ts';
import { idOf, partsOf } from './parts.ts';
import { inOrder, ownKeys, type RuleKeys } from './rule-keys.ts';

/** The paths of parts that differ, those of the first flag first. */
export const changedParts = (
  before: Flag,
  after: Flag,
  beforeKeys: RuleKeys = ownKeys(before.rules),
  afterKeys: RuleKeys = ownKeys(after.rules),
): readonly string[] => {
  const from = partsOf(before, beforeKeys);
  const to = partsOf(after, afterKeys);
  const ids = new Set([...from.keys(), ...to.keys()]);
  return [...ids].filter((id) => !same(from.get(id)?.value, to.get(id)?.value));
};

const byKey = (flag: Flag, keys: RuleKeys): ReadonlyMap<string, Rule> =>
  new Map(inOrder(flag.rules).map((rule, index) => [keys[index] ?? `${rule.priority}`, rule]));

/** The rules both have, in the order of each. */
export const commonOrder = (beforeKeys: RuleKeys, afterKeys: RuleKeys): readonly [RuleKeys, RuleKeys] => [
  beforeKeys.filter((key) => afterKeys.includes(key)),
  afterKeys.filter((key) => beforeKeys.includes(key)),
];

/** The rules whose place among the others is another: the fewest that, taken out, leave the rest in order. */
const movedKeys = (before: RuleKeys, after: RuleKeys): RuleKeys => {
  const places = after.map((key) => before.indexOf(key));
  // The longest ascending run stays; the others moved.
  const best: number[][] = [];
  for (const [index, place] of places.entries()) {
    let longest: number[] = [];
    for (let other = 0; other < index; other += 1) {
      const run = best[other] ?? [];
      if ((places[other] ?? 0) < place && run.length > longest.length) longest = run;
    }
    best.push([...longest, index]);
  }
  const stays = new Set(best.reduce((a, b) => (b.length > a.length ? b : a), []));
  return after.filter((_, index) => !stays.has(index));
};

const MOVED = 'order';
/** The id of a change that is a rule's place and nothing else. */
export const movedId = (key: string): string => idOf(['rules', key, MOVED]);

/**
 * The difference between two states of a flag in words, a rule that came or went as one entry. Keys tell which rule of one state is which
 * of the other; by default that goes by priority.
 */
export const reviewOf = (
  before: Flag,
  after: Flag,
  beforeKeys: RuleKeys = ownKeys(before.rules),
  afterKeys: RuleKeys = ownKeys(after.rules),
): readonly ChangeInWords[] => {
  const from = partsOf(before, beforeKeys);
  const to = partsOf(after, afterKeys);
  const olds = byKey(before, beforeKeys);
  const youngs = byKey(after, afterKeys);
  const changes = new Map<string, ChangeInWords>();
  for (const id of changedParts(before, after, beforeKeys, afterKeys)) {
    const names = (from.get(id) ?? to.get(id))?.names ?? [];
    const [field, key = '', ...inner] = names;
    if (field !== 'rules') {
      changes.set(id, changeInWords(id, names, from.get(id)?.value, to.get(id)?.value));
      continue;
    }
    const old = olds.get(key);
    const young = youngs.get(key);
    const number = `${(old ?? young)?.priority ?? key}`;
    if (old === undefined || young === undefined) {
      const whole = idOf(['rules', key]);
      // A whole rule is shown as JSON of its own shape.
      const shown = (each: unknown) => each as Parameters<typeof changeInWords>[2];
      changes.set(whole, changeInWords(whole, ['rules', number], shown(old), shown(young)));
    } else {
      const part = changeInWords(id, ['rules', number, ...inner], from.get(id)?.value, to.get(id)?.value);
      changes.set(id, part);
    }
  }
  for (const key of movedKeys(...commonOrder(beforeKeys, afterKeys))) {
    const place = (keys: RuleKeys): number => keys.indexOf(key) + 1;
    const id = movedId(key);
    changes.set(
      id,
      changeInWords(
        id,
        ['rules', `${olds.get(key)?.priority ?? key}`, MOVED],
        place(beforeKeys),
        place(afterKeys),
      ),
    );
  }
  return [...changes.values()];
};
