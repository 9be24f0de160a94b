import { z } from '@hono/zod-openapi';
import { Value } from '../../flags/body/schema-parts.ts';
import { ExposureSchema } from '../../flags/exposure/schema-exposure.ts';

const FieldDiff = z.record(
  z.string(),
  z.strictObject({ from: z.unknown().optional(), to: z.unknown().optional() }),
);

export const ExposureChange = z
  .strictObject({ before: ExposureSchema, after: ExposureSchema })
  .openapi('ExposureChange');

const Expectation = z.object({
  variant: z.string().optional(),
  value: Value.optional(),
  reason: z.string().optional(),
});

const FailingTest = z
  .strictObject({
    flag: z.string(),
    name: z.string(),
    expected: Expectation,
    got: z
      .union([Expectation, z.string()])
      .openapi({ description: 'What was got in place of it; a sentence where nothing was.' }),
    message: z.string().openapi({ description: 'The same as one sentence.' }),
  })
  .openapi('FailingTest');

const ShownAnswer = z
  .object({
    variant: z.string().optional(),
    value: Value.optional(),
    reason: z.string().optional(),
    errorCode: z.string().optional(),
    errorDetails: z.string().optional(),
  })
  .nullable()
  .openapi({
    description: 'Null: there is no such flag. A value of more than 1,024 characters is left out.',
  });

const ChangedAnswer = z
  .strictObject({ context: z.string(), flag: z.string(), before: ShownAnswer, after: ShownAnswer })
  .openapi('ChangedAnswer');

export const DryRunResult = z
  .strictObject({
    diff: z.union([FieldDiff, z.record(z.string(), FieldDiff)]).openapi({
      description:
        'As in the changelog, with every field of what is new or goes. Of several at once: by key, a segment’s as `segment/KEY`.',
    }),
    affects: z
      .array(
        z.strictObject({
          flag: z.string(),
          rules: z.array(z.string()),
          exposure: ExposureChange,
        }),
      )
      .openapi({
        description:
          'Flags that depend on what changes, with the ids of the rules through which they do; no rule where it is a prerequisite.',
      }),
    exposure: ExposureChange.openapi({
      description:
        'The flag’s. Of several: that of the one whose share grows most, then whose share is greatest; of a segment: among the flags that it affects.',
    }),
    exposures: z
      .record(z.string(), ExposureChange)
      .optional()
      .openapi({ description: 'Of several at once: of each flag.' }),
    tests: z.array(FailingTest).openapi({
      description:
        'Tests that would fail. A dry run never refuses for them, whatever the app’s `tests` says.',
    }),
    answers: z.array(ChangedAnswer).openapi({
      description:
        'The saved contexts of the app that would get another answer, of what changes and of what depends on it; the first 1,000.',
    }),
  })
  .openapi('DryRun', {
    description: 'What a write with `?dry_run=1` would do. Nothing was written.',
  });
