import { z } from '@hono/zod-openapi';
import { STATUSES } from '../../observing/status.ts';

const instant = z.string().openapi({ format: 'date-time' });
const count = z.int().nonnegative();
const variation = z.string().nullable().openapi({ description: 'Null: the caller’s own default was used.' });

export const FlagNumbers = z
  .object({
    complete_until: instant.nullable().openapi({
      description:
        'When the newest report was made; what was counted since is not in yet. Null: none ever was.',
    }),
    from: instant.openapi({ description: 'The beginning of the first step.' }),
    step_seconds: z.int(),
    rows: z.array(
      z.object({
        variation,
        reason: z.string(),
        kind: z.enum(['evaluated', 'delivered']),
        total: count,
        series: z.array(count).openapi({ description: 'A number for each step.' }),
      }),
    ),
  })
  .openapi('FlagNumbers');
export type FlagNumbers = z.infer<typeof FlagNumbers>;

const FlagUse = z
  .object({
    key: z.string(),
    status: z.enum(STATUSES),
    last_used_at: instant.nullable().openapi({
      description:
        'When it was last evaluated; of a flag that never was, when it was last delivered. Null: never.',
    }),
    last_evaluated_at: instant.nullable(),
    last_delivered_at: instant.nullable(),
    evaluated: count.openapi({ description: 'In the last 24 hours.' }),
    delivered: count.openapi({ description: 'In answers with all flags in the last 24 hours.' }),
    shares: z
      .array(z.object({ variation, percent: z.number() }))
      .openapi({ description: 'Of the evaluations of 24 hours; where there were none, of the deliveries.' }),
  })
  .openapi('FlagUse');
export type FlagUse = z.infer<typeof FlagUse>;

export const FlagUses = z.object({ flags: z.array(FlagUse) }).openapi('FlagUses');
