import type { Condition, Rule } from '@halyard/engine';
import type { FlagDefinition } from '../../model/flag.ts';
import type { FlagInput } from '../decide/definition.ts';
import { sameJson } from '../diff/diff.ts';

/**
 * A client that does not know `split` or `ignore_case` reads a flag, drops them and sends the flag back. A rule that comes
 * back without them, but otherwise as it was answered, keeps them.
 */
export function keepExtensions(input: FlagInput, stored: FlagDefinition): FlagInput {
  const byPriority = new Map(stored.rules.map((rule) => [rule.priority, rule]));
  const byId = new Map(stored.rules.map((rule) => [rule.id, rule]));
  return {
    ...input,
    rules: input.rules.map((rule) => {
      const known = rule.id === undefined ? byPriority.get(rule.priority) : byId.get(rule.id);
      return known !== undefined && sameJson(withoutExtensions(rule), withoutExtensions(known))
        ? withExtensions(rule, known)
        : rule;
    }),
  };
}

const withoutExtensions = ({ split: _, id: __, bucketing: ___, conditions, ...rest }: Rule) => ({
  ...rest,
  conditions: conditions.map(caseSensitive),
});

function caseSensitive(condition: Condition): Condition {
  if ('logical_operator' in condition) return { ...condition, clauses: condition.clauses.map(caseSensitive) };
  if (!('ignore_case' in condition)) return condition;
  const { ignore_case: _, ...rest } = condition;
  return rest;
}

/** The two are alike but for their extensions, so their conditions pair up. */
function withExtensions(rule: Rule, known: Rule): Rule {
  const conditions = casedAs(rule.conditions, known.conditions);
  if (rule.split !== undefined || known.split === undefined) return { ...rule, conditions };
  return { ...known, conditions };
}

const casedAs = (conditions: readonly Condition[], known: readonly Condition[]): Condition[] =>
  conditions.map((condition, index) => {
    const before = known[index];
    if (before === undefined) return condition;
    if ('logical_operator' in condition) {
      return 'logical_operator' in before
        ? { ...condition, clauses: casedAs(condition.clauses, before.clauses) }
        : condition;
    }
    if ('logical_operator' in before) return condition;
    return 'ignore_case' in condition && condition.ignore_case !== undefined ? condition : before;
  });
