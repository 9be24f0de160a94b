import type { Flag } from '@halyard/engine';
import { inOrder, ownKeys, type RuleKeys } from './rule-keys.ts';

/** The priorities of the rules that are open to everyone now and were not before. */
export const widened = (before: Flag, after: Flag, afterKeys: RuleKeys): readonly number[] => {
  const keys = ownKeys(before.rules);
  const old = inOrder(before.rules);
  return inOrder(after.rules).flatMap(({ conditions, priority }, index) => {
    const was = old[keys.indexOf(afterKeys[index] ?? '')];
    return conditions.length === 0 && was?.conditions.length !== 0 ? [priority] : [];
  });
};
