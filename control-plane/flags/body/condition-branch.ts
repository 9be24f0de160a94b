import type { Reference } from '@halyard/engine';
import { own } from './json.ts';

/** By branch of the union of conditions (schema-rule.ts), behind comparisons and groups. */
const REFERENCE_OPERATORS = [
  ['in_segment', 'not_in_segment'],
  ['serves', 'not_serves'],
  ['in_share'],
] as const satisfies readonly (readonly Reference['operator'][])[];

/** Which branch a condition is meant to be, whatever is wrong with it: 0 a comparison, 1 a group. */
export const branchOfCondition = (condition: unknown): number => {
  if (own(condition, 'logical_operator') !== undefined) return 1;
  const operator = own(condition, 'operator');
  const at = REFERENCE_OPERATORS.findIndex((names) => names.some((name) => name === operator));
  return at === -1 ? 0 : at + 2;
};
