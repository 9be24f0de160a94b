import { describe, expect, it } from 'vitest';
import type { MintedToken } from '../api.ts';
import { newTokenOf, problemsOf, refusalOf, type TokenForm } from './new-token.ts';
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

describe('what has to be changed before a token can be created', () => {
  const browser: TokenForm = { ...form, permission: 'evaluate', apps: ['x'] };
  it.each([
    ['nothing', browser, {}],
    ['a name', { ...browser, name: ' ' }, { name: 'Name who or what will use it.' }],
    [
      'a name that another token has',
      { ...browser, name: 'Ben' },
      { name: 'Another token is called Ben. The history could not tell them apart; choose another name.' },
    ],
    [
      'an origin with a path',
      { ...browser, origins: ['https://a.example/shop'] },
      {
        origins:
          'https://a.example/shop is not an origin; expected one such as https://www.example.com, without a path.',
      },
    ],
    [
      'the one app of a browser token',
      { ...browser, apps: [] },
      { apps: 'A browser token works for exactly one app. Choose it here.' },
    ],
    ['nothing of origins that are not sent', { ...form, origins: ['x'] }, {}],
  ] as const)('%s', (_title, values, problems) => {
    expect(problemsOf({ ...values, apps: [...values.apps], origins: [...values.origins] }, ['Ben'])).toEqual(
      problems,
    );
  });

  it('puts what the API refuses beside the field that it is about', () => {
    expect(
      refusalOf([
        { code: 1001, message: 'A', pointer: '/allowed_origins/0' },
        { code: 1005, message: 'B' },
      ]),
    ).toEqual({ fields: { origins: 'A' }, rest: ['B'] });
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
