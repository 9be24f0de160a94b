import { z } from '@hono/zod-openapi';
import type { Operation } from './operation.ts';

export const DRY_RUN = 'dry_run';

const parameter = z
  .enum(['1', '0'], { error: '1 or 0' })
  .optional()
  .openapi({ description: '1: answers what the write would do, and changes nothing. `read` suffices.' });

/** The query of a call, with `dry_run` where it can be tried. */
export const queryWithDryRun = ({ query, dryRun }: Pick<Operation<unknown, unknown>, 'query' | 'dryRun'>) => {
  if (dryRun === undefined) return query;
  return (query instanceof z.ZodObject ? query : z.object({})).extend({ [DRY_RUN]: parameter });
};
