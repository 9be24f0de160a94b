import { describe, expect, it } from 'vitest';
import type { SegmentEntry, StoredSegment } from '../api.ts';
import { segmentPlan } from './segment-undo.ts';

const entry = (version: number, event: SegmentEntry['event'], include: readonly string[]): SegmentEntry => ({
  id: `e${version}`,
  kind: 'segment',
  segment_key: 'beta',
  event,
  after: { key: 'beta', include, exclude: [], conditions: [] },
  affects: [],
  version,
  app_version: version,
  at: '2026-01-01T00:00:00.000Z',
  actor: { name: 'ada', token_id: 't1' },
  comment: null,
  hash: '',
});
const created = entry(1, 'create', ['a']);
const widened = entry(2, 'update', ['a', 'b']);
const gone = entry(3, 'delete', ['a', 'b']);
const stored = ({ after, version, at, actor }: SegmentEntry): StoredSegment => ({
  ...after,
  version,
  created_at: at,
  updated_at: at,
  updated_by: actor.name,
});

describe('undoing a change of a segment', () => {
  it('restores the version before, and names the version that it was worked out from', () => {
    const now = stored(widened);
    expect(segmentPlan('undo', widened, now, [widened, created])).toEqual({
      kind: 'restore',
      entry: created,
      now,
      version: 2,
    });
  });

  it('deletes a segment that was created', () => {
    expect(segmentPlan('undo', created, stored(created), [created])).toEqual({ kind: 'delete', version: 1 });
  });

  it('brings a deleted segment back, but not over one that exists again', () => {
    expect(segmentPlan('undo', gone, null, [gone, widened])).toMatchObject({
      kind: 'restore',
      entry: gone,
      version: 0,
    });
    expect(segmentPlan('undo', gone, stored(entry(4, 'create', [])), [])).toMatchObject({ why: 'backAgain' });
  });

  it('is refused where the segment was changed or deleted since', () => {
    expect(segmentPlan('undo', created, stored(widened), [widened, created])).toMatchObject({
      why: 'changedSince',
    });
    expect(segmentPlan('undo', widened, null, [gone, widened])).toMatchObject({ why: 'goneSince' });
  });
});

describe('restoring a version of a segment', () => {
  it('goes back however much came since', () => {
    expect(segmentPlan('restore', created, stored(widened), [])).toMatchObject({
      entry: created,
      version: 2,
    });
  });

  it('does nothing where the segment is like that already', () => {
    expect(segmentPlan('restore', widened, stored(widened), [])).toMatchObject({ why: 'nothing' });
  });
});
