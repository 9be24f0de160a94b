import type { Range, Split } from './model.ts';
import { describe } from './place.ts';
import { coalesce, lengthOf, toPercent, toUnits, UNITS_PER_PERCENT, WHOLE } from './split.ts';

/**
 * New weights to new ranges with the least movement. All in whole units of 10⁻⁶ %, so nothing is lost to rounding however often a
 * split is reweighted.
 */

export interface ReweightOptions {
  /** The share of all contexts that the variations have between them, 0 to 100 percent, at most 6 decimals; default 100. */
  readonly total?: number;
  /** The bucketing attribute of the new split; default that of the old one. Another one moves people beyond what `moved` says. */
  readonly attribute?: string;
}

export interface Reweighted {
  readonly split: Split;
  /** The share of contexts that gets another answer of this rule than before, 0 to 100 percent. */
  readonly moved: number;
}

/** What is wrong with weights, as one sentence about `weights`, or null. */
export const weightsProblem = (weights: Readonly<Record<string, unknown>>): string | null => {
  const entries = Object.entries(weights);
  for (const [name, weight] of entries) {
    if (typeof weight !== 'number' || !Number.isFinite(weight) || weight < 0) {
      return `weights.${name} is ${describe(weight)}; expected a finite number from 0`;
    }
  }
  return entries.some(([, weight]) => weight !== 0)
    ? null
    : 'weights has no weight above 0; expected at least one';
};

/**
 * Gives each variation its part of the whole by relative weights; a variation that is not named gets nothing. A variation that shrinks
 * gives up the end of its ranges; one that grows takes what was given up, and only then what was free; everybody else stays. `null` is a
 * rule without a split yet. Throws a RangeError with the sentence of `weightsProblem`.
 */
export const reweight = (
  split: Split | null,
  weights: Readonly<Record<string, number>>,
  options: ReweightOptions = {},
): Reweighted => {
  const problem = weightsProblem(weights);
  if (problem !== null) throw new RangeError(problem);
  const target = unitsByWeight(weights, Math.round((options.total ?? 100) * UNITS_PER_PERCENT));
  const held = new Map<string, readonly Range[]>(
    split?.allocations.map(({ variation, ranges }) => [variation, coalesce(ranges.map(toUnits))]),
  );
  const free = gapsBetween(coalesce([...held.values()].flat()));

  const kept = new Map<string, readonly Range[]>();
  const given: Range[] = [];
  for (const [variation, ranges] of held) {
    const [stays, goes] = cutAfter(ranges, target.get(variation) ?? 0);
    kept.set(variation, stays);
    given.push(...goes);
  }
  const wanted = new Map(
    [...target]
      .map(([variation, units]) => [variation, units - lengthOf(kept.get(variation) ?? [])] as const)
      .filter(([, units]) => units > 0),
  );
  const taken = [...wanted.values()].reduce((sum, units) => sum + units, 0);
  const givenUp = lengthOf(given);
  const pool = [...coalesce(given), ...cutAfter(free, Math.max(0, taken - givenUp))[0]];
  const result = share(pool, wanted, kept);

  const attribute = options.attribute ?? split?.attribute;
  return {
    split: {
      ...(attribute === undefined ? {} : { attribute }),
      allocations: [...orderOf(held, target)]
        .map((variation) => ({ variation, ranges: (result.get(variation) ?? []).map(toPercent) }))
        .filter(({ ranges }) => ranges.length > 0),
    },
    moved: Math.max(givenUp, taken) / UNITS_PER_PERCENT,
  };
};

/** The variations of the old split in their order, then the new ones. */
const orderOf = (held: ReadonlyMap<string, unknown>, target: ReadonlyMap<string, unknown>): Set<string> =>
  new Set([...held.keys(), ...target.keys()]);

const unitsByWeight = (weights: Readonly<Record<string, number>>, total: number): Map<string, number> => {
  const entries = Object.entries(weights);
  const largest = entries.reduce((a, b) => (b[1] > a[1] ? b : a), ['', 0]);
  // Divided by the largest first: a sum of huge weights would be infinite.
  const sum = entries.reduce((running, [, weight]) => running + weight / largest[1], 0);
  const units = new Map(
    entries.map(([name, weight]) => [name, Math.round((weight / largest[1] / sum) * total)] as const),
  );
  const rounded = [...units.values()].reduce((running, unit) => running + unit, 0);
  return units.set(largest[0], (units.get(largest[0]) ?? 0) + total - rounded);
};

/** The first `units` of ranges in order, and the rest. */
const cutAfter = (ranges: readonly Range[], units: number): readonly [readonly Range[], readonly Range[]] => {
  const before: Range[] = [];
  const after: Range[] = [];
  let left = units;
  for (const [from, to] of ranges) {
    const cut = Math.min(to, from + left);
    if (cut > from) before.push([from, cut]);
    if (cut < to) after.push([cut, to]);
    left -= cut - from;
  }
  return [before, after];
};

const gapsBetween = (ranges: readonly Range[]): readonly Range[] => {
  const gaps: Range[] = [];
  let at = 0;
  for (const [from, to] of ranges) {
    if (from > at) gaps.push([at, from]);
    at = to;
  }
  if (at < WHOLE) gaps.push([at, WHOLE]);
  return gaps;
};

/**
 * Shares a pool out among those who want some of it, keeping ranges few: first what continues a taker's own range, then the largest
 * pieces to the largest wish.
 */
const share = (
  pool: readonly Range[],
  wanted: ReadonlyMap<string, number>,
  kept: ReadonlyMap<string, readonly Range[]>,
): Map<string, readonly Range[]> => {
  const result = new Map(kept);
  const wishes = new Map(wanted);
  let pieces = [...pool];

  const take = (variation: string, piece: Range, atItsEnd: boolean): void => {
    const wish = wishes.get(variation) ?? 0;
    const [from, to] = piece;
    const units = Math.min(wish, to - from);
    const part: Range = atItsEnd ? [to - units, to] : [from, from + units];
    const rest: Range = atItsEnd ? [from, to - units] : [from + units, to];
    result.set(variation, coalesce([...(result.get(variation) ?? []), part]));
    if (units === wish) wishes.delete(variation);
    else wishes.set(variation, wish - units);
    pieces = pieces.filter((other) => other !== piece);
    if (rest[0] < rest[1]) pieces.push(rest);
  };

  const touching = (): boolean => {
    for (const piece of pieces) {
      for (const variation of wishes.keys()) {
        const own = result.get(variation) ?? [];
        const follows = own.some(([, to]) => to === piece[0]);
        if (follows || own.some(([from]) => from === piece[1])) {
          take(variation, piece, !follows);
          return true;
        }
      }
    }
    return false;
  };

  for (;;) {
    if (touching()) continue;
    const [wish] = [...wishes].sort((a, b) => b[1] - a[1]);
    const [piece] = pieces.toSorted((a, b) => b[1] - b[0] - (a[1] - a[0]) || a[0] - b[0]);
    if (wish === undefined || piece === undefined) return result;
    take(wish[0], piece, false);
  }
};
