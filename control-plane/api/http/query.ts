import { z } from '@hono/zod-openapi';

const DEFAULT_LIMIT = 100;
const WHOLE = /^\d{1,9}$/;

const from1 = (most: number, otherwise: number) => {
  const error =
    most === Number.POSITIVE_INFINITY ? 'a whole number from 1' : `a whole number from 1 to ${most}`;
  return z
    .string({ error })
    .refine((text) => WHOLE.test(text) && Number(text) >= 1 && Number(text) <= most, { error })
    .transform(Number)
    .default(otherwise);
};

const limit = from1(200, DEFAULT_LIMIT).openapi({
  type: 'integer',
  minimum: 1,
  maximum: 200,
  default: DEFAULT_LIMIT,
});

/** A page of a list. */
export const Paging = z.object({
  limit: limit.openapi({ description: 'How many to answer at most, 1 to 200.' }),
  cursor: z
    .string()
    .optional()
    .openapi({ description: 'The `cursor` of the page before, as it was; absent for the first page.' }),
});

/** The older way to name a page: Cloudflare's clients ask one after the other, until one is empty. */
export const Pages = z.object({
  page: from1(Number.POSITIVE_INFINITY, 1).openapi({
    type: 'integer',
    minimum: 1,
    default: 1,
    description: 'Which page.',
  }),
  per_page: limit.openapi({ description: 'How many to answer at most, 1 to 200.' }),
});

/** `1` or `true`. */
export const switchParameter = (description: string, otherwise: '1' | '0' = '0') =>
  z
    .enum(['1', 'true', '0', 'false'], { error: '1 or 0' })
    .default(otherwise)
    .transform((text) => text === '1' || text === 'true')
    .openapi({ type: 'string', enum: ['1', 'true', '0', 'false'], default: otherwise, description });

const INSTANT = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2}))?$/;

/** ISO 8601 with a zone, or a date that means its midnight in UTC; becomes the store's form. */
export const instant = (description: string) =>
  z
    .string()
    .refine((text) => INSTANT.test(text) && !Number.isNaN(Date.parse(text)), {
      error: 'an ISO 8601 time such as 2026-01-31T12:00:00Z',
    })
    .transform((text) => new Date(text).toISOString())
    .openapi({ type: 'string', format: 'date-time', description });
