import { expect, it } from 'vitest';
import type { ChangelogEntry } from '../api.ts';
import { daysOf } from './groups.ts';

const entry = (id: number, commit: number, at: string): ChangelogEntry => ({
  id: String(id),
  flag_key: `f${id}`,
  event: 'create',
  after: {
    key: `f${id}`,
    enabled: true,
    variations: { a: 1 },
    default_variation: 'a',
    rules: [],
    bucketing: { hash: 'murmur3', salt: '' },
  },
  version: 1,
  app_version: commit,
  at,
  actor: { name: 'a', token_id: 't' },
  comment: null,
  hash: '',
});

it('puts what was written at once into one row, under the day it was made on', () => {
  const entries = [
    entry(4, 3, '2026-11-27T12:00:00.000Z'),
    entry(3, 2, '2026-11-20T12:00:00.000Z'),
    entry(2, 2, '2026-11-20T12:00:00.000Z'),
    entry(1, 1, '2026-11-20T11:00:00.000Z'),
  ];
  expect(
    daysOf(entries).map((day) => [day.name, day.commits.map((commit) => commit.entries.map(({ id }) => id))]),
  ).toEqual(
    [
      ['Friday 27 November 2026', [['4']]],
      ['Friday 20 November 2026', [['3', '2'], ['1']]],
    ].map(([name, ids]) => [expect.stringContaining(String(name).split(' ')[1] ?? ''), ids]),
  );
});
