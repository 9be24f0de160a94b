import { type FlagValue, isPercentage, OPERATORS, type Operator, type Scalar } from '@halyard/engine';
import { z } from '@hono/zod-openapi';
import { fieldsOf } from './sentences.ts';

/**
 * Messages of these schemas say what is expected; sentences.ts makes the sentence around them. Limits that look at more than
 * one place are in check-*.ts, and what zod cannot see (`__proto__` as a name, depth, size) too.
 */
export const expected = (error: string): { readonly error: string } => ({ error });

/** An object that refuses fields it does not know, naming the nearest known one. */
export const strict = <Shape extends z.ZodRawShape>(noun: string, shape: Shape) =>
  z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? fieldsOf(noun, Object.keys(shape)) : 'an object'),
  });

/** Of flags, segments and variations. Neither `.` nor `..` fits it, which would be steps in a path. */
export const NAME_PATTERN = /^[A-Za-z0-9_-][A-Za-z0-9_.:|-]{0,127}$/;
export const KEY_EXPECTED =
  '1 to 128 letters, digits, "_", "-", ".", ":" or "|", the first a letter, a digit, "_" or "-"';
const PROTO_EXPECTED = 'another key: "__proto__" is not one that every JSON library keeps';

export const FlagKey = z
  .string(expected(KEY_EXPECTED))
  .regex(NAME_PATTERN, expected(KEY_EXPECTED))
  .refine((key) => key !== '__proto__', expected(PROTO_EXPECTED))
  .openapi({ description: 'Unique in its app.', example: 'new-checkout' });

export const SegmentKey = FlagKey.openapi({
  description: 'Unique among the segments of its app.',
  example: 'beta',
});

/** The name of a variation; that it exists is a check across fields. */
export const VariationName = z.string(expected('the name of a variation'));

const TEXT = 'a text that is not empty';
export const Attribute = z.string(expected(TEXT)).min(1, expected(TEXT)).openapi({
  description: 'The name of a value in the context, or a dotted path to it.',
  example: 'user.email',
});

const PERCENTAGE = 'a number from 0 to 100';

export const Percentage = z
  .number(expected(PERCENTAGE))
  .min(0, expected(PERCENTAGE))
  .max(100, expected(PERCENTAGE))
  // Out of range is said already; zod goes on to refinements all the same.
  .refine((value) => value < 0 || value > 100 || isPercentage(value), {
    error: `${PERCENTAGE} with at most 6 decimals`,
  });

export const Version = z
  .int(expected('a whole number'))
  .min(0, expected('a whole number'))
  .openapi({ description: 'Grows by one a change.', example: 7 });

// Only its type is zod's business: what is in a value is walked by check-values.ts, which sees a `__proto__`.
export const Value = z.custom<FlagValue>().openapi({
  type: ['boolean', 'string', 'number', 'object', 'array'],
  description: 'Any JSON but null. All values of a flag are of one type.',
});

export const ScalarValue = z.custom<Scalar>().openapi({ type: ['string', 'number', 'boolean'] });

const OPERATOR_NAMES: readonly Operator[] = Object.keys(OPERATORS) as Operator[];

export const OperatorName = z.enum(OPERATOR_NAMES as [Operator, ...Operator[]], {
  error: `one of ${OPERATOR_NAMES.join(', ')}`,
});

export const Timestamp = z.string().openapi({ format: 'date-time', example: '2026-11-24T09:30:00.000Z' });
