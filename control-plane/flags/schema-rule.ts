import { z } from '@hono/zod-openapi';
import { Attribute, expected, OperatorName, Percentage, strict, VariationName } from './schema-parts.ts';

const Comparison = strict('a condition', {
  attribute: Attribute,
  operator: OperatorName,
  value: z.unknown().optional().openapi({
    description:
      'What the operator compares with: a scalar, a list of scalars (`in`, `in_cidr`), or nothing.',
  }),
  ignore_case: z.boolean(expected('true or false')).optional(),
}).openapi('Comparison');

export type ConditionShape =
  | z.infer<typeof Comparison>
  | { logical_operator: 'AND' | 'OR'; clauses: ConditionShape[] };

const CLAUSES = 'a list of at least one condition';

const Group = strict('a group', {
  logical_operator: z.enum(['AND', 'OR'], expected('"AND" or "OR"')),
  get clauses() {
    return z.array(Condition, expected(CLAUSES)).min(1, expected(CLAUSES));
  },
}).openapi('Group');

/** sentences.ts chooses the branch of this union by the presence of `logical_operator`: keep the order. */
const Condition: z.ZodType<ConditionShape> = z
  .lazy((): z.ZodType<ConditionShape> => z.union([Comparison, Group]))
  .openapi('Condition', { description: 'A comparison, or a group of conditions; at most 6 deep.' });

const Rollout = strict('a rollout', { percentage: Percentage, attribute: Attribute.optional() }).openapi(
  'Rollout',
  {
    description:
      'The share of contexts the rule serves; sticky, by the text of the attribute (default `targetingKey`).',
  },
);

const RANGE = 'a pair of percentages [from, to)';
const Range = z
  .tuple([Percentage, Percentage], expected(RANGE))
  .refine(([from, to]) => from < to, expected(`${RANGE} with from < to`))
  .openapi({ example: [0, 30] });

const Allocation = strict('an allocation', {
  variation: VariationName,
  ranges: z.array(Range, expected('a list of ranges')),
}).openapi('Allocation');

const ALLOCATIONS = 'a list of at least one allocation';
export const Split = strict('a split', {
  attribute: Attribute.optional(),
  allocations: z.array(Allocation, expected(ALLOCATIONS)).min(1, expected(ALLOCATIONS)),
}).openapi('Split', {
  description: 'Explicit shares of the bucket space; what no range holds goes on to the next rule.',
});

const PRIORITY = 'a whole number of at least 1';

const ruleFields = {
  priority: z
    .int(expected(PRIORITY))
    .min(1, expected(PRIORITY))
    .openapi({ description: 'Unique in the flag; lower is evaluated first.' }),
  conditions: z
    .array(Condition, expected('a list of conditions'))
    .openapi({ description: 'All must hold; none holds for everyone.' }),
  serve_variation: VariationName.optional().openapi({
    description: 'Required without a split; with one it is ignored, and answered as the largest share.',
  }),
  rollout: Rollout.optional(),
  split: Split.optional(),
};

export const RuleWrite = strict('a rule', ruleFields).openapi('RuleWrite');

/** As it is answered: always with a `serve_variation`. */
export const Rule = strict('a rule', { ...ruleFields, serve_variation: VariationName }).openapi('Rule');

/** One rule by merge patch: null removes, `conditions` is replaced whole. */
export const RulePatch = strict('a rule', {
  priority: ruleFields.priority.optional(),
  conditions: ruleFields.conditions.optional(),
  serve_variation: VariationName.nullish(),
  rollout: z
    .union([
      strict('a rollout', { percentage: Percentage.optional(), attribute: Attribute.nullish() }),
      z.null(),
    ])
    .optional(),
  split: z.union([Split, z.null()]).optional(),
}).openapi('RulePatch', { description: 'JSON Merge Patch (RFC 7396) of one rule.' });

export type RuleShape = z.infer<typeof RuleWrite>;
