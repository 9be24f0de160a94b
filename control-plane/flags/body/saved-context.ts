import { z } from '@hono/zod-openapi';
import type { ContextBody } from '../../model/context.ts';
import { Problem } from '../../model/problem.ts';
import { own, serializedSize } from './json.ts';
import { parseBody } from './parse-body.ts';
import { expected, strict, Timestamp } from './schema-parts.ts';

const CONTEXT_BYTES = 16 * 1024;

const Attributes = z
  .record(z.string(), z.unknown(), expected('an object of attributes'))
  .openapi({ example: { targetingKey: 'user-42', plan: 'pro' } });

export const SavedContextWrite = strict('the body', { context: Attributes }).openapi('SavedContextWrite');

export const SavedContextSchema = z
  .strictObject({
    name: z.string(),
    context: Attributes,
    updated_at: Timestamp,
    updated_by: z.string(),
  })
  .openapi('SavedContext');

/** Problem: `invalid`, `too_large`. */
export const parseContext = (body: unknown): ContextBody => {
  parseBody(SavedContextWrite, body, undefined, 1);
  // The body's own object, because zod's copy is without a `__proto__`. It was walked: it is JSON.
  const context = own(body, 'context') as ContextBody;
  if (serializedSize(context) > CONTEXT_BYTES) {
    throw new Problem('too_large', {
      pointer: '/context',
      message: `The context is over ${CONTEXT_BYTES / 1024} KiB, the most that a saved one may have.`,
    });
  }
  return context;
};
