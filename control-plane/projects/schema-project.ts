import { z } from '@hono/zod-openapi';
import { expected, strict } from '../flags/body/schema-parts.ts';

const PROJECT_NAME = 'a name of 1 to 64 letters, digits, _ and -';
const ENVIRONMENT_KEY = '1 to 32 lower-case letters, digits and -, the first a letter or a digit';
const RANK = 'a whole number from 0 to 1000';
const BOOLEAN = 'true or false';
const EXPIRES = 'an ISO 8601 time with a zone, such as 2027-01-31T12:00:00Z';
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})$/;

const ProjectName = z.string(expected(PROJECT_NAME)).regex(/^[A-Za-z0-9_-]{1,64}$/, expected(PROJECT_NAME));

export const EnvironmentKey = z
  .string(expected(ENVIRONMENT_KEY))
  .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, expected(ENVIRONMENT_KEY))
  .openapi({ example: 'staging' });

const rank = z
  .int(expected(RANK))
  .min(0, expected(RANK))
  .max(1_000, expected(RANK))
  .openapi({ description: 'What is promoted goes from lower to higher.' });
const production = z.boolean(expected(BOOLEAN)).openapi({
  description: 'Flags that arrive here are disabled, and failing tests of flags refuse a write.',
});
const comment_required = z
  .boolean(expected(BOOLEAN))
  .openapi({ description: 'Whether every change needs a comment.' });
const expires_at = z
  .string(expected(EXPIRES))
  .refine((text) => INSTANT.test(text) && !Number.isNaN(Date.parse(text)), expected(EXPIRES))
  .openapi({
    format: 'date-time',
    description: 'The environment and its app are deleted within a minute of it.',
  });

const instant = z.string().openapi({ format: 'date-time' });

const EnvironmentSchema = z
  .object({
    key: z.string(),
    app_id: z.string(),
    rank: z.int(),
    production: z.boolean(),
    ephemeral: z.boolean(),
    expires_at: instant.optional(),
    comment_required: z.boolean(),
  })
  .openapi('Environment');

export const ProjectSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    environments: z.array(EnvironmentSchema).openapi({ description: 'By rank and key.' }),
    created_at: instant,
    updated_at: instant,
    updated_by: z.string(),
  })
  .openapi('Project');
export type ProjectView = z.infer<typeof ProjectSchema>;

const newEnvironment = {
  key: EnvironmentKey,
  app_id: z
    .string(expected('the id of an app'))
    .optional()
    .openapi({ description: 'Takes this app in, instead of making one.' }),
  rank: rank
    .optional()
    .openapi({ description: 'Default: development 10, staging 20, production 30, others 15.' }),
  production: production.optional().openapi({ description: 'Default: whether the key is production.' }),
  ephemeral: z.boolean(expected(BOOLEAN)).optional(),
  expires_at: expires_at.optional(),
  comment_required: comment_required.optional(),
};

export const NewEnvironmentOfProject = strict('an environment', newEnvironment).openapi(
  'NewEnvironmentOfProject',
);

export const NewEnvironment = strict('an environment', {
  ...newEnvironment,
  from: EnvironmentKey.optional().openapi({
    description:
      'Copies this environment in one commit: its flags with their bucketing, and its segments. Flags arrive disabled.',
  }),
  state: z
    .boolean(expected(BOOLEAN))
    .optional()
    .openapi({ description: 'With `from`: flags arrive enabled where they are.' }),
}).openapi('NewEnvironment');
export type NewEnvironment = z.infer<typeof NewEnvironment>;

export const EnvironmentPatch = strict('an environment', {
  rank: rank.optional(),
  production: production.optional(),
  expires_at: expires_at.nullable().optional(),
  comment_required: comment_required.optional(),
}).openapi('EnvironmentPatch');

export const NewProject = strict('a project', {
  name: ProjectName,
  environments: z
    .array(NewEnvironmentOfProject, expected('a list of environments'))
    .max(20, expected('at most 20 environments; add more one by one'))
    .optional(),
}).openapi('NewProject');

export const ProjectPatch = strict('a project', { name: ProjectName }).openapi('ProjectPatch');
