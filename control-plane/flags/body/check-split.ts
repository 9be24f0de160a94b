import { holdsAll } from '@halyard/engine/shares';
import { type Issues, nameOf, type Path, shown } from './issues.ts';
import { isList, isObject, own } from './json.ts';

interface PlacedRange {
  readonly from: number;
  readonly to: number;
  readonly at: Path;
}

/** Each variation once, each known, no two ranges over the same ground. */
export function checkSplit(
  split: unknown,
  isVariation: ((name: string) => boolean) | null,
  issues: Issues,
  at: Path,
): void {
  const seen = new Map<string, Path>();
  for (const [index, allocation] of allocationsOf(split).entries()) {
    const place = [...at, 'allocations', index, 'variation'];
    const variation = own(allocation, 'variation');
    if (typeof variation !== 'string') continue;
    const before = seen.get(variation);
    if (before !== undefined) {
      issues.add(
        place,
        `${nameOf(place)} is ${shown(variation)}, which ${nameOf(before)} is too; expected each variation once`,
      );
    } else seen.set(variation, place);
    if (isVariation !== null && !isVariation(variation))
      issues.expected(place, variation, 'a name in variations');
  }
  checkOverlaps([...rangesOf(split, at)], issues);
}

function checkOverlaps(ranges: readonly PlacedRange[], issues: Issues): void {
  let furthest: PlacedRange | null = null;
  for (const range of [...ranges].sort((a, b) => a.from - b.from)) {
    if (furthest !== null && range.from < furthest.to) {
      const [here, there] = [nameOf(range.at), nameOf(furthest.at)];
      issues.add(range.at, `${here} overlaps ${there}; expected ranges that share nothing`);
    }
    if (furthest === null || range.to > furthest.to) furthest = range;
  }
}

/** Whether every context is in one of the ranges. */
export const leavesNoGap = (split: unknown): boolean =>
  holdsAll([...rangesOf(split, [])].map(({ from, to }) => [from, to]));

const allocationsOf = (split: unknown): readonly unknown[] => {
  const allocations = own(split, 'allocations');
  return isList(allocations) ? allocations : [];
};

function* rangesOf(split: unknown, at: Path): Generator<PlacedRange> {
  for (const [index, allocation] of allocationsOf(split).entries()) {
    const ranges = own(allocation, 'ranges');
    if (!isObject(allocation) || !isList(ranges)) continue;
    for (const [place, range] of ranges.entries()) {
      const [from, to] = isList(range) ? range : [];
      if (typeof from === 'number' && typeof to === 'number' && from < to) {
        yield { from, to, at: [...at, 'allocations', index, 'ranges', place] };
      }
    }
  }
}
