import { z } from '@hono/zod-openapi';
import { ExposureSchema } from '../exposure/schema-exposure.ts';
import {
  expected,
  FlagKey,
  ScalarValue,
  strict,
  Timestamp,
  Value,
  VariationName,
  Version,
} from './schema-parts.ts';
import { Bucketing, Rule, RuleWrite, VariationNames } from './schema-rule.ts';
import { FlagTests } from './schema-test.ts';

export const LIMITS = {
  variations: 100,
  rules: 1000,
  valueBytes: 64 * 1024,
  metadata: 32,
  metadataBytes: 2 * 1024,
  flagBytes: 256 * 1024,
  tags: 100,
  conditionDepth: 6,
} as const;

const VARIATIONS = 'an object of 1 to 100 named values';
const METADATA = 'an object of at most 32 texts, numbers or booleans';
const BOOLEAN = 'true or false';
const TAG = 'a text of 1 to 128 characters';
const OWNER = 'a string of 1 to 128 characters';
const PREREQUISITES = 'a list of at most 16 prerequisites';

const Prerequisite = strict('a prerequisite', { flag: FlagKey, variations: VariationNames }).openapi(
  'Prerequisite',
  { description: 'That flag is enabled, its prerequisites are met, and it serves one of the variations.' },
);

const fields = {
  description: z.string(expected('a text or null')).nullable().optional(),
  enabled: z.boolean(expected(BOOLEAN)),
  variations: z
    .record(z.string(), Value, expected(VARIATIONS))
    .openapi({ minProperties: 1, maxProperties: LIMITS.variations, example: { on: true, off: false } }),
  default_variation: VariationName.openapi({ description: 'Served when no rule matches.', example: 'off' }),
  off_variation: VariationName.nullable().optional().openapi({
    description: 'Served when the flag is off; default `default_variation`, null: the caller’s own default.',
  }),
  prerequisites: z
    .array(Prerequisite, expected(PREREQUISITES))
    .max(16, expected(PREREQUISITES))
    .optional()
    .openapi({ description: 'Where one is not met, the flag is off.' }),
  metadata: z
    .record(z.string(), ScalarValue, expected(METADATA))
    .optional()
    .openapi({ maxProperties: LIMITS.metadata, description: 'Comes with every answer.' }),
  tags: z
    .array(z.string(expected(TAG)).min(1, expected(TAG)).max(128, expected(TAG)), expected('a list of texts'))
    .max(LIMITS.tags, expected(`a list of at most ${LIMITS.tags} tags`))
    .optional(),
  client_side: z
    .boolean(expected(BOOLEAN))
    .optional()
    .openapi({ description: 'False: never evaluated for a browser token.' }),
  owner: z
    .string(expected(OWNER))
    .min(1, expected(OWNER))
    .max(128, expected(OWNER))
    .optional()
    .openapi({ description: 'Who answers for the flag.' }),
  permanent: z
    .boolean(expected(BOOLEAN))
    .optional()
    .openapi({ description: 'True: meant to stay; never counted as stale.' }),
  protected: z
    .boolean(expected(BOOLEAN))
    .optional()
    .openapi({ description: 'True: agents may do nothing to it but turn it off.' }),
  tests: FlagTests.optional(),
};

const RULES = `a list of at most ${LIMITS.rules} rules`;
const rulesOf = <Schema extends z.ZodType>(schema: Schema) =>
  z.array(schema, expected('a list of rules')).max(LIMITS.rules, expected(RULES));

const definitionFields = { key: FlagKey, ...fields, rules: rulesOf(Rule), bucketing: Bucketing };

/** The whole definition, as the changelog keeps it. */
export const FlagDefinitionSchema = strict('a flag', definitionFields).openapi('FlagDefinition');

/** A flag as it is answered. */
export const FlagSchema = strict('a flag', {
  ...definitionFields,
  type: z.enum(['boolean', 'string', 'number', 'json']).openapi({ description: 'Inferred from the values.' }),
  version: Version,
  created_at: Timestamp,
  updated_at: Timestamp,
  updated_by: z.string(),
  exposure: ExposureSchema,
}).openapi('Flag');

const IGNORED = 'Ignored, so that an answer can be sent back.';

/** Null in a full replacement says "none", where leaving the field out would keep what was there. */
const writeFields = {
  ...fields,
  prerequisites: fields.prerequisites.nullable(),
  metadata: fields.metadata.nullable(),
  tags: fields.tags.nullable(),
  client_side: fields.client_side.nullable(),
  owner: fields.owner.nullable(),
  permanent: fields.permanent.nullable(),
  protected: fields.protected.nullable(),
  tests: fields.tests.nullable(),
  rules: rulesOf(RuleWrite),
  type: z
    .unknown()
    .optional()
    .openapi({ deprecated: true, description: 'Ignored: inferred from the values.' }),
  version: z.unknown().optional().openapi({ description: IGNORED }),
  created_at: z.unknown().optional().openapi({ description: IGNORED }),
  updated_at: z.unknown().optional().openapi({ description: IGNORED }),
  updated_by: z.unknown().optional().openapi({ description: IGNORED }),
  exposure: z.unknown().optional().openapi({ description: IGNORED }),
};

export const FlagCreate = strict('a flag', {
  key: FlagKey,
  ...writeFields,
  bucketing: Bucketing.nullish(),
}).openapi('FlagCreate');

export const FlagReplace = strict('a flag', {
  key: z.unknown().optional().openapi({ description: "Ignored: the path's key wins." }),
  ...writeFields,
  bucketing: z.unknown().optional().openapi({ description: 'Ignored: it never changes.' }),
}).openapi('FlagReplace');

/** Shown in the document; what a patch must be is decided by what it makes of the flag. */
export const FlagPatch = FlagReplace.partial().openapi('FlagPatch', {
  description: 'JSON Merge Patch (RFC 7396): null removes a field, `rules` is replaced whole.',
});

export const FLAG_FIELDS: readonly string[] = Object.keys(FlagReplace.shape);
