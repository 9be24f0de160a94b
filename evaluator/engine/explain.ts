import { answersOf } from './answers.ts';
import {
  attributeNamed,
  isScalar,
  look,
  type OwnContext,
  ownContext,
  type Seen,
  textOf,
} from './attribute.ts';
import { type Bucketer, bucketerOf, bucketOf } from './bucket.ts';
import { comparedValue, judgementOf } from './condition.ts';
import type {
  ComparisonTrace,
  ConditionTrace,
  Explanation,
  RuleTrace,
  SeenTrace,
  ShareTrace,
} from './explanation.ts';
import { compile } from './flag.ts';
import type { Comparison, Condition, Context, Evaluation, Group } from './model.ts';
import { OPERATORS, type OperatorRow } from './operators/index.ts';
import { type ParsedFlag, type PlacedRule, parseFlag, parseRules } from './parse.ts';
import { describe } from './place.ts';
import { snapshot } from './snapshot.ts';
import { holderOfAll, splitOfRollout } from './split.ts';

/**
 * What `evaluate` answers, and why. Walks the parsed flag itself, so that it can tell of conditions that the compiled form skips or
 * never had to look at; that both always agree is a property under test. Never throws and never changes its input.
 */
export const explain = (flag: unknown, context: Context, account: string): Explanation => {
  try {
    const readable = ownContext(context);
    const parsed = parseFlag(flag, account);
    return parsed.enabled ? explainRules(flag, parsed, readable) : explainOff(flag, parsed, readable);
  } catch {
    const compiled = compile(flag, account);
    const evaluation = compiled.evaluate(context);
    const why = evaluation.kind === 'failed' ? evaluation.message : 'a part of the context cannot be read';
    return { key: compiled.key, evaluation, why, rules: [] };
  }
};

const explainOff = (flag: unknown, parsed: ParsedFlag, context: OwnContext): Explanation => {
  const why = `the flag is off and serves ${parsed.off_variation}`;
  return {
    key: parsed.key,
    evaluation: answersOf(parsed)(parsed.off_variation, 'DISABLED'),
    why,
    rules: tracesIfReadable(flag, parsed, context).map((rule) => ({
      ...rule,
      outcome: 'not_reached',
      why: 'the flag is off',
    })),
  };
};

/** A disabled flag is off whatever is wrong with its rules. */
const tracesIfReadable = (flag: unknown, parsed: ParsedFlag, context: OwnContext): readonly RuleTrace[] => {
  try {
    return tracesOf(flag, parsed, context);
  } catch {
    return [];
  }
};

const explainRules = (flag: unknown, parsed: ParsedFlag, context: OwnContext): Explanation => {
  const traces = tracesOf(flag, parsed, context);
  const serving = traces.findIndex(({ outcome }) => outcome === 'served');
  const rules = traces.map((trace, index): RuleTrace => {
    return serving === -1 || index <= serving
      ? trace
      : { ...trace, outcome: 'not_reached', why: `rule ${traces[serving]?.priority} served before` };
  });
  const { evaluation, why } = decisionOf(parsed, traces[serving], traces.length);
  return { key: parsed.key, evaluation, why, rules };
};

const decisionOf = (
  parsed: ParsedFlag,
  served: RuleTrace | undefined,
  rules: number,
): { readonly evaluation: Evaluation; readonly why: string } => {
  const answers = answersOf(parsed);
  if (served !== undefined && served.variation !== null) {
    const reason = served.share !== null && served.share.whole === null ? 'SPLIT' : 'TARGETING_MATCH';
    const variation = served.variation;
    return { evaluation: answers(variation, reason), why: `rule ${served.priority} serves ${variation}` };
  }
  const variation = parsed.default_variation;
  return rules === 0
    ? { evaluation: answers(variation, 'STATIC'), why: `the flag has no rules and serves ${variation}` }
    : {
        evaluation: answers(variation, 'DEFAULT'),
        why: `no rule served; the default variation is ${variation}`,
      };
};

const tracesOf = (flag: unknown, parsed: ParsedFlag, context: OwnContext): readonly RuleTrace[] => {
  const bucketer = bucketerOf(parsed.bucketing);
  return parseRules(flag, parsed.variations).map((rule) => traceRule(rule, bucketer, context));
};

const traceRule = (rule: PlacedRule, bucketer: Bucketer, context: OwnContext): RuleTrace => {
  const { priority, index } = rule;
  const conditions = rule.conditions.map((condition) => traceCondition(condition, context));
  const share = traceShare(rule, bucketer, context);
  const base = { priority, index, conditions, share };
  const failed = conditions.filter(({ held }) => !held).length;
  if (failed > 0) {
    const why =
      conditions.length === 1
        ? 'its condition does not hold'
        : `${failed} of its ${conditions.length} conditions do not hold`;
    return { ...base, outcome: 'conditions', why, variation: null };
  }
  const variation = share === null ? (rule.serve_variation ?? null) : servedBy(share);
  if (share !== null && variation === null) return { ...base, outcome: 'share', why: share.why, variation };
  const all = conditions.length === 0 ? 'it has no conditions' : 'all its conditions hold';
  return { ...base, outcome: 'served', why: share === null ? all : `${all} and ${share.why}`, variation };
};

const servedBy = (share: ShareTrace): string | null => {
  if (share.met !== null) return share.met.variation;
  return share.seen.missing || share.seen.value === null ? share.whole : null;
};

const traceShare = (rule: PlacedRule, bucketer: Bucketer, context: OwnContext): ShareTrace | null => {
  const split = rule.split ?? (rule.rollout && splitOfRollout(rule.rollout, rule.serve_variation));
  if (split === undefined) return null;
  const attribute = split.attribute ?? 'targetingKey';
  const seen = look(context, attributeNamed(attribute));
  const ranges = split.allocations
    .flatMap(({ variation, ranges: own }) => own.map(([from, to]) => ({ variation, from, to })))
    .sort((a, b) => a.from - b.from);
  const bucket = isScalar(seen) ? bucketOf(bucketer.pointOf(textOf(seen)), bucketer) : null;
  const met = ranges.find(({ from, to }) => bucket !== null && from <= bucket && bucket < to) ?? null;
  const whole = holderOfAll(split.allocations) ?? null;
  const trace = {
    kind: rule.split === undefined ? 'rollout' : 'split',
    attribute,
    bucket,
    ranges,
    met,
    whole,
  } as const;
  return { ...trace, seen: seenTrace(seen), why: shareSentence(trace, seen) };
};

const shareSentence = (share: Omit<ShareTrace, 'seen' | 'why'>, seen: Seen): string => {
  const { attribute, bucket, met, whole, kind } = share;
  if (bucket === null) {
    const lacking = `${attribute} is ${describe(seen)}`;
    if (seen !== undefined && seen !== null) return `${lacking}, which is nothing to bucket by`;
    return whole === null
      ? `${lacking}, so there is no bucket`
      : `${lacking}, but ${whole} holds the whole ${kind}`;
  }
  const at = `bucket ${bucket.toFixed(6)} of ${attribute}`;
  return met === null
    ? `${at} is outside the ${kind}`
    : `${at} is within ${met.from} to ${met.to} of ${met.variation}`;
};

const seenTrace = (seen: Seen): SeenTrace =>
  seen === undefined ? { missing: true } : { missing: false, value: snapshot(seen) };

const traceCondition = (condition: Condition, context: OwnContext): ConditionTrace =>
  'logical_operator' in condition ? traceGroup(condition, context) : traceComparison(condition, context);

const traceGroup = (group: Group, context: OwnContext): ConditionTrace => {
  const clauses = group.clauses.map((clause) => traceCondition(clause, context));
  const holding = clauses.filter(({ held }) => held).length;
  return {
    logical_operator: group.logical_operator,
    clauses,
    held: group.logical_operator === 'AND' ? holding === clauses.length : holding > 0,
    why: `${holding} of ${clauses.length} hold`,
  };
};

const traceComparison = (comparison: Comparison, context: OwnContext): ComparisonTrace => {
  const seen = look(context, attributeNamed(comparison.attribute));
  const held = judgementOf(comparison)(seen);
  return { ...comparison, seen: seenTrace(seen), held, why: comparisonSentence(comparison, seen) };
};

const comparisonSentence = (comparison: Comparison, seen: Seen): string => {
  const is = `${comparison.attribute} is ${describe(seen)}`;
  const row: OperatorRow = OPERATORS[comparison.operator];
  if (row.reads === 'presence') return is;
  if (row.reads === 'elements')
    return seen === undefined || Array.isArray(seen) ? is : `${is}, which has no members`;
  if (seen === undefined || seen === null) return is;
  if (!isScalar(seen)) return `${is}, which ${comparison.operator} cannot compare`;
  const unfit = row.unfit(comparedValue(comparison), seen);
  return unfit === null ? is : `${is}, which ${unfit}`;
};
