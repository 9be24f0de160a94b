import { frozenCopy, inferType, itemsOf } from './json.ts';
import type {
  Bucketing,
  Condition,
  FlagType,
  FlagValue,
  Range,
  Rollout,
  Rule,
  Scalar,
  Split,
} from './model.ts';
import { isOperator, OPERATORS } from './operators/index.ts';
import { found, Misfit, misfit } from './place.ts';

/**
 * The one place where configuration of unknown shape becomes a flag that the rest of the engine trusts. Every property is read once
 * and copied, so nothing the caller does to its object later is seen. Throws a `Misfit` that names the place.
 */

/** At most: a rule's own list is the first level. */
export const DEEPEST_CONDITION = 6;

type Fields = { readonly [name: string]: unknown };

const fieldsOf = (value: unknown, place: string, expected = 'an object'): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? // An object that is no array has named properties, of unknown types.
      (value as Fields)
    : misfit(place, value, expected);

/** Own properties only; one that is `undefined` is absent. */
const field = (fields: Fields, name: string): unknown =>
  Object.hasOwn(fields, name) ? fields[name] : undefined;

const listOf = (value: unknown, place: string): readonly unknown[] =>
  Array.isArray(value) ? itemsOf(value, place) : misfit(place, value, 'a list');

const textAt = (value: unknown, place: string): string =>
  typeof value === 'string' ? value : misfit(place, value, 'a text');

const booleanAt = (value: unknown, place: string): boolean =>
  typeof value === 'boolean' ? value : misfit(place, value, 'true or false');

export const isPercentage = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value <= 100 && Number(value.toFixed(6)) === value;

const percentageAt = (value: unknown, place: string): number =>
  isPercentage(value) ? value : misfit(place, value, 'a number from 0 to 100 with at most 6 decimals');

export interface ParsedFlag {
  readonly key: string;
  readonly enabled: boolean;
  readonly type: FlagType;
  readonly variations: ReadonlyMap<string, FlagValue>;
  readonly default_variation: string;
  readonly off_variation: string;
  readonly metadata: Readonly<Record<string, Scalar>>;
  readonly client_side: boolean;
  readonly bucketing: Bucketing;
}

type Variations = ParsedFlag['variations'];

/** All of a flag but its rules: a disabled flag is off whatever they say. */
export const parseFlag = (flag: unknown, account: string): ParsedFlag => {
  const fields = fieldsOf(flag, 'the flag');
  const key = textAt(field(fields, 'key'), 'key');
  const enabled = booleanAt(field(fields, 'enabled'), 'enabled');
  const { type, variations } = parseVariations(field(fields, 'variations'));
  const default_variation = variationAt(field(fields, 'default_variation'), 'default_variation', variations);
  const off = field(fields, 'off_variation');
  const clientSide = field(fields, 'client_side');
  return {
    key,
    enabled,
    type,
    variations,
    default_variation,
    off_variation: off === undefined ? default_variation : variationAt(off, 'off_variation', variations),
    metadata: parseMetadata(field(fields, 'metadata')),
    client_side: clientSide === undefined || booleanAt(clientSide, 'client_side'),
    bucketing: parseBucketing(field(fields, 'bucketing'), account, key),
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

const variationAt = (value: unknown, place: string, variations: Variations): string =>
  typeof value === 'string' && variations.has(value)
    ? value
    : misfit(place, value, `the name of a variation: ${[...variations.keys()].slice(0, 10).join(', ')}`);

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

const parseBucketing = (value: unknown, account: string, key: string): Bucketing => {
  if (value === undefined) return { hash: 'murmur3', salt: `${account}/${key}` };
  const fields = fieldsOf(value, 'bucketing');
  const hash = field(fields, 'hash');
  if (hash !== 'murmur3' && hash !== 'flagship')
    return misfit('bucketing.hash', hash, '"murmur3" or "flagship"');
  return { hash, salt: textAt(field(fields, 'salt'), 'bucketing.salt') };
};

/** A rule, and where the caller's list has it. */
export type PlacedRule = Rule & { readonly index: number };

/** In ascending priority. */
export const parseRules = (flag: unknown, variations: Variations): readonly PlacedRule[] => {
  const rules = listOf(field(fieldsOf(flag, 'the flag'), 'rules'), 'rules').map((rule, index) => ({
    ...parseRule(rule, `rules[${index}]`, variations),
    index,
  }));
  const seen = new Map<number, number>();
  for (const { priority, index } of rules) {
    const other = seen.get(priority);
    if (other !== undefined) {
      throw new Misfit(
        `rules[${index}].priority is ${priority}, as that of rules[${other}]; expected another`,
      );
    }
    seen.set(priority, index);
  }
  return rules.sort((a, b) => a.priority - b.priority);
};

const parseRule = (value: unknown, place: string, variations: Variations): Rule => {
  const fields = fieldsOf(value, place);
  const priority = field(fields, 'priority');
  if (typeof priority !== 'number' || !Number.isSafeInteger(priority) || priority < 1) {
    return misfit(`${place}.priority`, priority, 'a whole number from 1');
  }
  const conditions = parseConditions(field(fields, 'conditions'), `${place}.conditions`, 1);
  const rollout = field(fields, 'rollout');
  const split = field(fields, 'split');
  if (split !== undefined) {
    if (rollout !== undefined) throw new Misfit(`${place} has a rollout and a split; expected one of them`);
    return { priority, conditions, split: parseSplit(split, `${place}.split`, variations) };
  }
  const serve = field(fields, 'serve_variation');
  return {
    priority,
    conditions,
    serve_variation: variationAt(serve, `${place}.serve_variation`, variations),
    ...(rollout === undefined ? {} : { rollout: parseRollout(rollout, `${place}.rollout`) }),
  };
};

const parseAttribute = (fields: Fields, place: string): { readonly attribute?: string } => {
  const attribute = field(fields, 'attribute');
  return attribute === undefined ? {} : { attribute: textAt(attribute, `${place}.attribute`) };
};

const parseRollout = (value: unknown, place: string): Rollout => {
  const fields = fieldsOf(value, place);
  return {
    percentage: percentageAt(field(fields, 'percentage'), `${place}.percentage`),
    ...parseAttribute(fields, place),
  };
};

const parseSplit = (value: unknown, place: string, variations: Variations): Split => {
  const fields = fieldsOf(value, place);
  const names = new Set<string>();
  const taken: { readonly range: Range; readonly place: string }[] = [];
  const allocations = listOf(field(fields, 'allocations'), `${place}.allocations`).map(
    (allocation, index) => {
      const at = `${place}.allocations[${index}]`;
      const inner = fieldsOf(allocation, at);
      const variation = variationAt(field(inner, 'variation'), `${at}.variation`, variations);
      if (names.has(variation)) {
        throw new Misfit(`${at}.variation is "${variation}" again; expected each variation at most once`);
      }
      names.add(variation);
      const ranges = listOf(field(inner, 'ranges'), `${at}.ranges`).map((range, rangeIndex) => {
        const parsed = parseRange(range, `${at}.ranges[${rangeIndex}]`);
        taken.push({ range: parsed, place: `${at}.ranges[${rangeIndex}]` });
        return parsed;
      });
      return { variation, ranges };
    },
  );
  taken.sort((a, b) => a.range[0] - b.range[0]);
  for (const [index, { range, place: at }] of taken.entries()) {
    const before = taken[index - 1];
    if (before !== undefined && range[0] < before.range[1]) {
      throw new Misfit(
        `${at} is [${range.join(', ')}], which overlaps ${before.place}, [${before.range.join(', ')}]; expected ranges that do not overlap`,
      );
    }
  }
  return { allocations, ...parseAttribute(fields, place) };
};

const parseRange = (value: unknown, place: string): Range => {
  const bounds = listOf(value, place);
  if (bounds.length !== 2) throw new Misfit(`${place} has ${bounds.length} members; expected [from, to]`);
  const from = percentageAt(bounds[0], `${place}[0]`);
  const to = percentageAt(bounds[1], `${place}[1]`);
  return from < to ? [from, to] : misfit(`${place}[1]`, to, `more than ${from}`);
};

const parseConditions = (value: unknown, place: string, depth: number): readonly Condition[] =>
  listOf(value, place).map((condition, index) => parseCondition(condition, `${place}[${index}]`, depth));

/** A condition in a list that is at the given depth. */
const parseCondition = (value: unknown, place: string, depth: number): Condition => {
  const fields = fieldsOf(value, place, 'a condition');
  const logical = field(fields, 'logical_operator');
  return logical === undefined
    ? parseComparison(fields, place)
    : parseGroup(logical, field(fields, 'clauses'), place, depth);
};

const parseGroup = (logical: unknown, list: unknown, place: string, depth: number): Condition => {
  if (logical !== 'AND' && logical !== 'OR')
    return misfit(`${place}.logical_operator`, logical, '"AND" or "OR"');
  if (depth >= DEEPEST_CONDITION) {
    throw new Misfit(
      `${place} is nested too deep; expected at most ${DEEPEST_CONDITION} levels of conditions`,
    );
  }
  const clauses = parseConditions(list, `${place}.clauses`, depth + 1);
  if (clauses.length === 0) throw new Misfit(`${place}.clauses is empty; expected at least one condition`);
  return { logical_operator: logical, clauses };
};

const parseComparison = (fields: Fields, place: string): Condition => {
  const attribute = textAt(field(fields, 'attribute'), `${place}.attribute`);
  const operator = field(fields, 'operator');
  if (!isOperator(operator)) {
    return misfit(`${place}.operator`, operator, `one of ${Object.keys(OPERATORS).join(', ')}`);
  }
  const row = OPERATORS[operator];
  const unread = field(fields, 'value');
  const value = Array.isArray(unread) ? itemsOf(unread, `${place}.value`) : unread;
  const problem = row.problem(value);
  if (problem !== null) throw new Misfit(`${place}.${problem}`);
  const ignoreCase = field(fields, 'ignore_case');
  const folds = ignoreCase !== undefined && booleanAt(ignoreCase, `${place}.ignore_case`);
  if (folds && !row.ignoreCase) {
    throw new Misfit(found(`${place}.ignore_case`, true, `none, as ${operator} compares no texts`));
  }
  // The row of this operator was asked whether the value is of its kind and whether it may ignore case.
  return {
    attribute,
    operator,
    ...(row.value === 'none' ? {} : { value }),
    ...(folds ? { ignore_case: true } : {}),
  } as Condition;
};
