import { OpenAPIHono, z } from '@hono/zod-openapi';
import type { ProblemKind } from '../../model/problem.ts';
import { queryWithDryRun } from '../http/dry-run-query.ts';
import type { AnyServed, Operation } from '../http/operation.ts';
import { PARAMETERS } from '../http/paths.ts';
import { PROBLEMS } from '../http/problems.ts';
import { DryRunResult } from './schema-dry-run.ts';

export type OpenApiDocument = ReturnType<OpenAPIHono['getOpenAPI31Document']>;

const VERSION = '1.0.0';

const Errors = z.array(
  z.object({
    code: z.int().openapi({ description: 'Stable; see the list of errors.' }),
    message: z.string().openapi({ description: 'What is wrong and what would be right, in one sentence.' }),
    pointer: z.string().optional().openapi({ description: 'JSON Pointer (RFC 6901) into the body.' }),
    version: z.int().optional().openapi({ description: 'With 412: the current version.' }),
  }),
);
const Messages = z.array(z.object({ message: z.string() }));

const Failure = z
  .object({
    success: z.literal(false),
    errors: Errors,
    messages: Messages,
    result: z.null(),
  })
  .openapi('Failure');

const ListInfo = z.object({
  count: z.int(),
  cursor: z.string().nullable().openapi({ description: 'For the next page; null on the last.' }),
  cursors: z.object({ after: z.string().nullable() }),
});

const enveloped = (result: z.ZodType, list: boolean) =>
  z.object({
    success: z.literal(true),
    errors: Errors,
    messages: Messages,
    result,
    ...(list ? { result_info: ListInfo } : {}),
  });

const HEADERS = {
  comment: z
    .string()
    .max(1_000)
    .optional()
    .openapi({
      param: { name: 'X-Halyard-Comment', in: 'header' },
      description: 'Why; kept in the changelog.',
    }),
  key: z
    .string()
    .max(255)
    .optional()
    .openapi({
      param: { name: 'Idempotency-Key', in: 'header' },
      description: 'A repeat within 24 hours gets the first answer and changes nothing.',
    }),
  prefer: z
    .string()
    .optional()
    .openapi({
      param: { name: 'Prefer', in: 'header' },
      description: 'wait=SECONDS: answer when every live edge has the change, or after that long (RFC 7240).',
      example: 'wait=5',
    }),
};

const IF_MATCH = 'The version of the flag or segment that the change was made from, in quotes.';

const headersOf = (operation: Operation<unknown, unknown>): z.ZodType[] => {
  const match = z.string().openapi({
    param: { name: 'If-Match', in: 'header', required: operation.ifMatch === 'required' },
    description: IF_MATCH,
    example: '"7"',
  });
  return [
    ...(operation.writes === true ? [HEADERS.comment, HEADERS.key, HEADERS.prefer] : []),
    ...(operation.ifMatch === undefined ? [] : [operation.ifMatch === 'required' ? match : match.optional()]),
  ];
};

/** Problems that any call of its kind may answer, beside its own. */
const problemsOf = (operation: Operation<unknown, unknown>): readonly ProblemKind[] => [
  ...(operation.needs === null ? [] : (['unauthenticated', 'forbidden', 'rate_limited'] as const)),
  ...(operation.body === undefined ? [] : (['malformed', 'invalid', 'too_large', 'media_type'] as const)),
  ...(operation.query === undefined && operation.dryRun === undefined ? [] : (['invalid'] as const)),
  ...(operation.ifMatch === undefined ? [] : (['precondition'] as const)),
  ...(operation.ifMatch === 'required' ? (['precondition_required'] as const) : []),
  ...(operation.problems ?? []),
  'unavailable',
];

/** A dry run is answered with 200, whatever the write itself is answered with. */
const answersOf = <T>(
  { answers: { status = 200, schema }, dryRun }: Operation<unknown, unknown>,
  done: (schema: z.ZodType, description?: string) => T,
): Readonly<Record<number, T>> => {
  if (dryRun === undefined) return { [status]: done(schema) };
  if (status !== 200) return { [status]: done(schema), 200: done(DryRunResult, 'Of a dry run.') };
  return { 200: done(z.union([schema, DryRunResult]), 'Done, or what a dry run would do.') };
};

const responsesOf = (operation: Operation<unknown, unknown>) => {
  const { answers } = operation;
  const failures = new Map<number, string[]>();
  for (const kind of new Set(problemsOf(operation))) {
    const { status, code, when } = PROBLEMS[kind];
    failures.set(status, [...(failures.get(status) ?? []), `${code}: ${when}`]);
  }
  const done = (schema: z.ZodType, description = 'Done.') => ({
    description,
    content: {
      [answers.type ?? 'application/json']: {
        schema: answers.enveloped === false ? schema : enveloped(schema, answers.list === true),
      },
    },
  });
  return {
    ...answersOf(operation, done),
    ...Object.fromEntries(
      [...failures]
        .sort(([a], [b]) => a - b)
        .map(([status, descriptions]) => [
          status,
          { description: descriptions.join('\n\n'), content: { 'application/json': { schema: Failure } } },
        ]),
    ),
  };
};

const parametersOf = (path: string) =>
  z.object(
    Object.fromEntries(
      [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => [
        name,
        name === 'priority'
          ? z
              .int()
              .min(1)
              .openapi({ description: PARAMETERS[name] ?? '' })
          : z.string().openapi({ description: PARAMETERS[name] ?? '' }),
      ]),
    ),
  );

/** Where the calls of the document are sent; null: to where the document came from. */
export interface Addresses {
  readonly publicUrl: string | null;
  /** For what edges answer too; null: to the same server as everything else. */
  readonly edgeUrl?: string | null;
}

/** OpenAPI 3.1 of the table, made when it is first asked for. */
export const openApiDocument = (table: readonly AnyServed[], where: Addresses): (() => OpenApiDocument) => {
  let made: OpenApiDocument | null = null;
  return () => {
    made ??= generate(table, where);
    return made;
  };
};

const generate = (table: readonly AnyServed[], { publicUrl, edgeUrl }: Addresses): OpenApiDocument => {
  const app = new OpenAPIHono();
  const { openAPIRegistry: registry } = app;
  registry.registerComponent('securitySchemes', 'token', {
    type: 'http',
    scheme: 'bearer',
    description: 'A token, `hly_…`.',
  });
  registry.registerComponent('securitySchemes', 'key', { type: 'apiKey', in: 'header', name: 'X-API-Key' });
  for (const { operation } of table) {
    const { body } = operation;
    const query = queryWithDryRun(operation);
    registry.registerPath({
      operationId: operation.id,
      tags: [operation.tag],
      summary: operation.summary,
      description: [
        operation.description,
        operation.needs === null ? 'Needs no token.' : `Permission: \`${operation.needs}\` or more.`,
        operation.dryRun === undefined ? undefined : 'A dry run: `read` or more.',
      ]
        .filter((line) => line !== undefined)
        .join('\n\n'),
      method: operation.method,
      path: operation.path,
      ...(operation.atEdges === true && typeof edgeUrl === 'string'
        ? { servers: [{ url: edgeUrl, description: 'The edges.' }] }
        : {}),
      security: operation.needs === null ? [] : [{ token: [] }, { key: [] }],
      request: {
        params: parametersOf(operation.path),
        headers: headersOf(operation) as z.ZodObject[],
        ...(query instanceof z.ZodObject ? { query } : {}),
        ...(body === undefined
          ? {}
          : {
              body: {
                required: true,
                content: Object.fromEntries(
                  Object.entries({ [body.type ?? 'application/json']: body.schema, ...body.others }).map(
                    ([type, schema]) => [type, { schema }],
                  ),
                ),
              },
            }),
      },
      responses: responsesOf(operation),
    });
  }
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Halyard',
      version: VERSION,
      description:
        'The management API of Halyard: a superset of the public Cloudflare Flagship API, so that its clients work by changing their base URL.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    servers: [{ url: publicUrl ?? '/', description: 'This server.' }],
    tags: [...new Set(table.map(({ operation }) => operation.tag))].map((name) => ({
      name,
      description: TAGS[name] ?? name,
    })),
  });
};

const TAGS: Readonly<Record<string, string>> = {
  Accounts: 'What the token may see.',
  Apps: 'An app holds the flags of one product or service.',
  Flags: 'A flag, its rules, and every way to change them.',
  Segments: 'Named sets of contexts, which any flag of the app may ask for.',
  Changelog: 'Who changed what, when and why; nothing in the API changes or removes an entry.',
  Evaluation: 'What a flag evaluates to, and why.',
  Contexts: 'Users whose answers a dry run looks at.',
  Numbers: 'How often flags are evaluated, and nothing of whom it was for.',
  Transfer: 'A whole app as one file.',
  Propagation: 'How far a change has come.',
  Tokens: 'Who may do what.',
  Log: 'What happened to the account itself; nothing in the API changes or removes an entry.',
  Session: 'Signing in to the dashboard.',
};
