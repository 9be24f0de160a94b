import type { Rollout, Rule, Split } from '../model.ts';
import { Misfit, misfit } from '../place.ts';
import { parseConditions } from './conditions.ts';
import {
  attributeAt,
  bucketingAt,
  type Fields,
  field,
  fieldsOf,
  listOf,
  type PlacedRange,
  percentageAt,
  rangesAt,
  refuseOverlap,
  textAt,
} from './fields.ts';
import { type Variations, variationAt } from './flag.ts';

/** A rule, and where the caller's list has it. */
export type PlacedRule = Rule & { readonly index: number };

/**
 * How rules are written for readers of this release on, where an older one would take them for something else: it finds no list of
 * rules, and that flag fails alone.
 */
const FORMAT = 2;

const rulesListOf = (flag: unknown): readonly unknown[] => {
  const rules = field(fieldsOf(flag, 'the flag'), 'rules');
  if (Array.isArray(rules) || typeof rules !== 'object' || rules === null) return listOf(rules, 'rules');
  const fields = fieldsOf(rules, 'rules');
  const format = field(fields, 'format');
  if (format !== FORMAT) return misfit('rules.format', format, `${FORMAT}, which this release understands`);
  return listOf(field(fields, 'list'), 'rules.list');
};

/** In ascending priority. */
export const parseRules = (flag: unknown, variations: Variations): readonly PlacedRule[] => {
  const rules = rulesListOf(flag).map((rule, index) => ({
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
  const id = field(fields, 'id');
  const bucketing = field(fields, 'bucketing');
  return {
    priority,
    conditions: parseConditions(field(fields, 'conditions'), `${place}.conditions`, 'flag'),
    ...(id === undefined ? {} : { id: textAt(id, `${place}.id`) }),
    ...(bucketing === undefined ? {} : { bucketing: bucketingAt(bucketing, `${place}.bucketing`) }),
    ...parseServe(fields, place, variations),
  };
};

const parseServe = (
  fields: Fields,
  place: string,
  variations: Variations,
): { readonly split: Split } | { readonly serve_variation: string; readonly rollout?: Rollout } => {
  const rollout = field(fields, 'rollout');
  const split = field(fields, 'split');
  if (split !== undefined) {
    if (rollout !== undefined) throw new Misfit(`${place} has a rollout and a split; expected one of them`);
    return { split: parseSplit(split, `${place}.split`, variations) };
  }
  const serve = field(fields, 'serve_variation');
  return {
    serve_variation: variationAt(serve, `${place}.serve_variation`, variations),
    ...(rollout === undefined ? {} : { rollout: parseRollout(rollout, `${place}.rollout`) }),
  };
};

const parseRollout = (value: unknown, place: string): Rollout => {
  const fields = fieldsOf(value, place);
  return {
    percentage: percentageAt(field(fields, 'percentage'), `${place}.percentage`),
    ...attributeAt(fields, place),
  };
};

const parseSplit = (value: unknown, place: string, variations: Variations): Split => {
  const fields = fieldsOf(value, place);
  const names = new Set<string>();
  const taken: PlacedRange[] = [];
  const allocations = listOf(field(fields, 'allocations'), `${place}.allocations`).map(
    (allocation, index) => {
      const at = `${place}.allocations[${index}]`;
      const inner = fieldsOf(allocation, at);
      const variation = variationAt(field(inner, 'variation'), `${at}.variation`, variations);
      if (names.has(variation)) {
        throw new Misfit(`${at}.variation is "${variation}" again; expected each variation at most once`);
      }
      names.add(variation);
      const ranges = rangesAt(field(inner, 'ranges'), `${at}.ranges`);
      taken.push(...ranges);
      return { variation, ranges: ranges.map(({ range }) => range) };
    },
  );
  refuseOverlap(taken);
  return { allocations, ...attributeAt(fields, place) };
};
