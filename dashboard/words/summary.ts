import type { Flag, Rule } from '@halyard/engine';
import { conditionsWords } from './condition.ts';
import { join, percent, plain, variation, type Words } from './words.ts';

const RULES_SHOWN = 3;

/** The share of the bucket space each variation of a split holds, in percent, in the split's order. */
export const sharesOf = (rule: Rule): readonly { readonly variation: string; readonly share: number }[] => {
  if (rule.split === undefined) {
    return [{ variation: rule.serve_variation, share: rule.rollout?.percentage ?? 100 }];
  }
  return rule.split.allocations.map((allocation) => ({
    variation: allocation.variation,
    share: Number(allocation.ranges.reduce((sum, [from, to]) => sum + to - from, 0).toFixed(6)),
  }));
};

/** How much of the matching contexts the rule serves at all, in percent. */
export const totalShare = (rule: Rule): number =>
  Number(
    sharesOf(rule)
      .reduce((sum, each) => sum + each.share, 0)
      .toFixed(6),
  );

/** Whether no later rule is ever reached. */
export const isCatchAll = (rule: Rule): boolean => rule.conditions.length === 0 && totalShare(rule) >= 100;

/** `on`, `on for 25%`, or `a 50% and b 50%`. */
export const servesWords = (rule: Rule): Words => {
  const shares = sharesOf(rule);
  const [only] = shares;
  if (only === undefined || shares.length > 1) {
    const parts = shares.map((each): Words => [variation(each.variation), plain(` ${percent(each.share)}`)]);
    return join(parts, ', ', ' and ');
  }
  const whole: Words = [variation(only.variation)];
  return only.share >= 100 ? whole : [...whole, plain(` for ${percent(only.share)}`)];
};

/** One rule: `on for 25% when plan is “pro”`; `first` decides between everyone and the rest. */
export const ruleWords = (rule: Rule, first: boolean): Words => {
  if (rule.conditions.length > 0) {
    return [...servesWords(rule), plain(' when '), ...conditionsWords(rule.conditions)];
  }
  const partial = sharesOf(rule).length === 1 && totalShare(rule) < 100;
  return [...servesWords(rule), plain(`${partial ? ' of' : ' for'} ${first ? 'everyone' : 'the rest'}`)];
};

/** What a disabled flag answers. */
export const offVariation = (flag: Pick<Flag, 'off_variation' | 'default_variation'>): string =>
  flag.off_variation ?? flag.default_variation;

/** What an enabled flag serves, in one line: `on when plan is “enterprise”, on for 25% of the rest, otherwise off`. */
export const summaryWords = (flag: Flag): Words => {
  const rules = [...flag.rules].sort((a, b) => a.priority - b.priority);
  if (rules.length === 0) return [variation(flag.default_variation), plain(' for everyone')];
  const shown = rules.slice(0, RULES_SHOWN);
  const parts = shown.map((rule, index) => ruleWords(rule, index === 0));
  const more = rules.length - shown.length;
  if (more > 0) parts.push([plain(more === 1 ? '1 more rule' : `${more} more rules`)]);
  if (!rules.some(isCatchAll)) parts.push([plain('otherwise '), variation(flag.default_variation)]);
  return join(parts, ', ');
};

/** What the flag answers now, its switch included. */
export const currentWords = (flag: Flag): Words =>
  flag.enabled
    ? summaryWords(flag)
    : [variation(offVariation(flag)), plain(' for everyone: the flag is off')];
