import { z } from '@hono/zod-openapi';

/** As the API answers it. */
export const ExposureSchema = z
  .strictObject({
    share: z.number().openapi({
      description:
        'Percent, 0 to 100: the largest share of contexts that can get anything but what off serves. From the definition alone, so an upper bound.',
    }),
    cohorts: z
      .array(z.strictObject({ rule: z.string(), attribute: z.string(), size: z.int() }))
      .openapi({ description: 'Rules for a few named users; they add nothing to `share`.' }),
    by: z.array(z.string()).openapi({ description: 'The ids of the rules that `share` comes from.' }),
  })
  .openapi('Exposure');
