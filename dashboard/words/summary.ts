import type { Flag, Rule } from '@halyard/engine';
import { isCatchAll, type OpenShare, openRules, sharesOf as sharesOfSplit } from '@halyard/engine/shares';
import { prerequisiteStrings } from '../strings/prerequisites.ts';
import { stripStrings } from '../strings/strip.ts';
import { conditionsWords } from './condition.ts';
import { join, percent, plain, variation, type Words } from './words.ts';

const RULES_SHOWN = 3;

/** The share of the bucket space each variation of a rule holds, in percent, in the rule's order. */
export const sharesOf = (rule: Rule): readonly OpenShare[] =>
  rule.split === undefined
    ? [{ variation: rule.serve_variation, share: rule.rollout?.percentage ?? 100 }]
    : [...sharesOfSplit(rule.split)].map(([name, share]) => ({ variation: name, share }));

const sumOf = (shares: readonly OpenShare[]): number =>
  Number(shares.reduce((sum, { share }) => sum + share, 0).toFixed(6));

/** How much of the matching contexts the rule serves at all, in percent. */
const totalShare = (rule: Rule): number => sumOf(sharesOf(rule));

/** More variations than these are counted together. */
const SHARES_SHOWN = 6;

/** `a 50% and b 50%` */
export const sharesWords = (shares: readonly OpenShare[]): Words => {
  const shown = shares.length > SHARES_SHOWN + 1 ? shares.slice(0, SHARES_SHOWN) : shares;
  const rest = shares.slice(shown.length);
  const parts = shown.map((each): Words => [variation(each.variation), plain(` ${percent(each.share)}`)]);
  if (rest.length > 0) parts.push([plain(`${rest.length} more variations ${percent(sumOf(rest))}`)]);
  return join(parts, ', ', ' and ');
};

/** `on`, `on for 25%`, or `a 50% and b 50%`. */
export const servesWords = (rule: Rule): Words => {
  const shares = sharesOf(rule);
  const [only] = shares;
  if (only === undefined || shares.length > 1) return sharesWords(shares);
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

/** What callers get where nothing is served to them. */
export const OWN_DEFAULT = 'the default in their own code';

/** What a disabled flag answers. */
export const offWords = (flag: Pick<Flag, 'off_variation' | 'default_variation'>): Words =>
  flag.off_variation === null
    ? [plain(OWN_DEFAULT)]
    : [variation(flag.off_variation ?? flag.default_variation)];

const isOpen = ({ conditions }: Rule): boolean => conditions.length === 0;

/**
 * What those get whom no rule with conditions decides, the default included: the open rules together, each variation once. In percent,
 * of contexts that have what the shares go by.
 */
export const everyoneElse = (flag: Pick<Flag, 'rules' | 'default_variation'>): readonly OpenShare[] => {
  const open = [...openRules(flag.rules).values()].flatMap(({ shares }) => shares);
  const left = Number((100 - sumOf(open)).toFixed(6));
  const together = new Map<string, number>();
  for (const each of [...open, { variation: flag.default_variation, share: left }]) {
    const before = together.get(each.variation) ?? 0;
    if (each.share > 0) together.set(each.variation, Number((before + each.share).toFixed(6)));
  }
  return [...together].map(([name, share]) => ({ variation: name, share }));
};

const togetherWords = (shares: readonly OpenShare[], who: string): Words => {
  const [all, ...others] = shares;
  const served = all !== undefined && others.length === 0 ? [variation(all.variation)] : sharesWords(shares);
  return [...served, plain(` for ${who}`)];
};

/** An open rule behind another one: what it adds. */
const anotherWords = (shares: readonly OpenShare[], who: string): readonly Words[] =>
  shares
    .filter(({ share }) => share > 0)
    .map((each) => [variation(each.variation), plain(` for another ${percent(each.share)} of ${who}`)]);

const ifMet = ({ prerequisites = [] }: Pick<Flag, 'prerequisites'>): Words =>
  prerequisites.length === 0 ? [] : [plain(prerequisiteStrings.if(prerequisites.length))];

/** What an enabled flag serves, in one line: `on when plan is “enterprise”, on for 25 % of the rest, otherwise off`. */
export const summaryWords = (flag: Flag): Words => [...rulesWords(flag), ...ifMet(flag)];

const rulesWords = (flag: Flag): Words => {
  const rules = [...flag.rules].sort((a, b) => a.priority - b.priority);
  const leading = rules.slice(0, rules.findLastIndex((rule) => !isOpen(rule)) + 1);
  const trailing = rules.slice(leading.length);
  const shares = openRules(rules);
  const otherwise: Words = [plain('otherwise '), variation(flag.default_variation)];
  const who = leading.length === 0 ? 'everyone' : 'the rest';

  const firstOpen = leading.find(isOpen);
  const told = leading.map((rule, index): readonly Words[] =>
    isOpen(rule) && rule !== firstOpen
      ? anotherWords(shares.get(rule)?.shares ?? [], who)
      : [ruleWords(rule, index === 0)],
  );
  const parts = told.slice(0, RULES_SHOWN).flat();
  const more = told.length - RULES_SHOWN;
  if (more > 0) parts.push([plain(more === 1 ? '1 more rule' : `${more} more rules`)]);

  const [only, ...others] = trailing;
  if (firstOpen !== undefined) {
    for (const rule of trailing) parts.push(...anotherWords(shares.get(rule)?.shares ?? [], who));
  } else if (only !== undefined) {
    parts.push(
      others.length === 0 ? ruleWords(only, leading.length === 0) : togetherWords(everyoneElse(flag), who),
    );
    // Together the open rules are told with what the default gets.
    if (others.length > 0) return join(parts, ', ');
  } else if (leading.length === 0) return togetherWords(everyoneElse(flag), who);
  if (!rules.some(isCatchAll)) parts.push(otherwise);
  return join(parts, ', ');
};

/** What the flag answers now, its switch included. */
export const currentWords = (flag: Flag): Words =>
  flag.enabled ? summaryWords(flag) : [...offWords(flag), plain(' for everyone: the flag is off')];

/** The same in a few words: the shares of everyone whom no rule with conditions decides, and how many such rules there are. */
export const statusWords = (flag: Flag): Words => {
  if (!flag.enabled) return [plain(stripStrings.off), ...offWords(flag), plain(stripStrings.toAll)];
  const targeted = flag.rules.filter((rule) => !isOpen(rule)).length;
  const shares = togetherWords(everyoneElse(flag), targeted === 0 ? 'everyone' : 'the rest');
  return [
    ...shares,
    ...(targeted === 0 ? [] : [plain(`; ${stripStrings.targeted(targeted)}`)]),
    ...ifMet(flag),
  ];
};
