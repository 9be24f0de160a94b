import { afterAll, beforeEach, expect, test } from 'vitest';
import { type Ground, openGround } from '../testing/scenario.ts';

let ground: Ground;
const opened: Ground[] = [];
beforeEach(async () => {
  ground = await openGround();
  opened.push(ground);
});
afterAll(async () => {
  for (const each of opened) await each.close();
});

const FLAG = {
  on: true,
  variations: ['red', 'blue'],
  offVariation: null,
  fallthrough: { variation: 0 },
  salt: 's',
};
const rollout = (weight: number) => ({
  rollout: {
    variations: [
      { variation: 0, weight },
      { variation: 1, weight: 100_000 - weight },
    ],
  },
});
const SEGMENTS = { beta: { key: 'beta', included: ['ada'], rules: [] } };
const throughBeta = {
  ...FLAG,
  rules: [{ clauses: [{ op: 'segmentMatch', values: ['beta'] }], variation: 1 }],
};

const bring = (document: unknown, query = 'from=launchdarkly', headers: Record<string, string> = {}) =>
  ground.ask('POST', `/apps/shop/import?${query}`, {
    body: typeof document === 'string' ? document : JSON.stringify(document),
    headers: { 'content-type': 'application/json', ...headers },
  });
const flagOf = async (key: string) => (await ground.ask('GET', `/apps/shop/flags/${key}`)).json.result;
const change = (key: string, body: object) => ground.ask('PATCH', `/apps/shop/flags/${key}`, { body });
const valueFor = async (key: string, targetingKey: string) =>
  (await ground.ask('GET', `/apps/shop/evaluate?flagKey=${key}&targetingKey=${targetingKey}`)).json.value;

test("another vendor's document becomes flags and segments, with a report", async () => {
  const { status, json } = await bring({
    flags: { color: throughBeta, 'what ever': FLAG, mixed: { ...FLAG, variations: [1, true] } },
    segments: SEGMENTS,
  });
  expect(status).toBe(200);
  expect(json.result).toMatchObject({
    app_version: 1,
    created: 1,
    segments: { created: 1 },
    counts: { exact: 1, differs: 0, refused: 2 },
    report: [
      { key: 'color', outcome: 'exact', notes: [] },
      { key: 'what ever', outcome: 'refused', notes: [{ path: '/flags/what ever' }] },
      { key: 'mixed', outcome: 'refused', notes: [{ path: '/flags/mixed/variations/1' }] },
    ],
  });
  expect(await flagOf('color')).toMatchObject({ metadata: { imported_from: 'launchdarkly' } });
  expect(await valueFor('color', 'ada')).toBe('blue');
  expect(await valueFor('color', 'bob')).toBe('red');
});

test('a dry run reports and writes nothing, not even what the import said', async () => {
  const { json } = await bring({ flags: { color: FLAG } }, 'from=launchdarkly&dry_run=1');
  expect(json.result).toMatchObject({ created: 1, counts: { exact: 1 }, report: [{ key: 'color' }] });
  expect((await ground.ask('GET', '/apps/shop/flags/color')).status).toBe(404);
  // The flag is not taken for one that was deleted since.
  expect((await bring({ flags: { color: FLAG } })).json.result).toMatchObject({ created: 1 });
});

test('another import updates, and leaves what people changed here since', async () => {
  await bring({ flags: { color: { ...FLAG, fallthrough: rollout(30_000) }, size: FLAG } });
  const ids = (await flagOf('color')).rules.map(({ id }: { id: string }) => id);
  await change('color', { description: 'ours', tags: ['ours'], enabled: false });
  const again = await bring({
    flags: { color: { ...FLAG, on: true, fallthrough: rollout(40_000) }, size: { ...FLAG, on: false } },
  });
  expect(again.json.result).toMatchObject({
    updated: 2,
    report: [
      {
        key: 'color',
        outcome: 'exact',
        notes: [
          {
            path: '/flags/color',
            message: 'enabled changed here since the last import, and stay as they are',
          },
        ],
      },
      { key: 'size', outcome: 'exact', notes: [] },
    ],
  });
  const color = await flagOf('color');
  expect(color).toMatchObject({ description: 'ours', tags: ['ours'], enabled: false });
  expect(color.rules.at(-1)).toMatchObject({
    split: { allocations: [{ ranges: [[0, 40]] }, { ranges: [[40, 100]] }] },
    bucketing: { hash: 'launchdarkly', salt: 'color.s' },
  });
  expect(color.rules.map(({ id }: { id: string }) => id)).toEqual(ids);
  expect((await flagOf('size')).enabled).toBe(false);
});

test('what was kept once is kept again, whatever the vendor changes beside it', async () => {
  await bring({ flags: { color: FLAG } });
  await change('color', { enabled: false });
  await bring({ flags: { color: FLAG } });
  await bring({ flags: { color: { ...FLAG, fallthrough: { variation: 1 } } } });
  expect(await flagOf('color')).toMatchObject({ enabled: false, default_variation: 'blue' });
});

test('a flag that people deleted stays deleted', async () => {
  await bring({ flags: { color: FLAG } });
  await ground.ask('DELETE', '/apps/shop/flags/color');
  expect((await bring({ flags: { color: FLAG } })).json.result).toMatchObject({
    created: 0,
    report: [{ notes: [{ message: 'was deleted here since the last import, and stays so' }] }],
  });
});

test('a flag whose changes here and there do not fit together is kept as it is', async () => {
  await bring({ flags: { color: FLAG } });
  await change('color', {
    rules: [{ priority: 1, conditions: [], serve_variation: 'blue' }],
  });
  const { json } = await bring({ flags: { color: { ...FLAG, variations: ['red', 'green'] } } });
  expect(json.result).toMatchObject({
    updated: 0,
    unchanged: 1,
    report: [
      {
        notes: [
          {
            message:
              'rules changed here since the last import and no longer fit what changed there; the flag is kept as it is',
          },
        ],
      },
    ],
  });
  expect((await flagOf('color')).variations).toEqual({ red: 'red', blue: 'blue' });
});

test('a segment that people changed is kept as it is, and another is updated', async () => {
  const two = { beta: SEGMENTS.beta, staff: { key: 'staff', included: ['bob'], rules: [] } };
  await bring({ flags: {}, segments: two });
  await ground.ask('POST', '/apps/shop/segments/beta/members', { body: { add: ['eve'] } });
  const { json } = await bring({
    flags: {},
    segments: { beta: { key: 'beta', included: [] }, staff: { key: 'staff', included: ['carol'] } },
  });
  expect(json.result.segments).toEqual({ created: 0, updated: 1, deleted: 0, unchanged: 1 });
  expect(json.messages).toEqual([
    { message: 'The segment "beta" changed here since the last import, and stays as it is' },
  ]);
  const members = async (key: string) =>
    (await ground.ask('GET', `/apps/shop/segments/${key}`)).json.result.include;
  expect(await members('beta')).toEqual(['ada', 'eve']);
  expect(await members('staff')).toEqual(['carol']);
});

test('with only=exact, flags that differ stay away, with the segments that only they use', async () => {
  const size = { attribute: 'size', op: 'in', values: [1, 'L'] };
  const document = {
    flags: {
      a: { ...FLAG, rules: [{ clauses: [size], variation: 1 }] },
      b: throughBeta,
    },
    segments: { ...SEGMENTS, other: { key: 'other', included: ['x'] } },
  };
  const { json } = await bring(document, 'from=launchdarkly&only=exact');
  expect(json.result).toMatchObject({
    created: 1,
    segments: { created: 1 },
    counts: { exact: 1, differs: 1 },
  });
});

test('a replacing import deletes what the document does not have, and spares what it refuses', async () => {
  for (const key of ['mixed', 'gone']) {
    const body = { key, enabled: true, variations: { on: true }, default_variation: 'on', rules: [] };
    await ground.ask('POST', '/apps/shop/flags', { body });
  }
  const { json } = await bring(
    { flags: { color: FLAG, mixed: { ...FLAG, variations: [1, true] } } },
    'from=launchdarkly&mode=replace',
  );
  expect(json.result).toMatchObject({ created: 1, deleted: 1 });
  expect((await ground.ask('GET', '/apps/shop/flags/mixed')).status).toBe(200);
});

test('a flag that is here already keeps its buckets, and its rules hash as they did at the vendor', async () => {
  const body = {
    key: 'color',
    enabled: true,
    variations: { red: 'red', blue: 'blue' },
    default_variation: 'red',
    rules: [{ priority: 1, conditions: [], serve_variation: 'red', rollout: { percentage: 5 } }],
  };
  await ground.ask('POST', '/apps/shop/flags', { body });
  await bring({ flags: { color: { ...FLAG, fallthrough: rollout(5_000) } } });
  expect((await flagOf('color')).rules.at(-1)).toMatchObject({
    bucketing: { hash: 'launchdarkly', salt: 'color.s' },
  });
});

test('YAML is read where the vendor has it', async () => {
  const yaml =
    'flags:\n  color:\n    state: ENABLED\n    variants: {on: true, off: false}\n    defaultVariant: on\n';
  const type = { 'content-type': 'application/yaml' };
  expect((await bring(yaml, 'from=flagd', type)).json.result).toMatchObject({ created: 1 });
  expect((await bring(yaml, 'from=growthbook', type)).json.errors).toMatchObject([
    { message: 'The content type is "application/yaml"; expected application/json.' },
  ]);
  const broken = await bring('flags: {', 'from=flagd', type);
  expect(broken.status).toBe(400);
  expect(broken.json.errors[0].message).toMatch(/^The body is not YAML: /);
});

test.each([
  ['another vendor’s document', { features: [] }, 'from=launchdarkly', 400, ''],
  ['a document that is cut short', '{"flags": {"a"', 'from=launchdarkly', 400, undefined],
  ['an empty body', '', 'from=launchdarkly', 400, undefined],
  ['an encrypted payload', { encryptedFeatures: 'x' }, 'from=growthbook', 400, '/encryptedFeatures'],
  ['a vendor that nobody knows', {}, 'from=optimizely', 400, undefined],
  ['what only means something with from', {}, 'environment=production', 400, undefined],
  ['an account of Flagship for another vendor', {}, 'from=flagd&flagship_account=a', 400, undefined],
] as const)('%s is refused and stores nothing', async (_, document, query, status, pointer) => {
  const asked = await bring(document, query);
  expect(asked.status).toBe(status);
  expect(asked.json.errors[0].pointer).toBe(pointer);
  expect((await ground.ask('GET', '/apps/shop/flags')).json.result).toEqual([]);
});

test('a document over 64 MiB is refused', async () => {
  const { status, json } = await bring(' '.repeat(64 * 1024 * 1024 + 1));
  expect(status).toBe(413);
  expect(json.errors[0].message).toBe('The body is over 64 MiB, the most this call takes.');
});

test('a repeat under its Idempotency-Key is answered as before, and another document is a conflict', async () => {
  const key = { 'idempotency-key': 'once' };
  const first = await bring({ flags: { color: FLAG } }, 'from=launchdarkly', key);
  expect((await bring({ flags: { color: FLAG } }, 'from=launchdarkly', key)).text).toBe(first.text);
  expect((await bring({ flags: { other: FLAG } }, 'from=launchdarkly', key)).status).toBe(409);
});
