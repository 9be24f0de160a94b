import { exists, isIn, isMissing } from '../comparisons.ts';
import { type Draft, refuse } from '../draft.ts';
import { allOf, anyOf, conditionsOf, type Side } from '../formula.ts';
import type { Place } from '../place.ts';
import { isKept, percent } from '../ranges.ts';
import type { SegmentBody } from '../translator.ts';
import { type Attributes, kindOf } from './attributes.ts';
import { clausesHold } from './clauses.ts';

/** The keys that a segment lists, by the kind of context. */
type Listed = ReadonlyMap<string, readonly string[]>;

export const translateSegment = (segment: Place, attributes: Attributes, draft: Draft): SegmentBody => {
  if (segment.get('unbounded').flagOr(false)) {
    return refuse(segment.get('unbounded').path, 'the members of a big segment are not in the document');
  }
  const include = listed(segment.get('included'), segment.get('includedContexts'));
  const exclude = listed(segment.get('excluded'), segment.get('excludedContexts'));
  const byRules = anyOf(
    segment
      .get('rules')
      .items('a list of rules')
      .map((rule) => ruleHolds(rule, segment, attributes, draft)),
  );
  const [first] = [...include.keys(), ...exclude.keys()].filter((kind) => kind !== 'user');
  if (first === undefined) {
    return {
      description: segment.get('description').textOr(undefined) ?? null,
      include: include.get('user') ?? [],
      exclude: exclude.get('user') ?? [],
      conditions: asConditions(byRules),
    };
  }
  // A Halyard segment lists the texts of one attribute: with other kinds, who is in it is said by conditions.
  const isListed = (lists: Listed): readonly Side[] =>
    [...lists].map(([kind, keys]) => isIn(attributes.keyOf(kind), keys).holds);
  const isNotListed = [...exclude].map(([kind, keys]) => {
    const attribute = attributes.keyOf(kind);
    return anyOf([isIn(attribute, keys).opposite, isMissing(attribute)]);
  });
  return { conditions: asConditions(anyOf([...isListed(include), allOf([...isNotListed, byRules])])) };
};

const asConditions = (side: Side) => {
  // Nobody: a segment without conditions holds whom it lists.
  if (side === false) return [];
  return (
    conditionsOf(side === true ? anyOf([exists('targetingKey'), isMissing('targetingKey')]) : side) ?? []
  );
};

const listed = (users: Place, contexts: Place): Listed => {
  const lists = new Map<string, string[]>();
  const add = (kind: string, keys: readonly string[]): void => {
    if (keys.length > 0) lists.set(kind, [...(lists.get(kind) ?? []), ...keys]);
  };
  for (const target of contexts.items('a list of targets')) {
    add(kindOf(target.get('contextKind')), target.get('values').texts());
  }
  add('user', users.texts());
  return lists;
};

const ruleHolds = (rule: Place, segment: Place, attributes: Attributes, draft: Draft): Side => {
  const clauses = clausesHold(rule.get('clauses'), attributes, draft);
  const weight = rule.get('weight').numberOr(null);
  if (weight === null || weight >= 100_000) return clauses;
  if (weight <= 0) return false;
  if (!isKept(weight / 1000)) draft.differs(rule.get('weight').path, 'has more decimals than a share here');
  const attribute = bucketedBy(rule.get('bucketBy'), rule.get('rolloutContextKind'), attributes);
  const salt = `${segment.get('key').text()}.${segment.get('salt').textOr('')}`;
  return allOf([
    clauses,
    anyOf([
      {
        attribute,
        operator: 'in_share',
        value: { hash: 'launchdarkly', salt, ranges: [[0, percent(weight / 1000)]] },
      },
      // Without the attribute everybody is at the very beginning.
      isMissing(attribute),
    ]),
  ]);
};

/** The attribute that is hashed; by default the key. */
export const bucketedBy = (by: Place, kind: Place, attributes: Attributes): string =>
  by.missing || by.value === '' ? attributes.keyOf(kindOf(kind)) : attributes.of(by, kind);
