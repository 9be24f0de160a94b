import { describe, expect, it } from 'vitest';
import { ImportReader } from '../body/import-reader.ts';
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

describe('an import', () => {
  const read = (...texts: string[]) => {
    const reader = new ImportReader();
    texts.forEach((text, index) => {
      reader.add(index + 1, text);
    });
    return reader.finish();
  };
  const options: ImportOptions = { ...defaults, mode: 'merge', flagshipAccount: null, dryRun: false };
  const fresh = { key: 'fresh', enabled: true, variations: { a: 1 }, default_variation: 'a', rules: [] };

  it('of an export changes nothing', () => {
    expect(importFlags(read(exportLine(stored)), options).decide(current)).toMatchObject({
      changes: [],
      answer: { created: 0, updated: 0, deleted: 0, unchanged: 1, messages: [] },
    });
  });

  it('elsewhere makes the same flag with the same buckets', () => {
    const bucketing = { hash: 'flagship', salt: 'cf:checkout' } as const;
    const moved = { ...definition, bucketing };
    const { changes } = importFlags(read(exportLine(storedAs(moved))), {
      ...options,
      account: 'other',
    }).decide(none);
    expect(changes).toEqual([{ event: 'create', key: 'checkout', after: moved }]);
  });

  it('drops what a line leaves out, and keeps and names stored buckets', () => {
    const line = JSON.stringify({
      ...without(answer, 'tags', 'off_variation'),
      bucketing: { hash: 'flagship', salt: 'x' },
    });
    const { changes, answer: imported } = importFlags(read(line), options).decide(current);
    const { tags: _, off_variation: __, ...kept } = definition;
    expect(changes).toEqual([{ event: 'update', key: 'checkout', after: kept }]);
    expect(imported.messages).toEqual([
      'The flag "checkout" keeps the bucketing already stored, so that nobody changes variation; the imported bucketing is not used',
    ]);
  });

  it('gives flags that have no buckets those of Flagship', () => {
    const { changes } = importFlags(read(JSON.stringify(fresh)), {
      ...options,
      flagshipAccount: 'cf-1',
    }).decide(none);
    expect(changes).toMatchObject([{ after: { bucketing: { hash: 'flagship', salt: 'cf-1:fresh' } } }]);
  });

  it('that replaces deletes what is not in it', () => {
    const write = importFlags(read(JSON.stringify(fresh)), { ...options, mode: 'replace' });
    expect(write.keys).toBe('all');
    expect(write.decide(current)).toMatchObject({
      changes: [
        { event: 'create', key: 'fresh' },
        { event: 'delete', key: 'checkout' },
      ],
      answer: { created: 1, deleted: 1 },
    });
  });

  it('that is a dry run answers with the diffs and changes nothing', () => {
    const line = JSON.stringify({ ...answer, enabled: false });
    const { changes, answer: imported } = importFlags(read(line), { ...options, dryRun: true }).decide(
      current,
    );
    expect(changes).toEqual([]);
    expect(imported).toMatchObject({
      updated: 1,
      diff: { checkout: { enabled: { from: true, to: false } } },
    });
  });

  it('says what is wrong with every line', () => {
    expect(
      refusal(() =>
        read(
          '{"key"',
          JSON.stringify({ ...fresh, enabled: 0 }),
          JSON.stringify(fresh),
          JSON.stringify(fresh),
        ),
      ),
    ).toEqual({
      kind: 'invalid',
      issues: [
        { message: 'Line 1: is not JSON; expected one flag as JSON a line' },
        { message: 'Line 2: enabled is 0; expected true or false' },
        { message: 'Line 4: key is "fresh", which line 3 has too; expected each key once' },
      ],
    });
  });
});
