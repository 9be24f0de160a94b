import {
  type Condition,
  type Flag,
  isPercentage,
  OPERATORS,
  type Operator,
  type Rule,
  reweight,
  type Scalar,
  type Split,
} from '@halyard/engine';
import { isCatchAll } from '@halyard/engine/shares';
import type { StoredFlag } from '../api.ts';
import { type BuilderGroup, type BuilderRule, hasEmptyGroup, isGroup, isReference } from '../flag/query.ts';
import { KEY_PATTERN } from '../flags/new-flag.ts';
import { flagPage } from '../strings/flag-page.ts';
import { strings } from '../strings.ts';
import { conditionsOf } from './conditions.ts';
import {
  type Draft,
  type DraftMetadata,
  type DraftRule,
  type DraftVariation,
  definitionOf,
  type Serve,
} from './draft.ts';
import { readNumber } from './read-number.ts';
import { problemOfReference } from './reference.ts';
import { finishTest } from './tests.ts';
import { totalOf, type Weights } from './weights.ts';
import { withOff } from './whole.ts';

/** What keeps a draft from being saved, and where. */
export interface DraftProblem {
  /** The id of the variation, rule, metadata, prerequisite or test it is about. */
  readonly id: string;
  readonly message: string;
}

export interface Finished {
  readonly flag: Flag;
  readonly problems: readonly DraftProblem[];
}

const nameOf = (draft: Draft, id: string): string =>
  draft.variations.find((variation) => variation.id === id)?.name ?? id;

/** Names that mean something to JavaScript's own objects; the server refuses them too. */
const RESERVED = new Set(['__proto__', 'constructor', 'prototype']);

const problemsOfNames = (
  items: readonly { readonly id: string; readonly name: string }[],
): readonly DraftProblem[] =>
  items.flatMap(({ id, name }, index) => {
    if (!KEY_PATTERN.test(name)) return [{ id, message: strings.problems.name }];
    if (RESERVED.has(name)) return [{ id, message: strings.problems.reserved(name) }];
    const twin = items.findIndex((other) => other.name === name) < index;
    return twin ? [{ id, message: strings.problems.twin(name) }] : [];
  });

type Read = { readonly value: NonNullable<Flag['variations'][string]> } | { readonly message: string };

/** The value a variation's text stands for, or what is wrong with the text. */
export const readVariation = (type: Draft['type'], text: string): Read => {
  if (type === 'string') return { value: text };
  if (type === 'number') {
    const number = readNumber(text);
    return Number.isNaN(number) ? { message: flagPage.problems.number } : { value: number };
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { message: type === 'json' ? strings.problems.json(String(error)) : strings.problems[type] };
  }
  if (type === 'boolean') {
    return typeof value === 'boolean' ? { value } : { message: strings.problems.boolean };
  }
  // JSON.parse gives JSON; an object or a list is all that is left to be told apart.
  return typeof value === 'object' && value !== null
    ? { value: value as Flag['variations'][string] }
    : { message: strings.problems.object };
};

/** The values that variations stand for by name, and what is wrong with their names and texts. */
export const readVariations = (type: Draft['type'], variations: readonly DraftVariation[]) => {
  const problems: DraftProblem[] = [...problemsOfNames(variations)];
  const values: Record<string, Flag['variations'][string]> = {};
  for (const { id, name, text } of variations) {
    const read = readVariation(type, text);
    if ('message' in read) problems.push({ id, message: read.message });
    else if (!RESERVED.has(name)) values[name] = read.value;
  }
  return { values, problems };
};

const metadataValue = ({ text, was }: DraftMetadata): Scalar => {
  if (was !== null && String(was) === text) return was;
  if (text === 'true' || text === 'false') return text === 'true';
  return text.trim() !== '' && String(Number(text)) === text ? Number(text) : text;
};

export const problemOfCondition = (node: BuilderRule | BuilderGroup): string | null => {
  if (isGroup(node)) {
    if (hasEmptyGroup(node)) return flagPage.problems.emptyGroup;
    for (const inner of node.rules) {
      const problem = problemOfCondition(inner);
      if (problem !== null) return problem;
    }
    return null;
  }
  if (node.value?.reference !== undefined) return problemOfReference(node.value.reference);
  if (node.field.trim() === '') return strings.problems.attribute;
  const [condition] = conditionsOf({ combinator: 'and', rules: [node] });
  if (condition === undefined || 'logical_operator' in condition || isReference(condition)) return null;
  const operator: Operator = condition.operator;
  const value = 'value' in condition ? condition.value : undefined;
  if (Array.isArray(value) && value.length === 0) return strings.problems.emptyList(node.field);
  const problem = OPERATORS[operator].problem(value);
  return problem === null ? null : `${node.field}: ${problem}`;
};

const sameWeights = (a: Weights, b: Weights): boolean => {
  const names = Object.keys(a).filter((name) => a[name] !== 0);
  return (
    names.length === Object.keys(b).filter((name) => b[name] !== 0).length &&
    names.every((name) => a[name] === b[name])
  );
};

const sharesOfSplit = (split: Split): Weights =>
  Object.fromEntries(
    split.allocations.map(({ variation, ranges }) => [
      variation,
      Number(ranges.reduce((sum, [from, to]) => sum + to - from, 0).toFixed(6)),
    ]),
  );

/** The split that new weights come to, moving as few people as can be, and how many percent that is. */
export const splitOf = (
  serve: Serve & { readonly kind: 'split' },
): { readonly split: Split; readonly moved: number } => {
  const attribute = serve.attribute === '' ? {} : { attribute: serve.attribute };
  const total = totalOf(serve.weights);
  // Something in it cannot be read: it is a problem of the draft, and nothing is shared out anew.
  if (!Number.isFinite(total)) return { split: serve.base ?? { ...attribute, allocations: [] }, moved: 0 };
  if (serve.base !== null && sameWeights(serve.weights, sharesOfSplit(serve.base))) {
    return { split: { ...attribute, allocations: serve.base.allocations }, moved: 0 };
  }
  if (total === 0) return { split: { ...attribute, allocations: [] }, moved: 0 };
  const { split, moved } = reweight(serve.base, serve.weights, { total });
  return { split: { ...attribute, allocations: split.allocations }, moved };
};

const servedBy = (draft: Draft, serve: Serve): Omit<Rule, 'priority' | 'conditions'> => {
  if (serve.kind === 'variation') return { serve_variation: nameOf(draft, serve.variation) };
  if (serve.kind === 'rollout') {
    return {
      serve_variation: nameOf(draft, serve.variation),
      rollout: {
        percentage: Number.isNaN(serve.percentage) ? 0 : serve.percentage,
        ...(serve.attribute === '' ? {} : { attribute: serve.attribute }),
      },
    };
  }
  const { split } = splitOf(serve);
  const allocations = split.allocations.map((each) => ({
    ...each,
    variation: nameOf(draft, each.variation),
  }));
  return { split: { ...split, allocations } };
};

/** A rule that says neither whom it is for nor that it is for everyone. */
export const isUnfinished = ({ query, everyone }: DraftRule): boolean => !everyone && !saysSomething(query);

const saysSomething = (node: BuilderRule | BuilderGroup): boolean =>
  isGroup(node)
    ? node.rules.some(saysSomething)
    : node.value?.reference !== undefined || node.field.trim() !== '';

/** Holds for nobody: what an unfinished rule stands for, so that nothing shows it as a rule for everyone. */
const NOBODY: Condition = { attribute: 'targetingKey', operator: 'in', value: [] };

const problemsOfRule = (rule: DraftRule): readonly DraftProblem[] => {
  const message =
    problemOfCondition(rule.query) ?? (isUnfinished(rule) ? flagPage.problems.noCondition : null);
  return [...(message === null ? [] : [{ id: rule.id, message }]), ...problemsOfServe(rule)];
};

const problemsOfServe = (rule: DraftRule): readonly DraftProblem[] => {
  const { serve } = rule;
  const shares =
    serve.kind === 'rollout'
      ? [serve.percentage]
      : serve.kind === 'split'
        ? Object.values(serve.weights)
        : [];
  if (!shares.every(isPercentage)) return [{ id: rule.id, message: flagPage.problems.percentage }];
  if (serve.kind === 'split' && totalOf(serve.weights) === 0) {
    return [{ id: rule.id, message: strings.problems.emptySplit }];
  }
  return [];
};

/** Priorities as they were where the order is as it was, else counted from 1. */
export const prioritiesOf = (rules: readonly Pick<DraftRule, 'was'>[]): readonly number[] => {
  const kept = rules.flatMap(({ was }) => (was === null ? [] : [was]));
  const newAtTheEnd = rules.slice(0, kept.length).every(({ was }) => was !== null);
  const ascending = kept.every((priority, index) => priority > (kept[index - 1] ?? 0));
  if (!newAtTheEnd || !ascending) return rules.map((_, index) => index + 1);
  const last = kept.at(-1) ?? 0;
  return rules.map(({ was }, index) => was ?? last + index - kept.length + 1);
};

const problemsOfOrder = (draft: Draft, rules: readonly Rule[]): readonly DraftProblem[] => {
  const catchAll = rules.findIndex(isCatchAll);
  const after = rules.findIndex((rule, index) => catchAll !== -1 && index > catchAll && !isCatchAll(rule));
  const id = draft.rules[catchAll]?.id;
  return after === -1 || id === undefined ? [] : [{ id, message: strings.problems.catchAll }];
};

const offFields = (draft: Draft): Pick<Flag, 'off_variation'> => {
  switch (draft.off.kind) {
    case 'variation':
      return { off_variation: nameOf(draft, draft.off.variation) };
    case 'caller':
      return { off_variation: null };
    case 'default':
      return {};
  }
};

/** The flag a draft stands for, and all that is still wrong with it. Fields that were absent and are untouched stay absent. */
export const finish = (draft: Draft, base: StoredFlag): Finished => {
  const variations = readVariations(draft.type, draft.variations);
  const priorities = prioritiesOf(draft.rules);
  const rules = draft.rules.map(
    (rule, index): Rule => ({
      ...rule.kept,
      priority: priorities[index] ?? index + 1,
      conditions: isUnfinished(rule) ? [NOBODY] : conditionsOf(rule.query),
      // The union of what a rule serves was built from a union of the same kinds.
      ...(servedBy(draft, rule.serve) as { serve_variation: string }),
    }),
  );
  // A test goes on expecting the variation that it named, whatever that is called now.
  const tests = draft.tests.map((test) => finishTest(test, (id) => nameOf(draft, id)));
  const { off_variation: _off, owner: _owner, ...before } = definitionOf(base);
  const owner = draft.owner === base.owner ? draft.owner : draft.owner.trim();
  const said: Flag = {
    ...before,
    ...(draft.description === '' && !before.description ? {} : { description: draft.description }),
    variations: variations.values,
    default_variation: nameOf(draft, draft.defaultVariation),
    ...offFields(draft),
    rules,
    ...(tests.length === 0 && before.tests === undefined ? {} : { tests: tests.map(({ test }) => test) }),
    ...(draft.prerequisites.length === 0 && before.prerequisites === undefined
      ? {}
      : { prerequisites: draft.prerequisites.map(({ flag, variations }) => ({ flag, variations })) }),
    ...(draft.tags.length === 0 && before.tags === undefined ? {} : { tags: draft.tags }),
    ...(draft.metadata.length === 0 && before.metadata === undefined
      ? {}
      : { metadata: Object.fromEntries(draft.metadata.map((each) => [each.name, metadataValue(each)])) }),
    ...(draft.clientSide && before.client_side === undefined ? {} : { client_side: draft.clientSide }),
    ...(owner === '' ? {} : { owner }),
    ...(draft.permanent || before.permanent !== undefined ? { permanent: draft.permanent } : {}),
    ...(draft.protected || before.protected !== undefined ? { protected: draft.protected } : {}),
  };
  const problems = [
    ...variations.problems,
    ...draft.rules.flatMap(problemsOfRule),
    ...problemsOfOrder(draft, rules),
    ...problemsOfNames(draft.metadata),
    ...draft.prerequisites.flatMap(({ id, flag, variations }) => {
      const message = problemOfReference({ flag, operator: 'serves', value: variations });
      return message === null ? [] : [{ id, message }];
    }),
    ...tests.flatMap(({ problem }, index) => {
      const id = draft.tests[index]?.id;
      return problem === null || id === undefined ? [] : [{ id, message: problem }];
    }),
  ];
  return { flag: withOff(said, base), problems };
};
