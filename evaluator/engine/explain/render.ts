import type { Evaluation } from '../model.ts';
import type {
  ComparisonTrace,
  ConditionTrace,
  Explanation,
  PrerequisiteTrace,
  RuleTrace,
  SegmentTrace,
  ShareTrace,
} from './explanation.ts';

/**
 * An explanation as lines a person reads:
 *
 *     new-checkout serves on (TARGETING_MATCH): rule 2 serves on
 *
 *     no   rule 1: its condition does not hold
 *          no   plan equals "enterprise": plan is "pro"
 *     YES  rule 2 serves on: it has no conditions and …
 */
export const renderExplanation = (explanation: Explanation): string => `${linesOf(explanation).join('\n')}\n`;

const linesOf = ({ key, evaluation, why, prerequisites, rules }: Explanation): readonly string[] => {
  const head = `${key === '' ? 'the flag' : key} ${outcomeOf(evaluation)}: ${why}`;
  const body = [...prerequisites.flatMap(linesOfPrerequisite), ...rules.flatMap(linesOfRule)];
  return body.length === 0 ? [head] : [head, '', ...body];
};

const linesOfPrerequisite = (trace: PrerequisiteTrace): readonly string[] => [
  `${trace.met ? 'yes' : 'no '}  prerequisite ${trace.flag} serves ${trace.variations.join(' or ')}: ${trace.why}`,
  ...linesOfDecision(trace.decision, '     '),
];

const linesOfDecision = (decision: Explanation | undefined, indent: string): readonly string[] =>
  decision === undefined ? [] : linesOf(decision).map((line) => (line === '' ? '' : `${indent}${line}`));

const outcomeOf = (evaluation: Evaluation): string =>
  evaluation.kind === 'served'
    ? `serves ${evaluation.variant} (${evaluation.reason})`
    : evaluation.kind === 'unserved'
      ? `serves nothing (${evaluation.reason})`
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
  const deeper = `${indent}     `;
  if ('clauses' in condition) {
    return [
      `${mark}${condition.logical_operator === 'AND' ? 'all of' : 'any of'}: ${condition.why}`,
      ...condition.clauses.flatMap((clause) => linesOfCondition(clause, deeper)),
    ];
  }
  if ('segments' in condition) {
    return [
      `${mark}${condition.operator} ${condition.value.join(', ')}: ${condition.why}`,
      ...condition.segments.flatMap((segment) => linesOfSegment(segment, deeper)),
    ];
  }
  if ('flag' in condition) {
    return [
      `${mark}${condition.flag} ${condition.operator} ${condition.value.join(' or ')}: ${condition.why}`,
      ...linesOfDecision(condition.decision, deeper),
    ];
  }
  if (condition.operator === 'in_share') {
    const { hash, salt, ranges } = condition.value;
    const shares = ranges.map(([from, to]) => `${from} to ${to}`).join(', ');
    return [
      `${mark}${condition.attribute} in ${shares} of ${hash} ${JSON.stringify(salt)}: ${condition.why}`,
    ];
  }
  return [`${mark}${comparisonText(condition)}: ${condition.why}`];
};

const linesOfSegment = (segment: SegmentTrace, indent: string): readonly string[] => [
  `${indent}${segment.member ? 'yes' : 'no '}  segment ${segment.key}: ${segment.why}`,
  ...segment.conditions.flatMap((condition) => linesOfCondition(condition, `${indent}     `)),
];

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
