import { z } from '@hono/zod-openapi';
import type { Issues } from '../../flags/body/issues.ts';
import { isObject, own } from '../../flags/body/json.ts';
import { expected, FlagKey, strict, Version } from '../../flags/body/schema-parts.ts';
import { EnvironmentKey } from '../../projects/schema-project.ts';
import { ExposureChange } from './schema-dry-run.ts';

const kind = z.enum(['flag', 'segment']);
const status = z.enum(['same', 'behind', 'ahead', 'diverged', 'only_from', 'only_to']).openapi({
  description:
    'Of definitions; state makes no difference. `behind`: only the first changed since the two were last the same, or both did in different places; `ahead`: only the second; `diverged`: both, in the same place.',
});
const values = { from: z.unknown().optional(), to: z.unknown().optional() };

export const Comparison = z
  .object({
    kind,
    key: z.string(),
    status,
    diff: z
      .record(z.string(), z.object({ ...values, side: z.enum(['from', 'to', 'both']) }))
      .openapi({ description: 'By dotted path, rules by their ids: what each has, and who changed it.' }),
  })
  .openapi('Comparison');

const KEYS = 'a list of 1 to 500 keys of flags';
const PARTS = '["definition"] or ["definition", "state"]';
const COMMENT = 'a text of at most 1,000 characters';
const MOST_KEYS = 500;

export const PromotionWrite = strict('a promotion', {
  from: EnvironmentKey,
  to: EnvironmentKey,
  keys: z
    .array(FlagKey, expected(KEYS))
    .min(1, expected(KEYS))
    .max(MOST_KEYS, {
      error: ({ input }) => `${KEYS}; it has ${Array.isArray(input) ? input.length : 'more'}`,
    })
    .optional(),
  tag: z
    .string(expected('a tag'))
    .min(1, expected('a tag'))
    .optional()
    .openapi({ description: 'In place of `keys`: every flag of the source that has it.' }),
  parts: z
    .array(z.enum(['definition', 'state'], expected(PARTS)), expected(PARTS))
    .refine((parts) => parts.includes('definition') && new Set(parts).size === parts.length, expected(PARTS))
    .default(['definition']),
  conflicts: z.enum(['refuse', 'source'], expected('"refuse" or "source"')).default('refuse').openapi({
    description: 'What to do where both changed the same: refuse, or take the source’s definition.',
  }),
  expect: z
    .record(z.string(), Version, expected('an object of versions by key'))
    .default({})
    .openapi({ description: 'The versions that flags of the target must be at; 0: not there.' }),
  comment: z.string(expected(COMMENT)).optional(),
  dry_run: z.boolean(expected('true or false')).default(false),
}).openapi('Promotion');

/** Exactly one of `keys` and `tag`, no key twice, and two environments. */
export const checkPromotion = (json: unknown, issues: Issues): void => {
  if (!isObject(json)) return;
  const [keys, tag] = [own(json, 'keys'), own(json, 'tag')];
  if ((keys === undefined) === (tag === undefined)) {
    issues.add(
      ['keys'],
      keys === undefined
        ? 'keys and tag are missing; expected one of them'
        : 'keys and tag are both there; expected one of them',
    );
  }
  if (Array.isArray(keys)) {
    keys.forEach((key, index) => {
      if (keys.indexOf(key) < index)
        issues.add(['keys', index], `keys[${index}] is there twice; expected each key once`);
    });
  }
  const [from, to] = [own(json, 'from'), own(json, 'to')];
  if (typeof to === 'string' && from === to) {
    issues.add(['to'], `to is ${JSON.stringify(to)}, as from is; expected another environment`);
  }
};

export const PromotionResult = z
  .object({
    app_version: z.int().openapi({ description: 'Of the target.' }),
    items: z.array(
      z.object({
        kind,
        key: z.string(),
        status,
        because: z.enum(['asked', 'missing', 'stays']).openapi({
          description:
            '`missing`: the target lacks it, and what is carried over needs it; `stays`: the target has another one, which is left alone.',
        }),
        diff: z
          .record(z.string(), z.object(values))
          .openapi({ description: 'What changes in the target; of what stays, what would.' }),
        exposure: ExposureChange.nullable().openapi({ description: 'Null of a segment.' }),
      }),
    ),
    conflicts: z.array(z.object({ kind, key: z.string(), path: z.string(), ...values })),
  })
  .openapi('PromotionResult');

export const MatrixRowSchema = z
  .object({
    key: z.string(),
    description: z.string().nullable(),
    tags: z.array(z.string()),
    environments: z
      .record(
        z.string(),
        z
          .object({
            version: Version,
            enabled: z.boolean(),
            serves: z.string().openapi({ example: 'on 25 %' }),
            exposure: z.number().openapi({ description: 'Percent.' }),
            drift: z.enum(['same', 'behind', 'ahead', 'diverged']).nullable().openapi({
              description:
                'How it stands to the next lower environment that has the flag; null in the lowest.',
            }),
          })
          .nullable(),
      )
      .openapi({ description: 'By the environment’s key; null: the flag is not there.' }),
  })
  .openapi('MatrixRow');

export const EverywhereResult = z
  .object({
    key: z.string(),
    environments: z.array(
      z.object({
        environment: z.string(),
        app_id: z.string(),
        outcome: z.enum(['created', 'exists', 'deleted', 'absent', 'failed']),
        version: Version.optional(),
        errors: z
          .array(z.object({ code: z.int(), message: z.string(), pointer: z.string().optional() }))
          .optional()
          .openapi({ description: 'Of one that failed.' }),
      }),
    ),
  })
  .openapi('EverywhereResult');
