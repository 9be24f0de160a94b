import { expect, it } from 'vitest';
import type { FlagEntry } from '../api.ts';
import { csvOf } from './csv.ts';

const entry: FlagEntry = {
  id: 'e1',
  flag_key: 'new-checkout',
  event: 'update',
  after: {
    key: 'new-checkout',
    enabled: true,
    variations: { on: true },
    default_variation: 'on',
    rules: [],
    bucketing: { hash: 'murmur3', salt: 's' },
  },
  diff: { enabled: { from: false, to: true }, description: { to: 'a "quoted" text' } },
  version: 2,
  app_version: 2,
  at: '2026-01-01T00:00:00.000Z',
  actor: { name: '=cmd()', token_id: 't1' },
  comment: 'because, well',
  hash: 'ab',
};

it('writes one line an entry, quoted where needed, and no formula', () => {
  expect(csvOf([entry])).toBe(
    'at,flag,version,event,actor,token_id,comment,changes,hash\r\n' +
      '2026-01-01T00:00:00.000Z,new-checkout,2,update,\'=cmd(),t1,"because, well",' +
      '"Switch: off → on\nDescription: – → “a ""quoted"" text”",ab\r\n',
  );
});

it('names a segment apart from flags, with the members that came', () => {
  const { flag_key: _, after: __, diff: ___, ...rest } = entry;
  const csv = csvOf([
    {
      ...rest,
      kind: 'segment',
      segment_key: 'beta',
      after: { key: 'beta', include: ['ann'], exclude: [], conditions: [] },
      affects: [{ flag: 'new-checkout', rules: ['r_1'] }],
      diff: { 'include.0': { to: 'ann' } },
    },
  ]);
  expect(csv).toContain(',segment/beta,2,update,');
  expect(csv).toContain('Members: added: – → “ann”');
});
