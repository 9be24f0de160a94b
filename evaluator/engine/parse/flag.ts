import { frozenCopy, inferType } from '../json.ts';
import type { Bucketing, FlagType, FlagValue, Origin, Prerequisite, Scalar } from '../model.ts';
import { Misfit, misfit } from '../place.ts';
import { booleanAt, bucketingAt, type Fields, field, fieldsOf, listOf, textAt, textsAt } from './fields.ts';

/**
 * The one place where configuration of unknown shape becomes a flag that the rest of the engine trusts. Every property is read once
 * and copied, so nothing the caller does to its object later is seen. Throws a `Misfit` that names the place.
 */

export interface ParsedFlag {
  readonly key: string;
  readonly enabled: boolean;
  readonly type: FlagType;
  readonly variations: ReadonlyMap<string, FlagValue>;
  readonly default_variation: string;
  /** Null: the caller's own default. */
  readonly off_variation: string | null;
  readonly prerequisites: readonly Prerequisite[];
  /** With what we say of the flag ourselves: `flagSetId`, `version` and `environment`, where they are known. */
  readonly metadata: Readonly<Record<string, Scalar>>;
  readonly client_side: boolean;
  readonly bucketing: Bucketing;
}

export type Variations = ParsedFlag['variations'];

/** All of a flag but its rules: a disabled flag is off whatever they say. */
export const parseFlag = (flag: unknown, origin: Origin): ParsedFlag => {
  const fields = fieldsOf(flag, 'the flag');
  const key = textAt(field(fields, 'key'), 'key');
  const enabled = booleanAt(field(fields, 'enabled'), 'enabled');
  const { type, variations } = parseVariations(field(fields, 'variations'));
  const default_variation = variationAt(field(fields, 'default_variation'), 'default_variation', variations);
  const clientSide = field(fields, 'client_side');
  const bucketing = field(fields, 'bucketing');
  return {
    key,
    enabled,
    type,
    variations,
    default_variation,
    off_variation: parseOff(fields, default_variation, variations),
    prerequisites: parsePrerequisites(field(fields, 'prerequisites')),
    metadata: stamped(parseMetadata(field(fields, 'metadata')), origin, field(fields, 'version')),
    client_side: clientSide === undefined || booleanAt(clientSide, 'client_side'),
    bucketing:
      bucketing === undefined
        ? { hash: 'murmur3', salt: `${origin.account}/${key}` }
        : bucketingAt(bucketing, 'bucketing'),
  };
};

const parseVariations = (value: unknown): Pick<ParsedFlag, 'type' | 'variations'> => {
  const variations = new Map<string, FlagValue>();
  let type: FlagType | null = null;
  for (const [name, unread] of Object.entries(fieldsOf(value, 'variations'))) {
    if (unread === undefined) continue;
    const place = `variations.${name}`;
    const read = frozenCopy(unread, place);
    const readType = inferType(read);
    if (read === null || readType === null) return misfit(place, read, 'a value that is not null');
    if (type !== null && readType !== type) {
      throw new Misfit(`${place} is of type ${readType}; expected ${type} as the variations before it`);
    }
    type = readType;
    variations.set(name, read);
  }
  return type === null ? misfit('variations', value, 'at least one variation') : { type, variations };
};

export const variationAt = (value: unknown, place: string, variations: Variations): string =>
  typeof value === 'string' && variations.has(value)
    ? value
    : misfit(place, value, `the name of a variation: ${[...variations.keys()].slice(0, 10).join(', ')}`);

const parseOff = (fields: Fields, otherwise: string, variations: Variations): string | null => {
  const off = field(fields, 'off_variation');
  if (off === undefined) return otherwise;
  return off === null ? null : variationAt(off, 'off_variation', variations);
};

const parsePrerequisites = (value: unknown): readonly Prerequisite[] =>
  value === undefined
    ? []
    : listOf(value, 'prerequisites').map((item, index) => {
        const place = `prerequisites[${index}]`;
        const fields = fieldsOf(item, place);
        return {
          flag: textAt(field(fields, 'flag'), `${place}.flag`),
          variations: textsAt(field(fields, 'variations'), `${place}.variations`),
        };
      });

const NO_METADATA: ParsedFlag['metadata'] = Object.freeze({});

const parseMetadata = (value: unknown): ParsedFlag['metadata'] => {
  if (value === undefined) return NO_METADATA;
  const entries: [string, Scalar][] = [];
  for (const [name, item] of Object.entries(fieldsOf(value, 'metadata'))) {
    if (item === undefined) continue;
    if (
      typeof item === 'string' ||
      typeof item === 'boolean' ||
      (typeof item === 'number' && Number.isFinite(item))
    ) {
      entries.push([name, item]);
    } else misfit(`metadata.${name}`, item, 'a text, a finite number or a boolean');
  }
  return Object.freeze(Object.fromEntries(entries));
};

/** Ours win over a flag's own of these names. Who gives a flag by hand gives no version. */
const stamped = (
  metadata: ParsedFlag['metadata'],
  { app, environment }: Origin,
  version: unknown,
): ParsedFlag['metadata'] => {
  const known = typeof version === 'number' && Number.isSafeInteger(version);
  if (app === undefined && environment === undefined && !known) return metadata;
  return Object.freeze({
    ...metadata,
    ...(app === undefined ? {} : { flagSetId: app }),
    ...(known ? { version } : {}),
    ...(environment === undefined ? {} : { environment }),
  });
};
