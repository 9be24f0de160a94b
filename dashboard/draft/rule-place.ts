import { type DraftRule, placeOfNewRule } from './draft.ts';
import { movedTo } from './order.ts';

interface Range {
  readonly first: number;
  readonly last: number;
}

const isOpen = ({ query, everyone }: DraftRule): boolean => everyone && query.rules.length === 0;

/**
 * The places that a rule may be moved to. What is left for everyone else stays at the end: an open rule above one with conditions
 * would take its people away from it. One that stands above already may be moved down.
 */
export const placesOf = (rules: readonly DraftRule[], id: string): Range => {
  const end = placeOfNewRule(rules);
  const at = rules.findIndex((rule) => rule.id === id);
  const rule = rules[at];
  if (rule === undefined) return { first: 0, last: 0 };
  if (at >= end) return { first: end, last: rules.length - 1 };
  return { first: 0, last: isOpen(rule) ? rules.length - 1 : end - 1 };
};

/** The rules with one moved as near to a place as it may be. */
export const ruleMovedTo = (rules: readonly DraftRule[], id: string, place: number): readonly DraftRule[] => {
  const { first, last } = placesOf(rules, id);
  return movedTo(rules, id, Math.min(Math.max(place, first), last));
};
