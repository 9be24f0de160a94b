import type { Flag, Rule } from '@halyard/engine';
import { isCatchAll, type OpenShare } from '@halyard/engine/shares';
import { everyoneElse } from '../words/summary.ts';
import { inOrder } from './rule-keys.ts';

export const RAMP_STEPS = [5, 25, 50, 100] as const;

/** What can be done about the share of everyone whom no rule with conditions decides. */
export type Ramp =
  /** One variation has a share of them, which can be moved. */
  | {
      readonly kind: 'share';
      readonly variation: string;
      readonly percentage: number;
      /** What the others get; null: nothing says so yet, because the default is the variation itself, and there are several to choose from. */
      readonly rest: string | null;
    }
  /** They all get the default: a rollout to another variation can be started. */
  | { readonly kind: 'start'; readonly to: readonly string[] }
  /** Several rules or a split share them out. */
  | { readonly kind: 'shares'; readonly shares: readonly OpenShare[]; readonly rules: number }
  /** One variation only. */
  | { readonly kind: 'none' };

const openRules = (flag: Flag): readonly Rule[] =>
  inOrder(flag.rules).filter(({ conditions }) => conditions.length === 0);

const servesOne = (rule: Rule): rule is Rule & { readonly serve_variation: string } =>
  rule.split === undefined;

const others = (flag: Flag, variation: string): readonly string[] =>
  Object.keys(flag.variations).filter((name) => name !== variation);

/** What those get whom the rule's share leaves out. */
const restOf = (flag: Flag, variation: string, next: Rule | undefined): string | null => {
  if (next !== undefined) return next.serve_variation ?? null;
  if (flag.default_variation !== variation) return flag.default_variation;
  const [only, ...more] = others(flag, variation);
  return more.length === 0 ? (only ?? null) : null;
};

export const rampOf = (flag: Flag): Ramp => {
  const [rule, next, ...more] = openRules(flag);
  if (rule === undefined) {
    const to = others(flag, flag.default_variation);
    return to.length === 0 ? { kind: 'none' } : { kind: 'start', to };
  }
  const simple =
    servesOne(rule) &&
    (next === undefined ||
      (more.length === 0 &&
        servesOne(next) &&
        isCatchAll(next) &&
        next.serve_variation !== rule.serve_variation));
  if (!simple) return { kind: 'shares', shares: everyoneElse(flag), rules: openRules(flag).length };
  const variation = rule.serve_variation;
  if (others(flag, variation).length === 0) return { kind: 'none' };
  const all = next === undefined && flag.default_variation === variation;
  return {
    kind: 'share',
    variation,
    percentage: all ? 100 : (rule.rollout?.percentage ?? 100),
    rest: restOf(flag, variation, next),
  };
};

export interface RampTarget {
  readonly variation: string;
  readonly percentage: number;
  /** What the others get; becomes the default where the default is the variation itself. */
  readonly rest: string;
}

/** The flag with the share at the target; a rule for it is added at the end where there is none. */
export const rampTo = (flag: Flag, { variation, percentage, rest }: RampTarget): Flag => {
  const open = openRules(flag);
  const own = open.find((rule) => servesOne(rule) && rule.serve_variation === variation);
  const last = open.length === (own === undefined ? 0 : 1);
  const fallback = last && flag.default_variation === variation ? { default_variation: rest } : {};
  if (own === undefined) {
    const priority = Math.max(0, ...flag.rules.map((rule) => rule.priority)) + 1;
    const added: Rule = { priority, conditions: [], serve_variation: variation, rollout: { percentage } };
    return { ...flag, ...fallback, rules: [...flag.rules, added] };
  }
  const { split: _, ...kept } = own;
  // It has no split, so it serves one variation.
  const changed = { ...kept, serve_variation: variation, rollout: { ...own.rollout, percentage } } as Rule;
  return { ...flag, ...fallback, rules: flag.rules.map((rule) => (rule === own ? changed : rule)) };
};
