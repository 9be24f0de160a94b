import type { ChangelogEntry } from '../../model/changelog.ts';
import type { Committed, SegmentChange } from '../../model/commit.ts';
import { Problem } from '../../model/problem.ts';
import type { SegmentDefinition, StoredSegment } from '../../model/segment.ts';
import { Issues, type Path, pointerOf, shown } from '../body/issues.ts';
import type { JsonObject } from '../body/json.ts';
import { mergePatch } from '../body/merge-patch.ts';
import type { Patch } from '../body/parse-body.ts';
import { refuseUnknownNulls } from '../decide/patch-flag.ts';
import type { AppWrite, Before, CurrentSegments } from '../decide/write.ts';
import { sameSegment } from '../diff/diff.ts';
import { checkSegment, distinct, type MembersChange, readSegment } from './parse-segment.ts';
import { SEGMENT_FIELDS } from './schema-segment.ts';

/** What a write of segments found. */
export type SegmentsBefore = Required<Before>;

export type SegmentWrite = AppWrite<SegmentsBefore>;

/** A segment as it is after the commit, whether it changed or not. Null: it is not there. */
export const segmentAfter = (committed: Committed<SegmentsBefore>, key: string): StoredSegment | null => {
  const changed = committed.segments.get(key);
  return changed === undefined ? (committed.answer.segmentsBefore.get(key) ?? null) : changed;
};

/** Problem: `not_found`. */
export const existingSegment = (current: CurrentSegments, key: string): StoredSegment => {
  const stored = current.get(key);
  if (stored === undefined) throw noSuchSegment(key);
  return stored;
};

export const noSuchSegment = (key: string): Problem =>
  new Problem('not_found', { message: `There is no segment ${shown(key)} in this app` });

/** Problem: `precondition` with the current version. Null: the last writer wins. */
export const checkSegmentVersion = ({ definition, version }: StoredSegment, ifMatch: number | null): void => {
  if (ifMatch === null || ifMatch === version) return;
  throw new Problem('precondition', {
    message: `The segment ${shown(definition.key)} is at version ${version}; If-Match names ${ifMatch}`,
    version,
  });
};

/** Nothing, if the segment is the same already. */
export const updateSegmentTo = ({ definition }: StoredSegment, after: SegmentDefinition): SegmentChange[] =>
  sameSegment(definition, after) ? [] : [{ kind: 'segment', event: 'update', key: after.key, after }];

const writing = (
  key: string,
  decide: (stored: StoredSegment | undefined, segments: CurrentSegments) => readonly SegmentChange[],
): SegmentWrite => ({
  keys: [],
  segments: [key],
  decide: (before, segments) => ({
    changes: decide(segments.get(key), segments),
    answer: { before, segmentsBefore: segments },
  }),
});

/** For what goes on from a segment that is there. Problems: `not_found`, `precondition`. */
const rewriting = (
  key: string,
  ifMatch: number | null,
  decide: (stored: StoredSegment) => readonly SegmentChange[],
): SegmentWrite =>
  writing(key, (_, segments) => {
    const stored = existingSegment(segments, key);
    checkSegmentVersion(stored, ifMatch);
    return decide(stored);
  });

/** Problem: `conflict` if the key exists. */
export const createSegment = (definition: SegmentDefinition): SegmentWrite =>
  writing(definition.key, (stored) => {
    const { key } = definition;
    if (stored !== undefined) {
      throw new Problem('conflict', {
        pointer: '/key',
        message: `There is a segment ${shown(key)} in this app already; expected another key`,
      });
    }
    return [{ kind: 'segment', event: 'create', key, after: definition }];
  });

/** Full replacement. Problems: `not_found`, `precondition`. */
export const replaceSegment = (after: SegmentDefinition, ifMatch: number | null): SegmentWrite =>
  rewriting(after.key, ifMatch, (stored) => updateSegmentTo(stored, after));

/** JSON Merge Patch. Problems: `not_found`, `precondition`, `invalid` for what the patch makes of the segment. */
export const patchSegment = (key: string, { patch }: Patch, ifMatch: number | null): SegmentWrite =>
  rewriting(key, ifMatch, (stored) => {
    const issues = new Issues();
    const after = patchedSegment(stored, patch, issues, []);
    issues.throwIfAny();
    return after === null ? [] : updateSegmentTo(stored, after);
  });

/** Null if there are issues; they point into the patch, or nowhere where it has no such place. */
export const patchedSegment = (
  { definition }: StoredSegment,
  patch: JsonObject,
  issues: Issues,
  at: Path,
): SegmentDefinition | null => {
  const found = new Issues();
  refuseUnknownNulls(patch, 'a segment', SEGMENT_FIELDS, found, at);
  const after = readSegment(mergePatch(definition, patch), definition.key, found, at);
  const reach = Object.keys(patch).map((name) => pointerOf([...at, name]));
  issues.addAll(found, (pointer) =>
    reach.some((place) => pointer === place || pointer.startsWith(`${place}/`)) ? pointer : undefined,
  );
  return found.count > 0 ? null : after;
};

/** Problems: `not_found`, `precondition`; that it is used is the commit's to find out. */
export const deleteSegment = (key: string, ifMatch: number | null): SegmentWrite =>
  rewriting(key, ifMatch, () => [{ kind: 'segment', event: 'delete', key }]);

/**
 * Adds to `include`, and removes from it, whoever else did so meanwhile: what is there already, or is not there, is passed over.
 * Problems: `not_found`, `invalid` where there would be too many.
 */
export const changeMembers = (key: string, { add, remove }: MembersChange): SegmentWrite =>
  rewriting(key, null, (stored) => {
    const removed = new Set(remove.map(String));
    const { definition } = stored;
    const kept = definition.include.filter((member) => !removed.has(String(member)));
    const after = { ...definition, include: distinct([...kept, ...add]) };
    const issues = new Issues();
    checkSegment(after, issues, []);
    // What is too large is the whole, which is no place in the body.
    const whole = new Issues();
    whole.addAll(issues, () => undefined);
    whole.throwIfAny();
    return updateSegmentTo(stored, after);
  });

/** As `restoreFlag`. Problems: `not_found` (the entry is another segment's, or a flag's), `precondition`. */
export const restoreSegment = (key: string, entry: ChangelogEntry, ifMatch: number | null): SegmentWrite =>
  writing(key, (stored) => {
    if (entry.kind !== 'segment' || entry.segment_key !== key) {
      throw new Problem('not_found', {
        pointer: '/changelog_id',
        message: `The changelog of the segment ${shown(key)} has no entry ${shown(entry.id)}`,
      });
    }
    const { after } = entry;
    if (stored === undefined) return [{ kind: 'segment', event: 'create', key, after }];
    checkSegmentVersion(stored, ifMatch);
    return updateSegmentTo(stored, after);
  });
