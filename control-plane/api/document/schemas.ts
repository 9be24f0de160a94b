import { allowedOrigin } from '@halyard/caches/access';
import { z } from '@hono/zod-openapi';
import { ScalarValue, strict, Value } from '../../flags/body/schema-parts.ts';
import { ACCOUNT_EVENTS } from '../../model/account-log.ts';
import { expectedOfName } from '../../model/names.ts';
import { PERMISSIONS } from '../../model/permission.ts';

const instant = z.string().openapi({ format: 'date-time' });

const AppName = z
  .string({ error: 'a name of 1 to 64 letters, digits, _ and -' })
  .regex(/^[A-Za-z0-9_-]{1,64}$/, { error: 'a name of 1 to 64 letters, digits, _ and -' });

export const App = z
  .object({
    id: z.string(),
    name: z.string(),
    client_side_default: z
      .boolean()
      .openapi({ description: 'What a new flag’s `client_side` is when the request does not say.' }),
    tests: z.enum(['warn', 'block']).openapi({
      description:
        'What a failing test of a flag does to the write: `warn` says so in `messages`, `block` refuses it.',
    }),
    created_at: instant,
    updated_at: instant,
    updated_by: z.string(),
    project: z
      .string()
      .nullable()
      .openapi({ description: 'The id of the project that it is an environment of.' }),
    environment: z.string().nullable().openapi({ description: 'The key of the environment that it is.' }),
  })
  .openapi('App');
export type App = z.infer<typeof App>;

const ClientSideDefault = z.boolean({ error: 'true or false' });

export const NewApp = strict('an app', {
  name: AppName,
  client_side_default: ClientSideDefault.default(true),
}).openapi('NewApp');
export type NewApp = z.input<typeof NewApp>;

export const RenamedApp = strict('an app', { name: AppName }).openapi('RenamedApp');

export const AppPatch = strict('an app', {
  name: AppName.exactOptional(),
  client_side_default: ClientSideDefault.exactOptional(),
  tests: z
    .enum(['warn', 'block'], { error: 'warn or block' })
    .exactOptional()
    .openapi({ description: 'Takes `admin`.' }),
}).openapi('AppPatch');
export type AppPatch = z.infer<typeof AppPatch>;

export const PermissionName = z
  .enum(PERMISSIONS, { error: `one of ${PERMISSIONS.join(', ')}` })
  .openapi('Permission', { description: 'Each allows what the ones before it allow.' });

const shown = {
  id: z.string(),
  name: z.string().openapi({ description: 'The actor in the changelog: one token a person or a service.' }),
  permission: PermissionName,
  app_ids: z.array(z.string()).nullable().openapi({ description: 'Null: every app of the account.' }),
  allowed_origins: z
    .array(z.string())
    .nullable()
    .openapi({ description: 'Not null: a browser token, good from these origins only.' }),
  expires_at: instant.nullable(),
  created_at: instant,
  created_by: z.string(),
  last_used_at: instant.nullable(),
};

export const Token = z.object(shown).openapi('Token');
export type Token = z.infer<typeof Token>;

export const MintedToken = z
  .object({ ...shown, secret: z.string().openapi({ description: 'Shown in this answer and never again.' }) })
  .openapi('MintedToken');
export type MintedToken = z.infer<typeof MintedToken>;

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})$/;

const NEW_TOKEN_NAME = 'a name of 1 to 128 characters';
const ORIGIN =
  'an origin such as https://www.example.com or https://*.example.com (exactly one level), without a path';
const EXPIRES = 'an ISO 8601 time with a zone, such as 2027-01-31T12:00:00Z, or null';

export const NewToken = strict('a token', {
  name: z
    .string({ error: NEW_TOKEN_NAME })
    .refine((text) => expectedOfName(text) === null, {
      error: ({ input }) => expectedOfName(String(input)) ?? NEW_TOKEN_NAME,
    })
    .openapi({ minLength: 1, maxLength: 128 }),
  permission: PermissionName,
  app_ids: z
    .array(z.string({ error: 'the id of an app' }), { error: 'a list of app ids, or null for every app' })
    .min(1, { error: 'at least one app id, or null for every app' })
    .max(1_000, { error: 'at most 1,000 app ids' })
    .nullish(),
  allowed_origins: z
    .array(
      z.string({ error: ORIGIN }).refine((text) => allowedOrigin(text) !== null, { error: ORIGIN }),
      {
        error: 'a list of origins, or null',
      },
    )
    .min(1, { error: 'at least one origin, or null' })
    .max(100, { error: 'at most 100 origins' })
    .nullish(),
  expires_at: z
    .string({ error: EXPIRES })
    .refine((text) => INSTANT.test(text) && !Number.isNaN(Date.parse(text)), { error: EXPIRES })
    .nullish(),
}).openapi('NewToken');
export type NewToken = z.infer<typeof NewToken>;

const AppField = z.union([z.string(), z.boolean()]);

export const AccountLogEntrySchema = z
  .object({
    id: z.string().openapi({ description: '1, 2, 3 … in the account.' }),
    event: z.enum(ACCOUNT_EVENTS),
    at: instant,
    actor: z.object({ name: z.string(), token_id: z.string() }),
    address: z
      .string()
      .nullable()
      .openapi({ description: 'Where the request came from; null: the machine of the control plane.' }),
    comment: z.string().nullable(),
    detail: z.record(
      z.string(),
      z.union([
        z.string(),
        z.number(),
        z.boolean(),
        z.array(z.string()),
        z.record(z.string(), z.object({ from: AppField, to: AppField })),
        z.null(),
      ]),
    ),
    hash: z.string().openapi({
      description:
        'SHA-256, hex, over the RFC 8785 form of `{entry, previous}`: the entry without its hash, and the hash of the one before it.',
    }),
  })
  .openapi('AccountLogEntry');

export const SignInLink = z.object({ url: z.string(), expires_at: instant }).openapi('SignInLink');
export type SignInLink = z.infer<typeof SignInLink>;

export const SignIn = strict('a sign-in', {
  token: z.string({ error: 'a token' }).max(1_024, { error: 'a token' }).optional(),
  link: z
    .string({ error: 'the secret of a sign-in link' })
    .max(1_024, { error: 'the secret of a sign-in link' })
    .optional(),
})
  .refine((body) => (body.token === undefined) !== (body.link === undefined), {
    error: 'either token or link',
  })
  .openapi('SignIn', { description: 'Either a token or the secret of a one-time link.' });

export const Session = z
  .object({
    account: z.string(),
    token_id: z.string(),
    name: z.string(),
    permission: PermissionName,
    app_ids: z.array(z.string()).nullable(),
    expires_at: instant.nullable().openapi({ description: 'When the token expires; null: never.' }),
    apps: z.array(App).openapi({ description: 'The apps this token reaches, by name.' }),
  })
  .openapi('Session');
export type Session = z.infer<typeof Session>;

export const Account = z
  .object({ id: z.string(), name: z.string(), type: z.literal('standard'), created_on: instant })
  .openapi('Account');
export type Account = z.infer<typeof Account>;

export const EdgeState = z.object({
  id: z.string(),
  applied_version: z
    .number()
    .int()
    .nullable()
    .openapi({ description: 'Null: it holds nothing of this app, so nothing of it can be stale.' }),
  lag_ms: z.number().openapi({
    description:
      'By the control plane’s clock: how long the newest version took, or how long the edge has been without it.',
  }),
  last_seen: instant,
});

export const SilentEdge = z
  .object({
    id: z.string(),
    applied_version: z
      .number()
      .int()
      .openapi({ description: 'What it had when it was last heard of, and may still serve.' }),
    last_seen: instant,
  })
  .openapi('SilentEdge');

export const Propagation = z
  .object({
    version: z.number().int(),
    edges: z.array(EdgeState).openapi({ description: 'The live edges.' }),
    silent_edges: z.array(SilentEdge).optional().openapi({
      description:
        'Only where there are some: edges that stopped reporting without signing off. Each stays for a day, or until somebody dismisses it.',
    }),
    refusal: z.string().optional().openapi({
      description:
        'Only where nothing of the app reaches the edges because its space in the flag cache belongs to another database: what that means and what to do, as a sentence.',
    }),
    published_version: z.number().int().nullable().optional().openapi({
      description:
        'Only where edges do not report: the version that the flag cache has, null for none. Edges take it up within their freshness bound.',
    }),
  })
  .openapi('Propagation');
export type Propagation = z.infer<typeof Propagation>;

export const Deleted = z.object({ id: z.string() });

export const SignedOut = z.object({});

export const EvaluationResult = z
  .object({
    flagKey: z.string(),
    value: Value,
    variant: z.string(),
    reason: z.enum(['STATIC', 'DEFAULT', 'TARGETING_MATCH', 'SPLIT', 'DISABLED']),
    metadata: z.record(z.string(), ScalarValue).optional(),
  })
  .openapi('EvaluationResult');

export const DeletedFlag = z.object({ key: z.string() });

const counts = { created: z.int(), updated: z.int(), deleted: z.int(), unchanged: z.int() };

const outcome = z.enum(['exact', 'differs', 'refused']);

const ImportReport = z
  .array(
    z.object({
      key: z.string(),
      outcome,
      notes: z.array(
        z.object({
          path: z.string().openapi({ description: "JSON Pointer (RFC 6901) into the vendor's document." }),
          message: z.string(),
        }),
      ),
    }),
  )
  .openapi('ImportReport', {
    description:
      'Every flag of the document. `exact`: the same answers as there. `differs`: imported, and the notes say for whom it answers otherwise. `refused`: not imported, and the notes say why.',
  });

const reported = {
  report: ImportReport.optional().openapi({ description: 'With `from`.' }),
  counts: z
    .object({ exact: z.int(), differs: z.int(), refused: z.int() })
    .optional()
    .openapi({ description: 'With `from`: how many flags of the report have which outcome.' }),
};

export const ImportResult = z
  .object({
    app_version: z.int(),
    dry_run: z.boolean(),
    ...counts,
    segments: z.object(counts).openapi({ description: 'The other counts are of flags.' }),
    ...reported,
  })
  .openapi('ImportResult', {
    description: 'How much was changed. A dry run answers this beside what every dry run does.',
  });

export const EventData = z
  .discriminatedUnion('type', [
    z.object({
      type: z.literal('commit'),
      version: z.int(),
      at: instant,
      actor: z.object({ name: z.string(), token_id: z.string() }),
      comment: z.string().nullable(),
      keys: z.array(z.string()),
    }),
    z.object({
      type: z.literal('propagation'),
      version: z.int(),
      edges: z.array(EdgeState),
      silent_edges: z.array(SilentEdge).optional(),
    }),
    z.object({ type: z.literal('reload'), version: z.int() }),
  ])
  .openapi('Event', { description: 'The data of one server-sent event.' });
export type EventData = z.infer<typeof EventData>;
