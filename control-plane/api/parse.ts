import type { z } from '@hono/zod-openapi';
import { Issues } from '../flags/issues.ts';
import { parseBody } from '../flags/parse-body.ts';
import { report } from '../flags/sentences.ts';
import { Problem } from '../problem.ts';
import type { BodySpec } from './operation.ts';

/** A body that its schema describes, but for what more than one field decides. */
export const body = <T>(
  schema: z.ZodType<T>,
  across?: (json: unknown, issues: Issues) => void,
): BodySpec<T> => ({
  schema,
  parse: (json) => parseBody(schema, json, across),
});

/** The query's parameters; its issues have no pointers, which point into bodies. Problem: `invalid`. */
export const parseQuery = <T>(schema: z.ZodType<T>, input: unknown): T => {
  const parsed = schema.safeParse(input, { reportInput: true });
  if (parsed.success) return withoutNul(parsed.data);
  const issues = new Issues();
  report(parsed.error.issues, issues, []);
  const [first, ...others] = issues.list.map(({ message }) => ({ message }));
  if (first === undefined) throw new Error('zod refused a value without an issue');
  throw new Problem('invalid', [first, ...others]);
};

/** PostgreSQL's text has no place for U+0000. */
export const withoutNul = <T>(query: T): T => {
  for (const [name, value] of Object.entries(query ?? {})) {
    if (typeof value === 'string' && value.includes('\0')) {
      throw new Problem('invalid', { message: `${name} contains U+0000; expected text without it.` });
    }
  }
  return query;
};
