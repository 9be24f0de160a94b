import { checkWhole } from '../flags/decide/write.ts';
import { digestedFlag, flagPart, segmentPart } from '../flags/diff/definition-part.ts';
import { sameJson } from '../flags/diff/diff.ts';
import type { BareObject } from '../flags/diff/diff-tree.ts';
import type { FlagDefinition } from '../model/flag.ts';
import { Problem } from '../model/problem.ts';
import type { SegmentDefinition } from '../model/segment.ts';
import { carried, underIdsOf } from './carry.ts';
import { type Compared, compareParts, contradicting } from './three-way.ts';

export interface Sides<D> {
  readonly from: D;
  readonly to: D;
  /** What the two last had in common; null: they never had, or nobody knows any more. */
  readonly base: D | null;
}

export interface ComparedFlags extends Compared {
  /** The flag compared to, its rules under the ids that the other has for them. */
  readonly to: FlagDefinition;
}

/** State and bucketing never make a difference, and neither does another id for the same rule. */
export const compareFlags = ({ from, to: found, base }: Sides<FlagDefinition>): ComparedFlags => {
  const to = underIdsOf(from, found, base === null);
  const theirs = flagPart(from);
  if (sameJson(digestedFlag(from), digestedFlag(found)))
    return { status: 'same', diff: {}, merged: theirs, to };
  const compared = compareParts(base === null ? null : flagPart(base), theirs, flagPart(to));
  const { merged } = compared;
  const whole = merged === null || compared.status !== 'behind' || isWhole(merged, from, to);
  return { ...(whole ? compared : contradicting(compared)), to };
};

export const compareSegments = ({ from, to, base }: Sides<SegmentDefinition>): Compared =>
  compareParts(base === null ? null : segmentPart(base), segmentPart(from), segmentPart(to));

/** Changes on paths of their own can still contradict each other: two rules of one priority, say. */
const isWhole = (merged: BareObject, from: FlagDefinition, to: FlagDefinition): boolean => {
  const rules = Object.values(merged['rules'] ?? {});
  if (rules.some((rule) => 'split' in Object(rule) === 'serve_variation' in Object(rule))) return false;
  try {
    checkWhole(carried(merged, from, to, false));
    return true;
  } catch (error) {
    if (error instanceof Problem && error.kind === 'invalid') return false;
    throw error;
  }
};
