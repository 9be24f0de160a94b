import { afterAll, beforeEach, expect, test } from 'vitest';
import { FLAG, type Ground, openGround } from './scenario.ts';

let ground: Ground;
const opened: Ground[] = [];
beforeEach(async () => {
  ground = await openGround();
  opened.push(ground);
});
afterAll(async () => {
  for (const each of opened) await each.close();
});

const bring = (lines: readonly unknown[], query = '', headers: Record<string, string> = {}) =>
  ground.ask('POST', `/apps/shop/import${query}`, {
    body: lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'),
    headers: { 'content-type': 'application/x-ndjson', ...headers },
  });

test('what is exported can be imported elsewhere, bucketing and all', async () => {
  const bucketing = { hash: 'flagship', salt: 'cf:a' };
  for (const key of ['b', 'a']) {
    await ground.ask('POST', '/apps/shop/flags', {
      body: { ...FLAG, key, ...(key === 'a' ? { bucketing } : {}) },
    });
  }
  const file = await ground.ask('GET', '/apps/shop/export');
  expect(file.headers.get('content-type')).toBe('application/x-ndjson');
  expect(file.headers.get('content-disposition')).toBe('attachment; filename="Shop.ndjson"');
  const lines = file.text.trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line).key)).toEqual(['a', 'b']);
  const other = (await ground.ask('POST', '/apps', { body: { name: 'copy' } })).json.result.id;
  const done = await ground.ask('POST', `/apps/${other}/import`, {
    body: file.text,
    headers: { 'content-type': 'application/x-ndjson' },
  });
  expect(done.json.result).toEqual({
    app_version: 1,
    dry_run: false,
    created: 2,
    updated: 0,
    deleted: 0,
    unchanged: 0,
  });
  expect((await ground.ask('GET', `/apps/${other}/export`)).text).toBe(file.text);
  expect(await ground.outbox(other)).toEqual([{ version: 1, keys: ['a', 'b'] }]);
});

test('an export of many flags streams them all', async () => {
  const lines = Array.from({ length: 3_000 }, (_, index) => ({ ...FLAG, key: `flag-${index}` }));
  expect((await bring(lines)).json.result.created).toBe(3_000);
  expect((await ground.ask('GET', '/apps/shop/export')).text.trimEnd().split('\n')).toHaveLength(3_000);
});

test('merges by default; replace deletes what is not there; a dry run tells and changes nothing', async () => {
  await bring([
    { ...FLAG, key: 'a' },
    { ...FLAG, key: 'b' },
  ]);
  const changed = { ...FLAG, key: 'a', enabled: false };
  const dry = await bring([changed], '?mode=replace&dry_run=1');
  expect(dry.json.result).toMatchObject({
    dry_run: true,
    updated: 1,
    deleted: 1,
    app_version: 1,
    diff: { a: { enabled: { from: true, to: false } } },
  });
  expect(Object.keys(dry.json.result.diff)).toEqual(['a', 'b']);
  expect(await ground.changelog()).toHaveLength(2);
  expect((await bring([changed])).json.result).toMatchObject({ updated: 1, deleted: 0, app_version: 2 });
  expect((await bring([changed], '?mode=replace')).json.result).toMatchObject({ unchanged: 1, deleted: 1 });
  expect((await ground.changelog()).map(({ event, flag_key }) => `${flag_key} ${event}`)).toEqual([
    'a create',
    'b create',
    'a update',
    'b delete',
  ]);
});

test('keeps the bucketing that is stored, and says so', async () => {
  await bring([{ ...FLAG, key: 'a' }]);
  const done = await bring([{ ...FLAG, key: 'a', bucketing: { hash: 'flagship', salt: 'cf:a' } }]);
  expect(done.json.messages).toEqual([
    { message: expect.stringContaining('keeps the bucketing already stored') },
  ]);
  expect((await ground.ask('GET', '/apps/shop/flags/a')).json.result.bucketing.hash).toBe('murmur3');
});

test('gives flags from Flagship the buckets they had there', async () => {
  await bring([{ ...FLAG, key: 'a' }], '?flagship_account=cf');
  expect((await ground.ask('GET', '/apps/shop/flags/a')).json.result.bucketing).toEqual({
    hash: 'flagship',
    salt: 'cf:a',
  });
});

test('is all or nothing, and names the line of every mistake', async () => {
  const refused = await bring([{ ...FLAG, key: 'a' }, '{', { ...FLAG, key: 'c', default_variation: 'x' }]);
  expect(refused.status).toBe(400);
  expect(refused.json.errors.map((error: { message: string }) => error.message.slice(0, 7))).toEqual([
    'Line 2:',
    'Line 3:',
  ]);
  expect(await ground.changelog()).toEqual([]);
  expect(await ground.outbox()).toEqual([]);
});

test('wants NDJSON, and text that is UTF-8', async () => {
  const json = await ground.ask('POST', '/apps/shop/import', { body: FLAG });
  expect(json.status).toBe(415);
  const response = await ground.request(
    'http://halyard.test/client/v4/accounts/acme/flagship/apps/shop/import',
    {
      method: 'POST',
      headers: { authorization: `Bearer ${ground.admin}`, 'content-type': 'application/x-ndjson' },
      body: Uint8Array.of(0x7b, 0xff, 0x7d),
    },
  );
  expect(response.status).toBe(400);
  expect((await ground.ask('GET', '/apps/nowhere/export')).status).toBe(404);
});

test('a repeat under an Idempotency-Key imports once', async () => {
  const key = { 'idempotency-key': 'import-1' };
  const first = await bring([{ ...FLAG, key: 'a' }], '', key);
  const again = await bring([{ ...FLAG, key: 'a' }], '', key);
  expect(again.json).toEqual(first.json);
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  expect((await bring([{ ...FLAG, key: 'b' }], '', key)).status).toBe(409);
  expect(await ground.changelog()).toHaveLength(1);
});
