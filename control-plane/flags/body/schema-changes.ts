import { z } from '@hono/zod-openapi';
import {
  SegmentDefinitionSchema,
  SegmentPatch,
  SegmentReplace,
  SegmentSchema,
} from '../segments/schema-segment.ts';
import { FlagCreate, FlagDefinitionSchema, FlagPatch, FlagSchema } from './schema-flag.ts';
import { Attribute, expected, FlagKey, strict, Timestamp, Version } from './schema-parts.ts';
import { Split } from './schema-rule.ts';

export const CHANGES_LIMIT = 500;

const CHANGES = `a list of 1 to ${CHANGES_LIMIT} changes`;
const COMMENT = 'a text of at most 1000 characters';

const Comment = z
  .string(expected(COMMENT))
  .max(1000, expected(COMMENT))
  .nullish()
  .openapi({ description: 'Why; kept in the changelog.' });

const Change = strict('a change', {
  op: z.enum(['put', 'patch', 'delete'], expected('"put", "patch" or "delete"')),
  key: FlagKey,
  kind: z.enum(['flag', 'segment'], expected('"flag" or "segment"')).optional(),
  // What a flag or segment may be depends on `op`, so parse-changes.ts parses it.
  flag: z.unknown().optional(),
  segment: z.unknown().optional(),
  version: Version.optional(),
});

/** The envelope of a batch, as it is validated; its flags are parsed one by one. */
export const ChangesEnvelope = strict('the body', {
  changes: z.array(Change, expected(CHANGES)).min(1, expected(CHANGES)).max(CHANGES_LIMIT, expected(CHANGES)),
  comment: Comment,
});

const named = { key: FlagKey, version: Version.optional() };
const ofFlag = { kind: z.literal('flag').optional(), ...named };
const ofSegment = { kind: z.literal('segment'), ...named };

/** The same, as the document shows it. */
export const ChangesWrite = z
  .strictObject({
    changes: z
      .array(
        z.union([
          z.strictObject({ op: z.literal('put'), ...ofFlag, flag: FlagCreate.partial({ key: true }) }),
          z.strictObject({ op: z.literal('patch'), ...ofFlag, flag: FlagPatch }),
          z.strictObject({ op: z.literal('delete'), ...ofFlag }),
          z.strictObject({ op: z.literal('put'), ...ofSegment, segment: SegmentReplace }),
          z.strictObject({ op: z.literal('patch'), ...ofSegment, segment: SegmentPatch }),
          z.strictObject({ op: z.literal('delete'), ...ofSegment }),
        ]),
      )
      .min(1)
      .max(CHANGES_LIMIT)
      .openapi({
        description: 'Of flags and segments, each key at most once; all or nothing, at the edges too.',
      }),
    comment: Comment,
  })
  .openapi('ChangesWrite');

export const ChangesResult = z
  .strictObject({
    app_version: z.int(),
    flags: z
      .array(FlagSchema)
      .openapi({ description: 'The flags of the request as they now are; deleted ones are left out.' }),
    segments: z
      .array(SegmentSchema)
      .optional()
      .openapi({ description: 'The segments of the request likewise, where it has any.' }),
  })
  .openapi('ChangesResult');

const WEIGHTS = 'an object of weights by variation, at least one above 0';
const WEIGHT = 'a number from 0 to 1000000000';

export const SplitWeights = strict('the body', {
  weights: z
    .record(
      z.string(),
      z.number(expected(WEIGHT)).min(0, expected(WEIGHT)).max(1e9, expected(WEIGHT)),
      expected(WEIGHTS),
    )
    .openapi({ description: 'Relative.', example: { a: 40, b: 20, c: 20, d: 20 } }),
  attribute: Attribute.optional(),
}).openapi('SplitWeights');

export const SplitResult = z
  .strictObject({
    moved: z
      .number()
      .openapi({ description: 'Percent of contexts that get another variation.', example: 15 }),
    split: Split,
  })
  .openapi('SplitResult');

export const Restore = strict('the body', {
  changelog_id: z.string(expected('the id of a changelog entry')),
}).openapi('Restore');

export const ExplainWrite = strict('the body', {
  key: FlagKey,
  context: z
    .record(z.string(), z.unknown(), expected('an object of attributes'))
    .openapi({ example: { targetingKey: 'user-42', plan: 'pro' } }),
}).openapi('ExplainWrite');

export const EvaluateWrite = strict('the body', {
  flagKey: FlagKey,
  context: z
    .record(z.string(), z.unknown(), expected('an object of attributes'))
    .optional()
    .openapi({ example: { targetingKey: 'user-42', profile: { plan: 'pro' } } }),
}).openapi('EvaluateWrite');

const DiffValue = z.unknown();

const entryFields = {
  id: z.string(),
  event: z.enum(['create', 'update', 'delete']),
  diff: z
    .record(z.string(), z.strictObject({ from: DiffValue.optional(), to: DiffValue.optional() }))
    .optional()
    .openapi({
      description: 'Dotted paths to the smallest changed values; rules by priority.',
      example: { 'rules.1.rollout.percentage': { from: 5, to: 10 } },
    }),
  version: Version,
  app_version: z.int(),
  at: Timestamp,
  actor: z.strictObject({ name: z.string(), token_id: z.string() }),
  comment: z.string().nullable(),
  source: z
    .strictObject({ app_id: z.string(), flag_version: Version, entry_hash: z.string() })
    .optional()
    .openapi({ description: 'Of what was carried over from another environment: which entry there.' }),
  hash: z.string(),
};

const FlagEntrySchema = z
  .strictObject({
    ...entryFields,
    flag_key: z.string(),
    after: FlagDefinitionSchema.openapi({ description: "The whole flag; a delete's is the last state." }),
  })
  .openapi('FlagEntry');

const SegmentEntrySchema = z
  .strictObject({
    ...entryFields,
    kind: z.literal('segment'),
    segment_key: z.string(),
    after: SegmentDefinitionSchema,
    affects: z.array(z.strictObject({ flag: z.string(), rules: z.array(z.string()) })).openapi({
      description: 'Every flag that reached the segment, with the ids of its rules through which it did.',
    }),
  })
  .openapi('SegmentEntry');

export const ChangelogEntrySchema = z.union([FlagEntrySchema, SegmentEntrySchema]).openapi('ChangelogEntry');
