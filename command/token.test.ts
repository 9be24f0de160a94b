import { openSqliteStores } from '@halyard/control-plane/sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseCommand } from './command-line.ts';
import { readSettings } from './settings.ts';
import { tokenCommand } from './token.ts';

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const nobody = (): null => null;
const settings = readSettings({}, new Map(), nobody);
type Stores = Awaited<ReturnType<typeof openSqliteStores>>;
let stores: Stores;

beforeEach(async () => {
  stores = await openSqliteStores(':memory:', { now: Date.now, log: silent });
  await stores.accounts.ensureAccount('default', '2026-01-01T00:00:00.000Z');
  await stores.accounts.createApp(
    'default',
    { id: 'shop', name: 'shop', client_side_default: true },
    { actor: { name: 'ada', token_id: 't' }, at: '2026-01-01T00:00:00.000Z', comment: null },
  );
});
afterEach(() => stores.close());

const create = (...parameters: readonly string[]) =>
  tokenCommand(stores, settings, parseCommand(['token', 'create', ...parameters], nobody));
const page = ['--name', 'page', '--permission', 'evaluate', '--app', 'shop', '--origin'];

test('halyard token create checks what the API checks', async () => {
  for (const [parameters, message] of [
    [
      ['--name', 'x', '--permission', 'evaluate', '--app', 'nowhere'],
      'app_ids[0] is "nowhere"; expected the id of an app of this account',
    ],
    [
      ['--name', 'x', '--permission', 'evaluate', '--expires', '2020-01-01'],
      'expires_at is "2020-01-01T00:00:00.000Z"; expected a time in the future',
    ],
    [
      [...page, 'https://shop.example/cart'],
      'allowed_origins[0] is "https://shop.example/cart"; expected an origin such as https://www.example.com or https://*.example.com (exactly one level), without a path',
    ],
    [
      ['--name', 'x', '--permission', 'config', '--app', 'shop', '--origin', 'https://shop.example'],
      'allowed_origins make a browser token; expected the permission "evaluate" and exactly one app in app_ids',
    ],
    [['--name', 'x'.repeat(129), '--permission', 'read'], 'name'],
  ] as const) {
    await expect(create(...parameters), message).rejects.toThrow(message);
  }
  expect(await stores.accounts.tokens('default')).toEqual([]);
});

test('an origin is kept in the form that is compared, by whichever way it came', async () => {
  await create(...page, 'HTTPS://Shop.Example:443', '--origin', 'https://*.Example.com');
  const [token] = await stores.accounts.tokens('default');
  expect(token?.allowed_origins).toEqual(['https://shop.example', 'https://*.example.com']);
});
