import type { Condition } from '@halyard/engine';

/** A condition, or one that always or never holds. */
export type Side = boolean | Condition;

/**
 * What can be denied. Halyard's negated operators say nothing of an attribute that is missing, so that a negation is said beside what it
 * negates: for every context exactly one of the two holds.
 */
export interface Formula {
  readonly yes: Side;
  readonly no: Side;
}

export const ALWAYS: Formula = { yes: true, no: false };
export const NEVER: Formula = { yes: false, no: true };

export const not = ({ yes, no }: Formula): Formula => ({ yes: no, no: yes });

export const all = (formulas: readonly Formula[]): Formula => ({
  yes: allOf(formulas.map(({ yes }) => yes)),
  no: anyOf(formulas.map(({ no }) => no)),
});

export const any = (formulas: readonly Formula[]): Formula => not(all(formulas.map(not)));

export const allOf = (sides: readonly Side[]): Side => joined('AND', true, sides);
export const anyOf = (sides: readonly Side[]): Side => joined('OR', false, sides);

const joined = (operator: 'AND' | 'OR', neutral: boolean, sides: readonly Side[]): Side => {
  const clauses: Condition[] = [];
  for (const side of sides) {
    if (side === neutral) continue;
    if (typeof side === 'boolean') return side;
    if ('logical_operator' in side && side.logical_operator === operator) clauses.push(...side.clauses);
    else clauses.push(side);
  }
  const [only, ...others] = clauses;
  if (only === undefined) return neutral;
  return others.length === 0 ? only : { logical_operator: operator, clauses };
};

/** As a rule lists them: all must hold. Null: they never do. */
export const conditionsOf = (side: Side): readonly Condition[] | null => {
  if (typeof side === 'boolean') return side ? [] : null;
  return 'logical_operator' in side && side.logical_operator === 'AND' ? side.clauses : [side];
};
