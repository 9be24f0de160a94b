import { expect, it } from 'vitest';
import type { ChangelogEntry } from '../api.ts';
import { csvOf } from './csv.ts';

const entry: ChangelogEntry = {
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
