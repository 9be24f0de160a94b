import { z } from '@hono/zod-openapi';
import { Issues, shown } from '../../flags/body/issues.ts';
import { nearest } from '../../flags/body/nearest.ts';
import { parseBody } from '../../flags/body/parse-body.ts';
import { report } from '../../flags/body/sentences.ts';
import { Problem } from '../../model/problem.ts';
import type { BodySpec } from './operation.ts';

/** A body that its schema describes, but for what more than one field decides. */
export const body = <T>(
  schema: z.ZodType<T>,
  across?: (json: unknown, issues: Issues) => void,
): BodySpec<T> => ({
  schema,
  parse: (json) => parseBody(schema, json, across),
});

/**
 * The query's parameters; its issues have no pointers, which point into bodies. Without a schema there are none. Problem: `invalid`.
 *
 * @param open whether parameters that the schema does not have are let pass.
 */
export const parseQuery = (
  schema: z.ZodType | undefined,
  input: Readonly<Record<string, string>>,
  open: boolean,
): unknown => {
  const issues = new Issues();
  if (!open)
    checkNames(Object.keys(input), schema instanceof z.ZodObject ? Object.keys(schema.shape) : [], issues);
  const parsed = schema?.safeParse(input, { reportInput: true });
  if (parsed?.success === false) report(parsed.error.issues, issues, []);
  const [first, ...others] = issues.list.map(({ message }) => ({ message }));
  if (first !== undefined) throw new Problem('invalid', [first, ...others]);
  return withoutNul(parsed?.data);
};

/** A misspelt `dry_run` must not become the very write that it was to try. */
const checkNames = (names: readonly string[], known: readonly string[], issues: Issues): void => {
  for (const name of names) {
    if (known.includes(name)) continue;
    const meant = nearest(name, known);
    const expected = known.length === 0 ? 'none' : `one of ${known.join(', ')}`;
    const hint = meant === null ? `expected ${expected}` : `did you mean ${shown(meant)}?`;
    issues.add([name], `${shown(name)} is not a query parameter of this call; ${hint}`);
  }
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
