import { afterAll, beforeEach, expect, test, vi } from 'vitest';
import { FLAG, flagship, type Ground, onNode, openGround } from '../testing/scenario.ts';

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

test('an empty replacement deleted every flag: it needs allow_empty=1', async () => {
  await bring([{ ...FLAG, key: 'a' }]);
  for (const query of ['?mode=replace', '?mode=replace&dry_run=1', '?mode=replace&allow_empty=0']) {
    for (const lines of [[], ['', '   ']]) {
      const refused = await bring(lines, query);
      expect([refused.status, refused.json.errors]).toEqual([
        400,
        [
          {
            code: 1001,
            message:
              'The import has no flags, so that mode=replace would delete every flag of the app; expected at least one flag, or allow_empty=1 if that is what you want.',
          },
        ],
      ]);
    }
  }
  expect((await bring([])).json.result).toMatchObject({ deleted: 0 });
  expect(await ground.changelog()).toHaveLength(1);
  expect((await bring([], '?mode=replace&allow_empty=1')).json.result).toMatchObject({ deleted: 1 });
});

const stream = async (chunks: Iterable<Uint8Array>) => {
  const iterator = chunks[Symbol.iterator]();
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const next = iterator.next();
      if (next.done === true) return controller.close();
      sent += next.value.byteLength;
      controller.enqueue(next.value);
    },
  });
  const response = await ground.request(`http://halyard.test${flagship('/apps/shop/import')}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ground.admin}`, 'content-type': 'application/x-ndjson' },
    body,
    duplex: 'half',
  } as RequestInit);
  const { errors } = (await response.json()) as { errors: { code: number; message: string }[] };
  return { status: response.status, errors, sent };
};
const MIB = 1024 * 1024;

onNode('one line of 200 MB killed the process: a line over 1 MiB is refused before it is whole', async () => {
  const piece = new Uint8Array(65_536).fill(0x78);
  const long = function* () {
    yield new TextEncoder().encode(`${JSON.stringify({ ...FLAG, key: 'a' })}\n`);
    for (let n = 0; n < 3_200; n += 1) yield piece;
  };
  const { status, errors, sent } = await stream(long());
  expect([status, errors]).toEqual([
    413,
    [{ code: 1009, message: 'Line 2 is over 1 MiB, the most a line may have.' }],
  ]);
  expect(sent).toBeLessThan(12 * MIB);
});

test('20 MB of {} lines took a minute: an import with 1,000 mistakes is not read on, and says so', async () => {
  const lines = new TextEncoder().encode('{}\n'.repeat(20_000));
  const from = performance.now();
  const { status, errors } = await stream(Array(350).fill(lines));
  expect(performance.now() - from).toBeLessThan(10_000);
  expect([status, errors.length]).toEqual([400, 1_001]);
  expect(errors.at(-1)?.message).toMatch(
    /^Line \d+ was the last that was read: the import has 1000 mistakes by then$/,
  );
  expect(await ground.changelog()).toEqual([]);
});

test('a line may be as long as 1 MiB, in whatever pieces it arrives', async () => {
  const text = `${JSON.stringify({ ...FLAG, key: 'a' })}${' '.repeat(MIB - 500)}\r\n${JSON.stringify({ ...FLAG, key: 'b', description: 'ä' })}`;
  const bytes = new TextEncoder().encode(text);
  const pieces = function* () {
    for (let at = 0; at < bytes.length; at += 7_919) yield bytes.subarray(at, at + 7_919);
  };
  expect((await stream(pieces())).status).toBe(200);
  expect((await ground.changelog()).map(({ flag_key }) => flag_key)).toEqual(['a', 'b']);
});

test('a line of brackets is refused as quickly as it is read', async () => {
  const from = performance.now();
  const refused = await bring(['['.repeat(MIB - 1), { ...FLAG, key: 'a' }]);
  expect(performance.now() - from).toBeLessThan(5_000);
  expect([refused.status, refused.json.errors]).toEqual([
    400,
    [{ code: 1001, message: 'Line 1: it is nested over 64 deep; expected JSON at most 32 deep.' }],
  ]);
});

const LARGE = Array.from({ length: 40 }, (_, n) => ({
  ...FLAG,
  key: `l${n}`,
  description: 'x'.repeat(10_000),
}));
const openExport = (of: Ground) =>
  of.request(`http://halyard.test${flagship('/apps/shop/export')}`, {
    headers: { authorization: `Bearer ${of.admin}` },
  });

onNode('exports that nobody reads are cut off, and make room for others', async () => {
  const own = await openGround({ streamLimits: { exportsOfToken: 1, idleMs: 20 } });
  opened.push(own);
  await own.ask('POST', '/apps/shop/import', {
    body: LARGE.map((flag) => JSON.stringify(flag)).join('\n'),
    headers: { 'content-type': 'application/x-ndjson' },
  });
  const unread = await openExport(own);
  expect(unread.status).toBe(200);
  await vi.waitFor(async () => expect((await openExport(own)).status).toBe(200), { timeout: 10_000 });
  await expect(unread.text()).rejects.toThrow('The reader does not read.');
});

onNode('a token may have two exports under way, and the next is 503 with Retry-After', async () => {
  await bring(LARGE);
  const under = [await openExport(ground), await openExport(ground)];
  const refused = await ground.ask('GET', '/apps/shop/export');
  expect([refused.status, refused.headers.get('retry-after'), refused.json.errors[0]]).toEqual([
    503,
    '5',
    {
      code: 1016,
      message: 'This token has 2 exports open, the most it may have; close one, or try again later.',
    },
  ]);
  for (const { body } of under) await body?.cancel();
  for (let n = 0; n < 5; n += 1) expect((await ground.ask('GET', '/apps/shop/export')).status).toBe(200);
});
