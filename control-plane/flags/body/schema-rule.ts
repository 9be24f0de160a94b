import { HASH_NAMES, type Hash } from '@halyard/engine';
import { z } from '@hono/zod-openapi';
import { branchOfCondition } from './condition-branch.ts';
import {
  Attribute,
  expected,
  FlagKey,
  OperatorName,
  Percentage,
  SegmentKey,
  strict,
  VariationName,
} from './schema-parts.ts';

const Comparison = strict('a condition', {
  attribute: Attribute,
  operator: OperatorName,
  value: z.unknown().optional().openapi({
    description:
      'What the operator compares with: a scalar, a list of scalars (`in`, `in_cidr`), or nothing.',
  }),
  ignore_case: z.boolean(expected('true or false')).optional(),
}).openapi('Comparison');

const RANGE = 'a pair of percentages [from, to)';
const Range = z
  .tuple([Percentage, Percentage], expected(RANGE))
  .refine(([from, to]) => from < to, expected(`${RANGE} with from < to`))
  .openapi({ example: [0, 30] });

const SALT = 'a string of at most 512 characters';
const bucketingFields = {
  hash: z.enum(HASH_NAMES as [Hash, ...Hash[]], expected(`one of ${HASH_NAMES.join(', ')}`)),
  salt: z.string(expected(SALT)).max(512, expected(SALT)),
};

/** flagd alone hashes the text by itself where it is not told of a salt. */
const isSalted = ({ hash, salt }: { readonly hash: Hash; readonly salt: string }): boolean =>
  salt !== '' || hash === 'flagd';
const NO_SALT = { path: ['salt'], error: 'a string of 1 to 512 characters' };

/** Of a flag or a rule. */
export const Bucketing = strict('bucketing', bucketingFields).refine(isSalted, NO_SALT).openapi('Bucketing', {
  description:
    'How the text of the bucketing attribute becomes a point; fixed when the flag or the rule is created.',
});

const SEGMENTS = 'a list of 1 to 32 keys of segments';
const InSegment = strict('a condition on segments', {
  operator: z.enum(['in_segment', 'not_in_segment']),
  value: z.array(SegmentKey, expected(SEGMENTS)).min(1, expected(SEGMENTS)).max(32, expected(SEGMENTS)),
}).openapi('SegmentCondition', {
  description: 'The context is a member of any of the segments, or of none.',
});

const SERVED = 'a list of 1 to 100 names of variations';
export const VariationNames = z
  .array(VariationName, expected(SERVED))
  .min(1, expected(SERVED))
  .max(100, expected(SERVED));

const Serves = strict('a condition on a flag', {
  flag: FlagKey,
  operator: z.enum(['serves', 'not_serves']),
  value: VariationNames,
}).openapi('ServesCondition', {
  description: 'The flag, enabled or not, serves one of the variations, or none.',
});

const RANGES = 'a list of 1 to 100 ranges';
const InShare = strict('a condition on a share', {
  attribute: Attribute.optional(),
  operator: z.literal('in_share'),
  value: strict('a share', {
    ...bucketingFields,
    ranges: z.array(Range, expected(RANGES)).min(1, expected(RANGES)).max(100, expected(RANGES)),
  }).refine(isSalted, NO_SALT),
}).openapi('ShareCondition', { description: 'The point of the attribute is in one of the ranges.' });

export type ConditionShape =
  | z.infer<typeof Comparison>
  | ReferenceShape
  | { logical_operator: 'AND' | 'OR'; clauses: ConditionShape[] };

const CLAUSES = 'a list of at least one condition';

const Group = strict('a group', {
  logical_operator: z.enum(['AND', 'OR'], expected('"AND" or "OR"')),
  get clauses() {
    return z.array(Condition, expected(CLAUSES)).min(1, expected(CLAUSES));
  },
}).openapi('Group');

type ReferenceShape = z.infer<typeof InSegment> | z.infer<typeof Serves> | z.infer<typeof InShare>;

export const isReferenceShape = (condition: ConditionShape): condition is ReferenceShape =>
  branchOfCondition(condition) > 1;

/** sentences.ts chooses the branch (condition-branch.ts): keep the order. */
export const Condition: z.ZodType<ConditionShape> = z
  .lazy((): z.ZodType<ConditionShape> => z.union([Comparison, Group, InSegment, Serves, InShare]))
  .openapi('Condition', {
    description:
      'A comparison, a group of conditions (at most 6 deep), or what a segment, another flag or a share decides.',
  });

const Rollout = strict('a rollout', { percentage: Percentage, attribute: Attribute.optional() }).openapi(
  'Rollout',
  {
    description:
      'The share of contexts the rule serves; sticky, by the text of the attribute (default `targetingKey`).',
  },
);

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

const RULE_ID = '1 to 64 letters, digits, "_" or "-"';

const ruleFields = {
  id: z
    .string(expected(RULE_ID))
    .regex(/^[A-Za-z0-9_-]{1,64}$/, expected(RULE_ID))
    .optional()
    .openapi({ description: 'Unique in the flag; made when absent, and kept while the rule lives.' }),
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
  bucketing: Bucketing.optional().openapi({
    description: 'Stands in for the flag’s in this rule; fixed when the rule is created.',
  }),
};

export const RuleWrite = strict('a rule', ruleFields).openapi('RuleWrite');

/** As it is answered: always with a `serve_variation`. */
export const Rule = strict('a rule', { ...ruleFields, serve_variation: VariationName }).openapi('Rule');

/** One rule by merge patch: null removes, `conditions` is replaced whole. */
export const RulePatch = strict('a rule', {
  id: ruleFields.id,
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
