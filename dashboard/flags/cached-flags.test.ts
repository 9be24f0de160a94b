import { QueryClient } from '@tanstack/react-query';
import { expect, test } from 'vitest';
import type { StoredFlag } from '../api.ts';
import { fewFlagsQuery, flagsQuery } from '../queries.ts';
import { cachedFlag, replaceFlag } from './cached-flags.ts';

const flag = (version: number): StoredFlag => ({
  key: 'checkout',
  type: 'boolean',
  enabled: true,
  default_variation: 'off',
  variations: { on: true, off: false },
  rules: [],
  bucketing: { hash: 'murmur3', salt: 'shop/checkout' },
  version,
  created_at: '2026-11-27T00:00:00.000Z',
  updated_at: '2026-11-27T00:00:00.000Z',
  updated_by: 'ada',
});

test('a flag that the palette had found could be saved, and was said not to be', () => {
  const client = new QueryClient();
  client.setQueryData(fewFlagsQuery('acme', 'shop', 'check').queryKey, [flag(1)]);
  const list = flagsQuery('acme', 'shop', {}).queryKey;
  client.setQueryData(list, {
    pageParams: [null],
    pages: [{ result: [flag(1)], info: {}, messages: [] }],
  });
  replaceFlag(client, 'acme', 'shop', flag(2));
  expect(cachedFlag(client, 'acme', 'shop', 'checkout')?.version).toBe(2);
  expect(client.getQueryData(list)?.pages[0]?.result[0]?.version).toBe(2);
});
