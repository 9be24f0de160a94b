import { expect, test } from 'vitest';
import { sentenceOf } from './sentence.ts';

test.each([
  [{ event: 'link_created', detail: { name: 'Ada' } }, 'made a sign-in link for Ada'],
  [{ event: 'signed_in', detail: { by: 'link', made_by: 'eve' } }, 'signed in with a link that eve made'],
  [{ event: 'signed_in', detail: { by: 'token' } }, 'signed in with a token'],
  [
    { event: 'app_deleted', detail: { name: 'shop', kept_until: '2027-01-01T00:00:00.000Z' } },
    'deleted the app shop; its history is kept',
  ],
  [
    { event: 'app_deleted', detail: { name: 'shop', kept_until: null } },
    'deleted the app shop; its history is gone',
  ],
  [
    {
      event: 'app_changed',
      detail: {
        app: 'shop1',
        name: 'shop',
        diff: { tests: { from: 'warn', to: 'block' }, client_side_default: { from: true, to: false } },
      },
    },
    'changed the app shop: failing tests from warn to block, new flags in browsers from on to off',
  ],
  [{ event: 'token_created', detail: { name: 'ci', permission: 'write' } }, 'created the token ci (write)'],
  [
    { event: 'edge_dismissed', detail: { app: 'shop', edge: 'fra-2', applied_version: 7 } },
    'dismissed the silent edge fra-2, which may still serve version 7',
  ],
] as const)('%j reads “%s”', (entry, sentence) => {
  expect(sentenceOf(entry)).toBe(sentence);
});
