import type { Flag, Rule } from '@halyard/engine';
import { rulePairs } from '../words/rule-pairs.ts';

interface States<F extends Flag> {
  readonly before: F;
  readonly after: F;
}

/**
 * The two states of a change with the priorities that its rules have by now, so that a rule put in front since is beside them and not
 * in their place. A change that itself moved, added or removed rules is left as it is: where that collides, it is not guessed.
 */
export const withPrioritiesOf = <F extends Flag>({ before, after }: States<F>, now: Flag): States<F> => {
  const inPlace = rulePairs(before.rules, after.rules).every(
    (pair) => pair.before?.priority === pair.after?.priority,
  );
  if (!inPlace) return { before, after };
  let free = 1 + Math.max(0, ...now.rules.map((rule) => rule.priority));
  const places = new Map<number, number>();
  for (const pair of rulePairs(after.rules, now.rules)) {
    if (pair.before === null) continue;
    places.set(pair.before.priority, pair.after?.priority ?? free);
    if (pair.after === null) free += 1;
  }
  const placed = (rule: Rule): Rule => ({ ...rule, priority: places.get(rule.priority) ?? rule.priority });
  return {
    before: { ...before, rules: before.rules.map(placed) },
    after: { ...after, rules: after.rules.map(placed) },
  };
};
