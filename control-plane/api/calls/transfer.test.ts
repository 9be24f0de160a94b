import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { flagDefinition } from '../../flags/testing/arbitrary.ts';
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

const bring = (
  lines: readonly unknown[],
  query = '',
  headers: Record<string, string> = {},
  app: string = ground.app,
) =>
  ground.ask('POST', `/apps/${app}/import${query}`, {
    body: lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'),
    headers: { 'content-type': 'application/x-ndjson', ...headers },
  });

const NO_SEGMENTS = { created: 0, updated: 0, deleted: 0, unchanged: 0 };
const BETA = { segment: { key: 'beta', include: ['ada'] } };
const STAFF = {
  segment: { key: 'staff', conditions: [{ operator: 'in_segment', value: ['beta'] }] },
};
const inSegment = (key: string, segment: string) => ({
  ...FLAG,
  key,
  rules: [
    {
      id: `r_${key}`,
      priority: 1,
      conditions: [{ operator: 'in_segment', value: [segment] }],
      serve_variation: 'on',
    },
  ],
});
const segmentsOf = async (app = 'shop') =>
  (await ground.ask('GET', `/apps/${app}/segments`)).json.result.map(({ key }: { key: string }) => key);

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
    segments: NO_SEGMENTS,
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

test('the lines of docs/api.md are taken', async () => {
  const page = await readFile(new URL('../../../docs/api.md', import.meta.url), 'utf8');
  const [, lines = ''] = /^```ndjson\n(.*?)^```/ms.exec(page) ?? [];
  const done = await bring([lines]);
  expect([done.status, done.json.result]).toMatchObject([200, { created: 1, segments: { created: 1 } }]);
});

describe('segments', () => {
  test('come in any order with the flags that name them, in one commit, and leave before them', async () => {
    const done = await bring([inSegment('a', 'staff'), STAFF, BETA]);
    expect([done.status, done.json.result]).toEqual([
      200,
      {
        app_version: 1,
        dry_run: false,
        created: 1,
        updated: 0,
        deleted: 0,
        unchanged: 0,
        segments: { ...NO_SEGMENTS, created: 2 },
      },
    ]);
    const entries = (await ground.ask('GET', '/apps/shop/changelog')).json.result;
    expect(
      entries.map((entry: { segment_key?: string; flag_key?: string; affects?: object }) => [
        entry.segment_key ?? entry.flag_key,
        entry.affects,
      ]),
    ).toEqual([
      ['a', undefined],
      ['beta', [{ flag: 'a', rules: ['r_a'] }]],
      ['staff', [{ flag: 'a', rules: ['r_a'] }]],
    ]);
    const lines = (await ground.ask('GET', '/apps/shop/export')).text.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line)).map(({ segment, key }) => segment?.key ?? key)).toEqual([
      'beta',
      'staff',
      'a',
    ]);
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      segment: { key: 'beta', include: ['ada'], exclude: [], conditions: [] },
    });
  });

  test('are kept by a merge, and deleted by a replacement that is judged by its end', async () => {
    await bring([BETA, STAFF, inSegment('a', 'staff')]);
    const changed = { segment: { key: 'beta', include: ['ben'] } };
    expect((await bring([changed])).json.result).toMatchObject({
      unchanged: 0,
      segments: { ...NO_SEGMENTS, updated: 1 },
    });
    const refused = await bring([inSegment('a', 'staff'), BETA], '?mode=replace');
    expect([refused.status, refused.json.errors]).toEqual([
      409,
      [
        {
          code: 1006,
          message: 'The segment "staff" is used by the flag "a" in rule r_a; expected one that nothing uses',
        },
      ],
    ]);
    expect(await segmentsOf()).toEqual(['beta', 'staff']);
    const done = await bring([inSegment('a', 'beta'), changed], '?mode=replace');
    expect(done.json.result).toMatchObject({
      updated: 1,
      segments: { ...NO_SEGMENTS, deleted: 1, unchanged: 1 },
    });
    expect(await segmentsOf()).toEqual(['beta']);
    // An export of an earlier release has no segments.
    expect((await bring([{ ...FLAG, key: 'a' }], '?mode=replace')).status).toBe(200);
    expect(await segmentsOf()).toEqual([]);
  });

  test('that are not there, or go round in a circle, are refused with the line that names them', async () => {
    const refused = await bring([
      { ...FLAG, key: 'b' },
      inSegment('a', 'staff'),
      { segment: { key: 'x', conditions: [{ operator: 'in_segment', value: ['y'] }] } },
      { segment: { key: 'y', conditions: [{ operator: 'in_segment', value: ['x'] }] } },
    ]);
    expect(refused.status).toBe(400);
    expect(refused.json.errors).toEqual([
      { code: 1001, message: 'Line 3: segment x → segment y → segment x is a circle; expected none' },
      { code: 1001, message: 'Line 4: segment y → segment x → segment y is a circle; expected none' },
      {
        code: 1001,
        message: 'Line 2: rules[0].conditions[0].value[0] is "staff"; expected a segment of this app',
      },
    ]);
    expect(await ground.changelog()).toEqual([]);
    const dry = await bring([inSegment('a', 'staff')], '?dry_run=1');
    expect([dry.status, dry.json.errors[0].message]).toEqual([400, expect.stringContaining('Line 1: ')]);
  });

  test('are at most 1,000 of an app, of 5,000 members and 256 KiB', async () => {
    const many = Array.from({ length: 1_001 }, (_, n) => ({ segment: { key: `s${n}` } }));
    const refused = await bring(many);
    expect([refused.status, refused.json.errors[0].message]).toEqual([
      409,
      'The app would have 1001 segments; an app holds at most 1000. Delete segments that are no longer used.',
    ]);
    expect((await bring(many.slice(1))).json.result.segments.created).toBe(1_000);
    const crowd = Array.from({ length: 5_001 }, (_, n) => n);
    const large = await bring([
      { segment: { key: 'crowd', include: crowd } },
      { segment: { key: 'long', description: 'x'.repeat(257 * 1024) } },
    ]);
    expect(large.json.errors.map(({ message }: { message: string }) => message)).toEqual([
      'Line 1: include and exclude have 5001 members together; expected at most 5000',
      'Line 2: segment is 263199 bytes serialized; expected at most 262144 (256 KiB)',
    ]);
  });
});

test('a dry run answers what an import would do as that of any write does, and needs only `read`', async () => {
  await bring([BETA, { ...inSegment('a', 'beta'), tests: [TEST] }, { ...FLAG, key: 'b' }]);
  await ground.ask('PUT', '/apps/shop/contexts/ada', { body: { context: { targetingKey: 'ada' } } });
  const { secret: token } = await ground.mint({ permission: 'read' });
  const asReader = (lines: readonly unknown[], query: string) =>
    bring(lines, query, { authorization: `Bearer ${token}`, 'idempotency-key': 'once' });
  const lines = [
    { segment: { key: 'beta', include: ['ben'] } },
    { ...FLAG, key: 'b', rules: [{ ...FLAG.rules[0] }, { ...FLAG.rules[0], priority: 2 }] },
    { ...FLAG, key: 'c', bucketing: { hash: 'murmur3', salt: 'other/c' } },
  ];
  const dry = await asReader(lines, '?dry_run=1');
  expect(dry.status).toBe(200);
  expect(dry.json.result).toMatchObject({
    app_version: 1,
    dry_run: true,
    created: 1,
    updated: 1,
    deleted: 0,
    segments: { ...NO_SEGMENTS, updated: 1 },
    diff: { 'segment/beta': { 'include.0': { from: 'ada', to: 'ben' } } },
    affects: [{ flag: 'a', rules: ['r_a'] }],
    tests: [{ flag: 'a', name: 'ada' }],
    answers: [
      { context: 'ada', flag: 'a', before: { value: true }, after: { value: false } },
      { context: 'ada', flag: 'c', before: null, after: { variant: 'off' } },
    ],
  });
  expect(Object.keys(dry.json.result.exposures)).toEqual(['b', 'c']);
  expect(dry.json.messages).toEqual([
    { message: 'In the flag b, rule 2 can never be reached: rule 1 already serves everybody it is for' },
  ]);
  for (const query of ['', '?dry_run=0']) expect((await asReader(lines, query)).status).toBe(403);
  const unclear = await bring(lines, '?dry_run=true');
  expect([unclear.status, unclear.json.errors[0].message]).toEqual([
    400,
    'dry_run is "true"; expected 1 or 0',
  ]);
  expect((await ground.ask('GET', '/apps/shop/propagation')).json.result.version).toBe(1);
  const done = await bring(lines, '', { 'idempotency-key': 'once' });
  expect([done.status, done.headers.get('idempotency-replayed')]).toEqual([200, null]);
  expect(done.json.messages.map(({ message }: { message: string }) => message)).toEqual([
    'In the flag b, rule 2 can never be reached: rule 1 already serves everybody it is for',
    'Test "ada" of the flag a expected variant "on", but got variant "off", reason DEFAULT',
  ]);
});

const TEST = { name: 'ada', context: { targetingKey: 'ada' }, expect: { variant: 'on' } };

test('whatever an app holds, its export imported into an empty app is exported the same', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(flagDefinition, { maxLength: 4 }), wholeSegments, async (flags, segments) => {
      const [from, to] = [await newApp(), await newApp()];
      const named = segments.at(-1)?.segment.key;
      const keyed = flags.map((flag, n) => ({
        ...flag,
        key: `${n}.a:b|c`,
        rules: [...flag.rules, ...(named === undefined ? [] : [naming(named, flag.default_variation)])],
      }));
      const brought = await bring([...keyed, ...segments], '', {}, from);
      expect([brought.status, brought.json.errors]).toEqual([200, []]);
      const { text } = await ground.ask('GET', `/apps/${from}/export`);
      expect(text.split('\n')).toHaveLength(flags.length + segments.length + 1);
      expect((await bring([text], '', {}, to)).status).toBe(200);
      expect((await ground.ask('GET', `/apps/${to}/export`)).text).toBe(text);
      const again = await bring([text], '?mode=replace', {}, to);
      expect(again.json.result).toMatchObject({
        unchanged: flags.length,
        segments: { ...NO_SEGMENTS, unchanged: segments.length },
      });
    }),
    { numRuns: 40 },
  );
});

const naming = (segment: string, serve_variation: string) => ({
  priority: 99,
  conditions: [{ operator: 'in_segment', value: [segment] }],
  serve_variation,
});

let apps = 0;
const newApp = async (): Promise<string> => {
  apps += 1;
  return (await ground.ask('POST', '/apps', { body: { name: `app-${apps}` } })).json.result.id;
};

/** Of which each but the first may name those before it. */
const wholeSegments = fc
  .array(
    fc.record(
      {
        description: fc.string({ maxLength: 5, unit: 'grapheme-ascii' }),
        attribute: fc.constantFrom('targetingKey', 'user.id', '__proto__'),
        include: fc.array(fc.oneof(fc.integer(), fc.boolean(), fc.constantFrom('ada', '7', '')), {
          maxLength: 4,
        }),
        exclude: fc.array(fc.constantFrom('bob', 'constructor'), { maxLength: 2 }),
        named: fc.boolean(),
      },
      { requiredKeys: ['named'] },
    ),
    { maxLength: 4 },
  )
  .map((list) =>
    list.map(({ named, ...fields }, n) => ({
      segment: {
        ...fields,
        key: `s.${n}:x|y`,
        ...(named && n > 0
          ? { conditions: [{ operator: 'not_in_segment', value: [`s.${n - 1}:x|y`] }] }
          : {}),
      },
    })),
  );

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
              'The import has no flags, so that mode=replace would delete every flag and segment of the app; expected at least one flag, or allow_empty=1 if that is what you want.',
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

test('20 MB of blank lines took 1.7 s: an import has at most 250,000 lines', async () => {
  const blank = new TextEncoder().encode('\n'.repeat(50_000));
  const flag = new TextEncoder().encode(JSON.stringify({ ...FLAG, key: 'a' }));
  const { status, errors } = await stream(Array(400).fill(blank));
  expect([status, errors]).toEqual([
    413,
    [{ code: 1009, message: 'The body has over 250,000 lines, the most an import may have.' }],
  ]);
  const most = [...Array(4).fill(blank), blank.subarray(1), flag];
  expect((await stream(most)).status).toBe(200);
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
