import type { ComparisonTrace, ConditionTrace, Explanation, RuleTrace, ShareTrace } from './explanation.ts';
import type { Evaluation } from './model.ts';

/**
 * An explanation as lines a person reads:
 *
 *     new-checkout serves on (TARGETING_MATCH): rule 2 serves on
 *
 *     no   rule 1: its condition does not hold
 *          no   plan equals "enterprise": plan is "pro"
 *     YES  rule 2 serves on: it has no conditions and …
 */
export const renderExplanation = ({ key, evaluation, why, rules }: Explanation): string => {
  const head = `${key === '' ? 'the flag' : key} ${outcomeOf(evaluation)}: ${why}`;
  return `${[head, ...(rules.length === 0 ? [] : ['', ...rules.flatMap(linesOfRule)])].join('\n')}\n`;
};

const outcomeOf = (evaluation: Evaluation): string =>
  evaluation.kind === 'served'
    ? `serves ${evaluation.variant} (${evaluation.reason})`
    : `fails (${evaluation.code})`;

const MARKS = { served: 'YES', conditions: 'no ', share: 'no ', not_reached: '-  ' } as const;

const linesOfRule = (rule: RuleTrace): readonly string[] => {
  const serves = rule.outcome === 'served' ? ` serves ${rule.variation}` : '';
  return [
    `${MARKS[rule.outcome]}  rule ${rule.priority}${serves}: ${rule.why}`,
    ...rule.conditions.flatMap((condition) => linesOfCondition(condition, '     ')),
    ...(rule.share === null ? [] : [`     ${lineOfShare(rule.share)}`]),
  ];
};

const linesOfCondition = (condition: ConditionTrace, indent: string): readonly string[] => {
  const mark = `${indent}${condition.held ? 'yes' : 'no '}  `;
  if (!('clauses' in condition)) return [`${mark}${comparisonText(condition)}: ${condition.why}`];
  return [
    `${mark}${condition.logical_operator === 'AND' ? 'all of' : 'any of'}: ${condition.why}`,
    ...condition.clauses.flatMap((clause) => linesOfCondition(clause, `${indent}     `)),
  ];
};

const LONGEST_LIST = 10;

const comparisonText = ({ attribute, operator, value, ignore_case }: ComparisonTrace): string => {
  const shown = Array.isArray(value)
    ? `[${value
        .slice(0, LONGEST_LIST)
        .map((item) => JSON.stringify(item))
        .join(', ')}${value.length > LONGEST_LIST ? `, … ${value.length} in all` : ''}]`
    : JSON.stringify(value);
  return `${attribute} ${operator}${value === undefined ? '' : ` ${shown}`}${ignore_case === true ? ' (ignoring case)' : ''}`;
};

const lineOfShare = ({ kind, attribute, ranges, bucket }: ShareTrace): string => {
  const all = ranges.map(({ variation, from, to }) => `${variation} ${from} to ${to}`).join(', ');
  return `${kind} by ${attribute}: ${all === '' ? 'nobody' : all}; bucket ${bucket === null ? 'none' : bucket.toFixed(6)}`;
};
