import type { Flag, FlagType, FlagValue, Prerequisite, Rule, Scalar, Split } from '@halyard/engine';
import type { StoredFlag } from '../api.ts';
import { type BuilderGroup, emptyCondition, newId, queryOf } from '../flag/query.ts';
import { sharesOf } from '../words/summary.ts';
import { type DraftTest, draftTestOf } from './tests.ts';
import type { Weights } from './weights.ts';

/** A flag while it is edited. Variations have ids, so that renaming one is one change and not a search through the rules. */
export interface Draft {
  readonly type: FlagType;
  readonly description: string;
  readonly variations: readonly DraftVariation[];
  readonly defaultVariation: string;
  readonly off: Off;
  readonly rules: readonly DraftRule[];
  readonly tags: readonly string[];
  readonly metadata: readonly DraftMetadata[];
  readonly clientSide: boolean;
  readonly owner: string;
  readonly permanent: boolean;
  readonly protected: boolean;
  readonly tests: readonly DraftTest[];
  readonly prerequisites: readonly DraftPrerequisite[];
}

export interface DraftPrerequisite extends Prerequisite {
  readonly id: string;
}

/** What it serves while it is off: what everyone else gets, nothing (the default in the caller's code), or a variation by its id. */
export type Off =
  | { readonly kind: 'default' }
  | { readonly kind: 'caller' }
  | { readonly kind: 'variation'; readonly variation: string };

export interface DraftVariation {
  readonly id: string;
  readonly name: string;
  /** As it is typed: a text itself, else JSON. */
  readonly text: string;
}

export interface DraftMetadata {
  readonly id: string;
  readonly name: string;
  readonly text: string;
  readonly was: Scalar | null;
}

export interface DraftRule {
  readonly id: string;
  /** The priority it was read with; null: it is new. */
  readonly was: number | null;
  /** What is not edited and must not be lost: without it people would be put into other buckets. */
  readonly kept: Pick<Rule, 'id' | 'bucketing'>;
  readonly query: BuilderGroup;
  /** Somebody means it to hold for everyone; without that, a rule without conditions is not finished. */
  readonly everyone: boolean;
  readonly serve: Serve;
}

/** What a rule serves; variations by id. `attribute` empty: the targeting key. */
export type Serve =
  | { readonly kind: 'variation'; readonly variation: string }
  | {
      readonly kind: 'rollout';
      readonly variation: string;
      readonly percentage: number;
      readonly attribute: string;
    }
  | {
      readonly kind: 'split';
      readonly attribute: string;
      /** In percent, by variation id; what they leave of 100 goes on to the next rule. */
      readonly weights: Weights;
      /** The split as it is stored, variations by id: new weights move as few people from it as can be. */
      readonly base: Split | null;
    };

export const textOfValue = (value: FlagValue): string =>
  typeof value === 'string' ? value : JSON.stringify(value, null, typeof value === 'object' ? 2 : undefined);

const serveOf = (rule: Rule): Serve => {
  if (rule.split !== undefined) {
    const weights = Object.fromEntries(sharesOf(rule).map(({ variation, share }) => [variation, share]));
    return { kind: 'split', attribute: rule.split.attribute ?? '', weights, base: rule.split };
  }
  if (rule.rollout === undefined) return { kind: 'variation', variation: rule.serve_variation };
  return {
    kind: 'rollout',
    variation: rule.serve_variation,
    percentage: rule.rollout.percentage,
    attribute: rule.rollout.attribute ?? '',
  };
};

const keptOf = ({ id, bucketing }: Rule): DraftRule['kept'] => ({
  ...(id === undefined ? {} : { id }),
  ...(bucketing === undefined ? {} : { bucketing }),
});

export const draftRuleOf = (rule: Rule): DraftRule => ({
  id: newId(),
  was: rule.priority,
  kept: keptOf(rule),
  query: queryOf(rule.conditions),
  everyone: rule.conditions.length === 0,
  serve: serveOf(rule),
});

/** A rule that somebody is about to write: it holds for nobody until it has a condition, or they choose everyone. */
export const newRule = (variation: string): DraftRule => ({
  id: newId(),
  was: null,
  kept: {},
  query: { ...queryOf([]), rules: [emptyCondition()] },
  everyone: false,
  serve: { kind: 'variation', variation },
});

/** Another rule that says the same, of the same buckets: whom the first has, it would have. */
export const copyOf = (rule: DraftRule): DraftRule => {
  const { id: _, ...kept } = rule.kept;
  return { ...rule, id: newId(), was: null, kept };
};

/** Where a new rule goes: before the open rules at the end. */
export const placeOfNewRule = (rules: readonly DraftRule[]): number =>
  rules.findLastIndex(({ query, everyone }) => !everyone || query.rules.length > 0) + 1;

const offOf = ({ off_variation }: Flag): Off => {
  if (off_variation === undefined) return { kind: 'default' };
  return off_variation === null ? { kind: 'caller' } : { kind: 'variation', variation: off_variation };
};

/** A variation's id is the name it was read with; a new one's has a colon, which no name has. */
export const draftOf = (flag: Flag & { readonly type: FlagType }): Draft => ({
  type: flag.type,
  description: flag.description ?? '',
  variations: Object.entries(flag.variations).map(([name, value]) => ({
    id: name,
    name,
    text: textOfValue(value),
  })),
  defaultVariation: flag.default_variation,
  off: offOf(flag),
  rules: [...flag.rules].sort((a, b) => a.priority - b.priority).map(draftRuleOf),
  tags: flag.tags ?? [],
  metadata: Object.entries(flag.metadata ?? {}).map(([name, was]) => ({
    id: newId(),
    name,
    text: String(was),
    was,
  })),
  clientSide: flag.client_side ?? true,
  owner: flag.owner ?? '',
  permanent: flag.permanent ?? false,
  protected: flag.protected ?? false,
  tests: (flag.tests ?? []).map(draftTestOf),
  prerequisites: (flag.prerequisites ?? []).map((each) => ({ ...each, id: newId() })),
});

/** The parts of a stored flag that are its definition: what a write sends back. */
export const definitionOf = (flag: StoredFlag): Flag => {
  const {
    type: _type,
    version: _version,
    created_at: _at,
    updated_at: _on,
    updated_by: _by,
    ...definition
  } = flag;
  return definition;
};
