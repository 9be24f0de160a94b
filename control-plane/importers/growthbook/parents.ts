import type { FlagValue } from '@halyard/engine';
import type { Side } from '../formula.ts';
import type { Place } from '../place.ts';
import { holdsFor } from './known.ts';

/** Which answers of another feature satisfy a condition on its value. */
export interface Satisfying {
  readonly variations: readonly string[];
  readonly others: readonly string[];
  /** No value at all satisfies it too. */
  readonly nothing: boolean;
}

/** Asks the condition of each value that the feature may have. */
export const satisfying = (condition: Place, variations: Readonly<Record<string, FlagValue>>): Satisfying => {
  const names = Object.keys(variations);
  const holds = (value: FlagValue | null): boolean => holdsFor(condition, { value });
  return {
    variations: names.filter((name) => holds(variations[name] ?? null)),
    others: names.filter((name) => !holds(variations[name] ?? null)),
    nothing: holds(null),
  };
};

/** As a condition of a rule. */
export const servesSide = (flag: string, { variations, others, nothing }: Satisfying): Side => {
  if (nothing) return others.length === 0 ? true : { flag, operator: 'not_serves', value: others };
  return variations.length === 0 ? false : { flag, operator: 'serves', value: variations };
};
