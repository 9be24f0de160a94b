import type { Flag, Split } from '@halyard/engine';
import type { StoredFlag } from '../api.ts';
import { newId } from '../flag/query.ts';
import { same } from '../words/same.ts';
import { type Draft, type DraftRule, definitionOf, draftOf, type Serve } from './draft.ts';
import type { Finished } from './finish.ts';
import { type Keyed, mergedKeyed, type Side } from './merge.ts';
import { inOrder, keysFrom, type RuleKeys } from './rule-keys.ts';

/** Which rule of the state it was begun from each rule of a draft is; new ones go by their own ids. */
export const draftKeys = (draft: Draft): RuleKeys =>
  draft.rules.map(({ was, id }) => (was === null ? id : `${was}`));

interface Rebase {
  readonly draft: Draft;
  readonly finished: Finished;
  readonly base: StoredFlag;
  readonly theirs: StoredFlag;
  readonly choices?: Readonly<Record<string, Side>>;
}

/**
 * The draft on top of what somebody else saved since it was begun. What is the same keeps its ids, so that an open rule stays open and
 * the field one types in keeps the focus.
 */
export const rebased = ({ draft, finished, base, theirs, choices = {} }: Rebase): Draft => {
  const began = definitionOf(base);
  const their = definitionOf(theirs);
  const keys = draftKeys(draft);
  const result = mergedKeyed(began, their, finished.flag, choices, keys);
  const fresh = draftOf({ ...result.flag, type: theirs.type });
  const ids = idsOf(draft, fresh);
  const id = (name: string): string => ids.get(name) ?? name;
  const metadata = new Map(draft.metadata.map((each) => [each.name, each.id]));
  const tests = new Map(draft.tests.map((each) => [each.name, each.id]));
  return {
    ...fresh,
    variations: fresh.variations.map((each) => ({ ...each, id: id(each.name) })),
    defaultVariation: id(fresh.defaultVariation),
    off:
      fresh.off.kind === 'variation' ? { kind: 'variation', variation: id(fresh.off.variation) } : fresh.off,
    rules: rulesOf(fresh, result, { draft, keys, mine: finished.flag, theirs: whereIn(began, their) }).map(
      (rule) => ('kept' in rule ? rule.kept : { ...rule.fresh, serve: withIds(rule.fresh.serve, id) }),
    ),
    metadata: fresh.metadata.map((each) => ({ ...each, id: metadata.get(each.name) ?? each.id })),
    prerequisites: fresh.prerequisites.map((each) => ({
      ...each,
      id: draft.prerequisites.find(({ flag }) => flag === each.flag)?.id ?? each.id,
    })),
    tests: fresh.tests.map((each) => ({
      ...each,
      id: tests.get(each.name) ?? each.id,
      variation: each.variation === null ? null : id(each.variation),
    })),
  };
};

/** Key → priority in their state. */
const whereIn = (base: Flag, theirs: Flag): ReadonlyMap<string, number> => {
  const rules = inOrder(theirs.rules);
  return new Map(
    keysFrom(base.rules, theirs.rules, 'theirs').map((key, index) => [key, rules[index]?.priority ?? 0]),
  );
};

/** The ids that variations had in the draft, by the names they have there. */
const idsOf = (draft: Draft, fresh: Draft): ReadonlyMap<string, string> => {
  const known = new Map(draft.variations.map(({ name, id }) => [name, id]));
  const taken = new Set(draft.variations.map(({ id }) => id));
  return new Map(
    fresh.variations.map(({ name }) => [name, known.get(name) ?? (taken.has(name) ? newId() : name)]),
  );
};

type Next = { readonly kept: DraftRule } | { readonly fresh: DraftRule };

const rulesOf = (
  fresh: Draft,
  result: Keyed,
  from: {
    readonly draft: Draft;
    readonly keys: RuleKeys;
    readonly mine: Flag;
    readonly theirs: ReadonlyMap<string, number>;
  },
): readonly Next[] => {
  const mine = inOrder(from.mine.rules);
  const now = inOrder(result.flag.rules);
  return fresh.rules.map((rule, index): Next => {
    const key = result.keys[index] ?? '';
    const was = from.theirs.get(key) ?? null;
    const at = from.keys.indexOf(key);
    const before = from.draft.rules[at];
    if (before === undefined) return { fresh: { ...rule, was } };
    const { priority: _mine, ...mineContent } = mine[at] ?? { priority: 0 };
    const { priority: _now, ...nowContent } = now[index] ?? { priority: 0 };
    if (same(mineContent, nowContent)) return { kept: { ...before, was } };
    return { fresh: { ...rule, id: before.id, was } };
  });
};

const withIds = (serve: Serve, id: (name: string) => string): Serve => {
  if (serve.kind !== 'split') return { ...serve, variation: id(serve.variation) };
  const weights = Object.fromEntries(
    Object.entries(serve.weights).map(([name, weight]) => [id(name), weight]),
  );
  return { ...serve, weights, base: serve.base === null ? null : splitWithIds(serve.base, id) };
};

const splitWithIds = (split: Split, id: (name: string) => string): Split => ({
  ...split,
  allocations: split.allocations.map((each) => ({ ...each, variation: id(each.variation) })),
});
