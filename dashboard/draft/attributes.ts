import type { Condition, Flag } from '@halyard/engine';

/** What people most often target by; offered before a flag names its own. */
const COMMON = ['targetingKey', 'user.email', 'country', 'plan', 'version', 'ip', 'roles'];

const named = (condition: Condition): readonly string[] =>
  'logical_operator' in condition
    ? condition.clauses.flatMap(named)
    : 'attribute' in condition && condition.attribute !== undefined
      ? [condition.attribute]
      : [];

/** Attribute names to offer: those that are asked for already, then the common ones. */
export const attributesIn = (
  conditions: readonly Condition[],
  others: readonly (string | undefined)[] = [],
): readonly string[] =>
  [
    ...new Set([...conditions.flatMap(named), ...others.filter((name) => name !== undefined), ...COMMON]),
  ].filter((name) => name !== '');

export const attributesOf = ({ rules }: Flag): readonly string[] =>
  attributesIn(
    rules.flatMap(({ conditions }) => conditions),
    rules.flatMap(({ rollout, split }) => [rollout?.attribute, split?.attribute]),
  );
