import { type Condition, largestOf, type Rule } from '@halyard/engine';
import { FIELD_NAMES, FIELDS } from '../flags/body/fields.ts';
import { withIds } from '../flags/decide/rule-ids.ts';
import { idRules, variationsOf } from '../flags/diff/definition-part.ts';
import { type BareObject, plain } from '../flags/diff/diff-tree.ts';
import type { FlagDefinition } from '../model/flag.ts';

/**
 * The flag `to` with its rules under the ids that `from` has for them: by id, and where the two have nothing in common (`paired`) as a
 * write that carries no ids would be matched, by what the rule asks and serves, else by its priority.
 */
export const underIdsOf = (from: FlagDefinition, to: FlagDefinition, paired: boolean): FlagDefinition => {
  const rules = idRules(to);
  const theirs = idRules(from);
  const known = new Set(theirs.flatMap(({ id }) => id ?? []));
  if (!paired || rules.every(({ id }) => id !== undefined && known.has(id))) return { ...to, rules };
  const bareIds = rules.map((rule) => (rule.id !== undefined && known.has(rule.id) ? rule : withoutId(rule)));
  const matched = withIds(bareIds, theirs, to.key);
  return {
    ...to,
    rules: rules.map((rule, at) => {
      const id = matched[at]?.id;
      return id !== undefined && known.has(id) ? { ...rule, id } : rule;
    }),
  };
};

const withoutId = ({ id: _, ...rule }: Rule): Rule => rule;

/**
 * The flag of the environment that is promoted to, with the definition `part` (see `flagPart`): its state and bucketing are kept, rules
 * that are new to it bring theirs, and a flag that is new to it arrives disabled. With `state` everything but the bucketing is the
 * source's. `to` has its rules under the ids of `from`.
 */
export const carried = (
  part: BareObject,
  from: FlagDefinition,
  to: FlagDefinition | null,
  state: boolean,
): FlagDefinition => {
  const own = state ? from : (to ?? from);
  const fields = FIELD_NAMES.flatMap((name): readonly (readonly [string, unknown])[] => {
    switch (name) {
      case 'rules':
        return [[name, rulesOf(part, from, to, state)]];
      case 'bucketing':
        return [[name, (to ?? from).bucketing]];
      case 'enabled':
        return [[name, state || to !== null ? own.enabled : false]];
      default: {
        const value = FIELDS[name].part === 'state' ? own[name] : part[name];
        return value === undefined ? [] : [[name, typeof value === 'object' ? plainOf(value) : value]];
      }
    }
  });
  // Each field is of a definition, or of the tree that was made of one.
  return { key: from.key, ...Object.fromEntries(fields) } as unknown as FlagDefinition;
};

const plainOf = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const rulesOf = (
  part: BareObject,
  from: FlagDefinition,
  to: FlagDefinition | null,
  state: boolean,
): readonly Rule[] => {
  const theirs = new Map(idRules(from).map((rule) => [rule.id, rule]));
  const mine = new Map((to?.rules ?? []).map((rule) => [rule.id, rule]));
  return Object.entries(part['rules'] ?? {})
    .map(([id, tree]) => {
      // A tree that `flagPart` made of a rule, or that a merge put together of two.
      const rule = plain(tree) as unknown as RulePart;
      const [source, target] = [theirs.get(id), mine.get(id)];
      return ruleOf(id, rule, state ? [source, target] : [target, source], (target ?? source)?.bucketing);
    })
    .sort((a, b) => a.priority - b.priority);
};

interface RulePart {
  readonly priority: number;
  readonly conditions: readonly Condition[];
  readonly serve_variation?: string;
  readonly rollout?: { readonly attribute: string };
  readonly split?: { readonly attribute?: string; readonly variations: readonly string[] };
}

/** `states`: the rules whose shares it may keep, the preferred one first. */
const ruleOf = (
  id: string,
  { priority, conditions, serve_variation = '', rollout, split }: RulePart,
  states: readonly (Rule | undefined)[],
  bucketing: Rule['bucketing'],
): Rule => {
  const bucketed = bucketing === undefined ? {} : { bucketing };
  if (split !== undefined) {
    const kept = states.find(
      (rule) => rule?.split !== undefined && variationsOf(rule.split).join() === split.variations.join(),
    )?.split;
    const attribute = split.attribute === undefined ? {} : { attribute: split.attribute };
    const shares = { ...attribute, allocations: kept?.allocations ?? [] };
    return { id, priority, conditions, serve_variation: largestOf(shares) ?? '', split: shares, ...bucketed };
  }
  const kept = states.find((rule) => rule !== undefined && rule.split === undefined)?.rollout;
  const attribute = rollout === undefined ? {} : { attribute: rollout.attribute };
  const shared =
    kept === undefined && rollout === undefined
      ? {}
      : { rollout: { percentage: kept?.percentage ?? 100, ...attribute } };
  return { id, priority, conditions, serve_variation, ...shared, ...bucketed };
};
