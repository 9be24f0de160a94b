import { describe, expect, it } from 'vitest';
import type { MintedToken } from '../api.ts';
import { newTokenOf, type TokenForm } from './new-token.ts';
import { snippetsOf } from './snippets.ts';

const form: TokenForm = {
  name: ' Ada ',
  permission: 'read',
  apps: [],
  origins: ['https://a.example'],
  life: 'never',
};

describe('the token of a filled form', () => {
  it('is for every app and for ever unless it says otherwise, and has no origins unless it evaluates', () => {
    expect(newTokenOf(form, 0)).toEqual({ name: 'Ada', permission: 'read' });
  });
  it('is a browser token with origins', () => {
    expect(newTokenOf({ ...form, permission: 'evaluate', apps: ['x'], life: '30' }, 0)).toEqual({
      name: 'Ada',
      permission: 'evaluate',
      app_ids: ['x'],
      allowed_origins: ['https://a.example'],
      expires_at: '1970-01-31T00:00:00.000Z',
    });
  });
});

const minted = (more: Partial<MintedToken>): MintedToken => ({
  id: 't',
  name: 'n',
  permission: 'evaluate',
  app_ids: ['shop1'],
  allowed_origins: null,
  expires_at: null,
  created_at: '',
  created_by: '',
  last_used_at: null,
  secret: 'hly_secret',
  ...more,
});

const uses: readonly (readonly [string, Partial<MintedToken>, string])[] = [
  ['a browser', { allowed_origins: ['https://a.example'] }, 'HalyardWebProvider'],
  ['a caller', {}, '/apps/shop1/ofrep/v1/evaluate/flags/'],
  ['a service', { permission: 'config' }, "app: 'shop1'"],
  ['the command line', { permission: 'write' }, 'HALYARD_TOKEN=hly_secret'],
];
it.each(uses)('shows what to paste for %s', (_title, more, part) => {
  const codes = snippetsOf(minted(more), { api: 'http://h', edge: 'http://h' }).map(({ code }) => code);
  expect(codes.join('\n')).toContain(part);
  expect(codes.join('\n')).toContain('hly_secret');
});
