import type { Comparison, Condition, Flag, JsonValue, Reference, Rule, Scalar } from '@halyard/engine';
import { isReference } from '../flag/query.ts';
import { type ChangeInWords, changeInWords, labelOf } from './change.ts';
import { conditionsWords, OPERATOR_WORDS, REFERENCE_WORDS } from './condition.ts';
import { members } from './members.ts';
import { type RulePair, rulePairs } from './rule-pairs.ts';
import { same } from './same.ts';
import { ruleWords, servesWords } from './summary.ts';
import { plain, value, type Words } from './words.ts';

interface ListComparison {
  readonly subject: string;
  readonly before: readonly Scalar[];
  readonly after: readonly Scalar[];
}

const subjectOf = (condition: Comparison | Reference): string => {
  if (!isReference(condition)) {
    return `${condition.attribute} ${OPERATOR_WORDS[condition.operator] ?? condition.operator}`;
  }
  const words = REFERENCE_WORDS[condition.operator];
  return 'flag' in condition ? `${condition.flag} ${words}` : words;
};

/** The lists that differ between two conditions that are otherwise the same; null if more than that differs. */
const listsOf = (before: Condition, after: Condition): readonly ListComparison[] | null => {
  if (same(before, after)) return [];
  if ('logical_operator' in before || 'logical_operator' in after) {
    if (!('logical_operator' in before && 'logical_operator' in after)) return null;
    if (before.logical_operator !== after.logical_operator) return null;
    return listsOfAll(before.clauses, after.clauses);
  }
  if (!('value' in before && 'value' in after)) return null;
  const { value: old, ...head } = before;
  const { value: young, ...newHead } = after;
  if (!same(head, newHead) || !Array.isArray(old) || !Array.isArray(young)) return null;
  return [{ subject: subjectOf(before), before: old, after: young }];
};

const listsOfAll = (
  before: readonly Condition[],
  after: readonly Condition[],
): readonly ListComparison[] | null => {
  if (before.length !== after.length) return null;
  const lists: ListComparison[] = [];
  for (const [index, condition] of before.entries()) {
    const young = after[index];
    const found = young === undefined ? null : listsOf(condition, young);
    if (found === null) return null;
    lists.push(...found);
  }
  return lists;
};

const conditionChanges = (
  path: string,
  rule: string,
  before: Rule,
  after: Rule,
): readonly ChangeInWords[] => {
  if (same(before.conditions, after.conditions)) return [];
  const lists = listsOfAll(before.conditions, after.conditions);
  const inLists = lists?.flatMap((list) =>
    members(`${path}.${list.subject}`, `${rule}: ${list.subject}`, list.before, list.after),
  );
  if (inLists !== undefined && inLists.length > 0) return inLists;
  return [
    {
      path: `${path}.conditions`,
      label: `${rule}: conditions`,
      from: conditionsWords(before.conditions),
      to: conditionsWords(after.conditions),
    },
  ];
};

const byWords = (rule: Rule): Words => {
  const attribute = rule.split?.attribute ?? rule.rollout?.attribute;
  return attribute === undefined ? [] : [plain(', bucketed by '), value(attribute)];
};

const serveChanges = (path: string, rule: string, before: Rule, after: Rule): readonly ChangeInWords[] => {
  const old = { serve_variation: before.serve_variation, rollout: before.rollout, split: before.split };
  const young = { serve_variation: after.serve_variation, rollout: after.rollout, split: after.split };
  if (same(old, young)) return [];
  const by = same(byWords(before), byWords(after)) ? () => [] : byWords;
  const from = [...servesWords(before), ...by(before)];
  const to = [...servesWords(after), ...by(after)];
  return [
    {
      path: `${path}.serve`,
      label: `${rule}: serves`,
      from,
      // The same shares of other buckets: the sentence alone would say that nothing changed.
      to: same(from, to) ? [...to, plain(' of other buckets')] : to,
    },
  ];
};

const ruleChanges = (before: Flag, after: Flag): readonly ChangeInWords[] => {
  const placeIn = (flag: Flag, rule: Rule | null): number =>
    rule === null ? 0 : 1 + flag.rules.filter((each) => each.priority < rule.priority).length;
  return rulePairs(before.rules, after.rules).flatMap((pair: RulePair) => {
    const was = placeIn(before, pair.before);
    const is = placeIn(after, pair.after);
    const name = `Rule ${pair.after === null ? was : is}`;
    const path = `rules.${pair.after === null ? `-${was}` : is}`;
    if (pair.before === null || pair.after === null) {
      return [
        {
          path,
          label: pair.after === null ? name : `${name}: added`,
          from: pair.before === null ? null : ruleWords(pair.before, was === 1),
          to: pair.after === null ? null : ruleWords(pair.after, is === 1),
        },
      ];
    }
    return [
      ...(pair.moved
        ? [
            {
              path: `${path}.moved`,
              label: `${name}: moved`,
              from: null,
              to: [...ruleWords(pair.after, is === 1), plain(`, was rule ${was}`)],
            },
          ]
        : []),
      ...conditionChanges(path, name, pair.before, pair.after),
      ...serveChanges(path, name, pair.before, pair.after),
    ];
  });
};

const isObject = (json: unknown): json is Readonly<Record<string, JsonValue>> =>
  typeof json === 'object' && json !== null && !Array.isArray(json);

/** Fields that are said in ways of their own, or never change. */
const APART = new Set(['key', 'rules', 'tags', 'bucketing', 'variations', 'metadata']);

const fieldChange = (
  names: readonly string[],
  from: JsonValue | undefined,
  to: JsonValue | undefined,
): readonly ChangeInWords[] => (same(from, to) ? [] : [changeInWords(names.join('.'), names, from, to)]);

const namesOf = (before: object, after: object): readonly string[] => [
  ...new Set([...Object.keys(before), ...Object.keys(after)]),
];

/** What a person would say changed between two states of a flag: rules as sentences, moves as moves, lists by their members. */
export const changesBetween = (before: Flag, after: Flag): readonly ChangeInWords[] => {
  // A flag is JSON; its types say more than JsonValue can.
  const [old, young] = [before, after] as unknown as readonly [
    Readonly<Record<string, JsonValue>>,
    Readonly<Record<string, JsonValue>>,
  ];
  const fields = namesOf(old, young).filter((field) => !APART.has(field));
  const named = ['variations', 'metadata'].flatMap((field) => {
    const from = isObject(old[field]) ? old[field] : {};
    const to = isObject(young[field]) ? young[field] : {};
    return namesOf(from, to).flatMap((name) => fieldChange([field, name], from[name], to[name]));
  });
  const changes = [
    ...fields.flatMap((field) => fieldChange([field], old[field], young[field])),
    ...named,
    ...ruleChanges(before, after),
    ...members('tags', labelOf(['tags']), before.tags ?? [], after.tags ?? []),
  ];
  return changes.length > 0 || same(before, after)
    ? changes
    : [
        {
          path: 'order',
          label: 'Order',
          from: null,
          to: [plain('priorities and order only; nothing it serves')],
        },
      ];
};
