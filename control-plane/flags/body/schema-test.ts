import type { FlagTest } from '@halyard/engine';
import { z } from '@hono/zod-openapi';
import { expected, Percentage, strict, Value, VariationName } from './schema-parts.ts';

const TESTS = 100;
const LIST = `a list of at most ${TESTS} tests`;
const NAME = 'a string of 1 to 128 characters';
const CONTEXT = 'an object of attributes';
const REASONS = ['STATIC', 'DEFAULT', 'TARGETING_MATCH', 'SPLIT', 'DISABLED'] as const;
const EXPECT = 'an object with at least one of variant, value and reason';

const Expectation = strict('what a test expects', {
  variant: VariationName.optional(),
  value: Value.optional(),
  reason: z.enum(REASONS, expected(`one of ${REASONS.join(', ')}`)).optional(),
}).refine((said) => Object.values(said).some((part) => part !== undefined), expected(EXPECT));

const Test = strict('a test', {
  name: z.string(expected(NAME)).min(1, expected(NAME)).max(128, expected(NAME)),
  context: z
    .custom<FlagTest['context']>(
      (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
      expected(CONTEXT),
    )
    .openapi({ type: 'object', additionalProperties: true, example: { targetingKey: 'user-42' } }),
  at: z
    .record(z.string(), Percentage, expected('an object of percentages by rule id'))
    .optional()
    .openapi({ description: 'By rule id, the point in place of the bucket.', example: { r_4k2m9q: 12.5 } }),
  expect: Expectation,
}).openapi('FlagTest', { description: 'Run on every write that reaches the flag.' });

export const FlagTests = z.array(Test, expected(LIST)).max(TESTS, expected(LIST));
