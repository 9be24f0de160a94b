import type { Rule } from '@halyard/engine';
import { rulePairs } from '../words/rule-pairs.ts';

/**
 * Which rule of one state of a flag is which of another: priorities are renumbered whenever a rule is put in between, so they alone
 * would take somebody's new rule for the one that stood there before.
 */

/** The rules in the order they are tried. */
export const inOrder = (rules: readonly Rule[]): readonly Rule[] =>
  [...rules].sort((a, b) => a.priority - b.priority);

/** A name for each rule of a state, in its order, by which it is known while states are compared. */
export type RuleKeys = readonly string[];

export const ownKeys = (rules: readonly Rule[]): RuleKeys =>
  inOrder(rules).map(({ priority }) => `${priority}`);

/** The keys of `other`'s rules as `base` names them; new ones are called by `whose` they are. */
export const keysFrom = (base: readonly Rule[], other: readonly Rule[], whose: string): RuleKeys =>
  rulePairs(base, other).flatMap(({ before, after }) => {
    if (after === null) return [];
    return [before === null ? `${whose}:${after.priority}` : `${before.priority}`];
  });
