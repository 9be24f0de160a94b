import { describe, expect, it } from 'vitest';
import { Problem } from '../../model/problem.ts';
import type { SegmentDefinition, StoredSegment } from '../../model/segment.ts';
import { byLine, ImportReader } from '../body/import-reader.ts';
import {
  answer,
  current,
  defaults,
  definition,
  none,
  refusal,
  stored,
  storedAs,
  without,
} from '../testing/fixture.ts';
import { exportLine } from '../view.ts';
import { type ImportOptions, importFlags } from './import-flags.ts';

const beta: SegmentDefinition = { key: 'beta', include: ['ada', 7], exclude: [], conditions: [] };
const storedSegment = (definition: SegmentDefinition): StoredSegment => ({
  definition,
  version: 3,
  created_at: '2026-01-01T00:00:00.000Z',
  updated_at: '2026-01-02T00:00:00.000Z',
  updated_by: 'Ada',
});

describe('an import', () => {
  const read = (...texts: string[]) => {
    const reader = new ImportReader();
    texts.forEach((text, index) => {
      reader.add(index + 1, text);
    });
    return reader.finish();
  };
  const options: ImportOptions = { ...defaults, mode: 'merge', allowEmpty: false, flagshipAccount: null };
  const noSegments = new Map<string, StoredSegment>();
  const segments = new Map([['beta', storedSegment(beta)]]);
  const fresh = { key: 'fresh', enabled: true, variations: { a: 1 }, default_variation: 'a', rules: [] };

  it('of an export changes nothing', () => {
    expect(
      importFlags(read(exportLine({ kind: 'flag', ...stored })), options).decide(current, noSegments),
    ).toMatchObject({
      changes: [],
      answer: { created: 0, updated: 0, deleted: 0, unchanged: 1, messages: [] },
    });
  });

  it('elsewhere makes the same flag with the same buckets', () => {
    const bucketing = { hash: 'flagship', salt: 'cf:checkout' } as const;
    const moved = { ...definition, bucketing };
    const { changes } = importFlags(read(exportLine({ kind: 'flag', ...storedAs(moved) })), {
      ...options,
      account: 'other',
    }).decide(none, noSegments);
    expect(changes).toEqual([{ event: 'create', key: 'checkout', after: moved, at: '/1' }]);
  });

  it('drops what a line leaves out, and keeps and names stored buckets', () => {
    const line = JSON.stringify({
      ...without(answer, 'tags', 'off_variation'),
      bucketing: { hash: 'flagship', salt: 'x' },
    });
    const { changes, answer: imported } = importFlags(read(line), options).decide(current, noSegments);
    const { tags: _, off_variation: __, ...kept } = definition;
    expect(changes).toEqual([{ event: 'update', key: 'checkout', after: kept, at: '/1' }]);
    expect(imported.messages).toEqual([
      'The flag "checkout" keeps the bucketing already stored, so that nobody changes variation; the imported bucketing is not used',
    ]);
  });

  it('gives flags that have no buckets those of Flagship', () => {
    const { changes } = importFlags(read(JSON.stringify(fresh)), {
      ...options,
      flagshipAccount: 'cf-1',
    }).decide(none, noSegments);
    expect(changes).toMatchObject([{ after: { bucketing: { hash: 'flagship', salt: 'cf-1:fresh' } } }]);
  });

  it('that replaces deletes what is not in it', () => {
    const write = importFlags(read(JSON.stringify(fresh)), { ...options, mode: 'replace' });
    expect(write.keys).toBe('all');
    expect(write.decide(current, noSegments)).toMatchObject({
      changes: [
        { event: 'create', key: 'fresh' },
        { event: 'delete', key: 'checkout' },
      ],
      answer: { created: 1, deleted: 1 },
    });
  });

  it('without flags deletes every flag only where that is allowed, or where there is none', () => {
    const replacing: ImportOptions = { ...options, mode: 'replace' };
    const refused = refusal(() => importFlags(read(), replacing).decide(current, noSegments));
    expect(refused.issues[0]?.message).toContain(
      'mode=replace would delete every flag and segment of the app',
    );
    const allowed = importFlags(read(), { ...replacing, allowEmpty: true }).decide(current, noSegments);
    expect(allowed.changes).toEqual([{ event: 'delete', key: 'checkout' }]);
    expect(importFlags(read(), replacing).decide(none, noSegments).changes).toEqual([]);
  });

  it('brings segments before the flags that may name them, and counts them apart', () => {
    const write = importFlags(
      read(JSON.stringify(fresh), '{"segment":{"key":"beta"}}', '{"segment":{"key":"staff"}}'),
      options,
    );
    expect([write.keys, write.segments]).toEqual([['fresh'], ['beta', 'staff']]);
    const { changes, answer: imported } = write.decide(none, segments);
    expect(changes.map(({ kind, event, key, at }) => [kind, event, key, at])).toEqual([
      ['segment', 'update', 'beta', '/2'],
      ['segment', 'create', 'staff', '/3'],
      [undefined, 'create', 'fresh', '/1'],
    ]);
    expect(imported).toMatchObject({
      created: 1,
      segments: { created: 1, updated: 1, deleted: 0, unchanged: 0 },
    });
  });

  it('of exported segments changes nothing, and a replacement deletes what is not in it', () => {
    const line = exportLine({ kind: 'segment', ...storedSegment(beta) });
    expect(JSON.parse(line)).toEqual({ segment: beta });
    const replacing: ImportOptions = { ...options, mode: 'replace' };
    const same = importFlags(read(line), replacing).decide(none, segments);
    expect([same.changes, same.answer.segments.unchanged]).toEqual([[], 1]);
    const other = importFlags(read('{"segment":{"key":"other"}}'), replacing);
    expect(other.segments).toBe('all');
    expect(other.decide(none, segments).changes).toMatchObject([
      { kind: 'segment', event: 'create', key: 'other' },
      { kind: 'segment', event: 'delete', key: 'beta' },
    ]);
  });

  it('names the line of a flag that is not well-formed with what is kept of the stored one', () => {
    const rules = [{ priority: 1, conditions: [], serve_variation: 'a' }];
    const large = { ...fresh, rules, description: 'x'.repeat(256 * 1024 - 220) };
    const write = importFlags(read(JSON.stringify(large)), options);
    const refused = refusal(() => write.decide(none, noSegments));
    expect(refused.issues).toEqual([
      { pointer: '/1', message: expect.stringMatching(/^The flag is \d+ bytes serialized/) },
    ]);
    expect(
      byLine(new Problem('invalid', [{ pointer: '/12/rules/0', message: 'x' }, { message: 'y' }])).issues,
    ).toEqual([{ message: 'Line 12: x' }, { message: 'y' }]);
  });

  it('says what is wrong with every line', () => {
    expect(
      refusal(() =>
        read(
          '{"key"',
          JSON.stringify({ ...fresh, enabled: 0 }),
          JSON.stringify(fresh),
          JSON.stringify(fresh),
          '{"segment":{"key":"fresh"}}',
          '{"segment":{"key":"fresh","include":[null]}}',
          '{"segment":{"key":"fresh"}}',
          '{"segment":{"key":"other"},"comment":"x"}',
          '{"segment":[]}',
        ),
      ),
    ).toEqual({
      kind: 'invalid',
      issues: [
        { message: 'Line 1: is not JSON; expected one flag or segment as JSON a line' },
        { message: 'Line 2: enabled is 0; expected true or false' },
        { message: 'Line 4: key is "fresh", which line 3 has too; expected each key once' },
        {
          message: 'Line 6: segment.include[0] is null; expected a string, a number or a boolean',
        },
        { message: 'Line 7: key is "fresh", which line 5 has too; expected each key once' },
        { message: 'Line 8: "comment" is beside segment; expected a segment alone in its line' },
        { message: 'Line 9: segment is an empty list; expected an object' },
      ],
    });
  });
});
