import type { Condition, Flag } from '@halyard/engine';

/** What people most often target by; offered before a flag names its own. */
const COMMON = ['targetingKey', 'user.email', 'country', 'plan', 'version', 'ip', 'roles'];

const named = (condition: Condition): readonly string[] =>
  'logical_operator' in condition
    ? condition.clauses.flatMap(named)
    : 'attribute' in condition && condition.attribute !== undefined
      ? [condition.attribute]
      : [];

/** Attribute names to offer: those the flag asks for already, then the common ones. */
export const attributesOf = (flag: Flag): readonly string[] => {
  const own = flag.rules.flatMap((rule) => [
    ...rule.conditions.flatMap(named),
    ...[rule.rollout?.attribute, rule.split?.attribute].filter((name) => name !== undefined),
  ]);
  return [...new Set([...own, ...COMMON])].filter((name) => name !== '');
};
