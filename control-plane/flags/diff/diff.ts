import type { JsonValue } from '@halyard/engine';
import microdiff from 'microdiff';
import type { Diff } from '../../model/changelog.ts';
import type { FlagDefinition } from '../../model/flag.ts';
import type { SegmentDefinition } from '../../model/segment.ts';
import { joinPath } from './diff-path.ts';
import { type Bare, type BareObject, bare, bareFlag, bareObject, plain } from './diff-tree.ts';

/**
 * What changed, field by field: dotted path to the smallest changed value → what it was and what it is. Rules go by their
 * priority, members of other lists by index; an added or removed object is one entry. Against null, every top-level field
 * and every rule is an entry.
 *
 * JSON objects are unordered, so the order of names (of variations, say) is no change, nor is the order of the rules.
 */
export function diffFlags(before: FlagDefinition | null, after: FlagDefinition | null): Diff {
  return diffTrees(bareFlag(before), bareFlag(after));
}

function diffTrees(before: BareObject, after: BareObject): Diff {
  const diff: Record<string, { readonly from?: JsonValue; readonly to?: JsonValue }> = {};
  for (const found of microdiff(before, after, { cyclesFix: false })) {
    const path = joinPath(found.path);
    switch (found.type) {
      case 'CREATE':
        diff[path] = { to: plain(found.value satisfies Bare) };
        break;
      case 'REMOVE':
        diff[path] = { from: plain(found.oldValue satisfies Bare) };
        break;
      case 'CHANGE':
        diff[path] = { from: plain(found.oldValue satisfies Bare), to: plain(found.value satisfies Bare) };
        break;
      default:
        found satisfies never;
    }
  }
  return diff;
}

/** The same of a segment: by its fields, its conditions and members by index. */
export const diffSegments = (before: SegmentDefinition | null, after: SegmentDefinition | null): Diff =>
  diffTrees(bareObject(before ?? {}), bareObject(after ?? {}));

/** Whether two definitions mean the same: nothing to write, no entry in the changelog. */
export const sameFlag = (a: FlagDefinition, b: FlagDefinition): boolean =>
  Object.keys(diffFlags(a, b)).length === 0;

/** The same of two segments. */
export const sameSegment = (a: SegmentDefinition, b: SegmentDefinition): boolean =>
  Object.keys(diffSegments(a, b)).length === 0;

/** The same for any two JSON values. */
export const sameJson = (a: unknown, b: unknown): boolean =>
  microdiff([bare(a)], [bare(b)], { cyclesFix: false }).length === 0;
