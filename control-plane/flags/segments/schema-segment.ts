import { z } from '@hono/zod-openapi';
import {
  Attribute,
  expected,
  ScalarValue,
  SegmentKey,
  strict,
  Timestamp,
  Version,
} from '../body/schema-parts.ts';
import { Condition } from '../body/schema-rule.ts';

/** In `include` and `exclude` together. */
export const SEGMENT_MEMBERS = 5_000;
/** In one call that adds or removes. */
export const MEMBERS_AT_ONCE = 1_000;
export const SEGMENT_BYTES = 256 * 1024;

const MEMBERS = 'a list of strings, numbers or booleans';
const members = z.array(ScalarValue, expected(MEMBERS));
const CONDITIONS = 100;
const LIST = `a list of at most ${CONDITIONS} conditions`;

const fields = {
  description: z.string(expected('a string or null')).nullable().optional(),
  attribute: Attribute.optional().openapi({
    description: 'Whose text is looked for in the two lists; default `targetingKey`.',
  }),
  include: members.optional().openapi({ description: 'Who is a member, whatever else is said.' }),
  exclude: members.optional().openapi({ description: 'Who is not, unless included.' }),
  conditions: z
    .array(Condition, expected(LIST))
    .max(CONDITIONS, expected(LIST))
    .optional()
    .openapi({ description: 'For who is in neither list: all must hold, and there must be one.' }),
};

/** What a patch may name. */
export const SEGMENT_FIELDS: readonly string[] = Object.keys(fields);

const IGNORED = 'Ignored, so that an answer can be sent back.';
const ignored = {
  version: z.unknown().optional().openapi({ description: IGNORED }),
  created_at: z.unknown().optional().openapi({ description: IGNORED }),
  updated_at: z.unknown().optional().openapi({ description: IGNORED }),
  updated_by: z.unknown().optional().openapi({ description: IGNORED }),
};

export const SegmentCreate = strict('a segment', { key: SegmentKey, ...fields, ...ignored }).openapi(
  'SegmentCreate',
);

export const SegmentReplace = strict('a segment', {
  key: z.unknown().optional().openapi({ description: "Ignored: the path's key wins." }),
  ...fields,
  ...ignored,
}).openapi('SegmentReplace');

/** A merge patch is of any shape: what it makes of the segment is what is validated. */
export const SegmentPatch = z
  .strictObject({
    ...fields,
    description: fields.description.nullable(),
    attribute: fields.attribute.nullable(),
    include: fields.include.nullable(),
    exclude: fields.exclude.nullable(),
    conditions: fields.conditions.nullable(),
  })
  .partial()
  .openapi('SegmentPatch');

const stored = {
  key: SegmentKey,
  description: fields.description,
  attribute: fields.attribute,
  include: members,
  exclude: members,
  conditions: z.array(Condition),
};

/** A segment as entries of the changelog and exports have it. */
export const SegmentDefinitionSchema = z.strictObject(stored).openapi('SegmentDefinition');

export const SegmentSchema = z
  .strictObject({
    ...stored,
    version: Version,
    created_at: Timestamp,
    updated_at: Timestamp,
    updated_by: z.string(),
  })
  .openapi('Segment');

export const SegmentUses = z
  .strictObject({
    flags: z.array(z.strictObject({ key: z.string(), rules: z.array(z.string()) })).openapi({
      description: 'With the ids of the rules through which they reach it; none where a prerequisite does.',
    }),
    segments: z.array(z.string()),
  })
  .openapi('SegmentUses', { description: 'What reaches the segment, through whatever lies between.' });

const AT_ONCE = `a list of at most ${MEMBERS_AT_ONCE} strings, numbers or booleans`;
const some = z.array(ScalarValue, expected(AT_ONCE)).max(MEMBERS_AT_ONCE, expected(AT_ONCE));

export const SegmentMembers = strict('the body', {
  add: some.optional(),
  remove: some.optional(),
}).openapi('SegmentMembers', {
  description: 'Of `include`; what is there already, or is not there, is passed over.',
});
