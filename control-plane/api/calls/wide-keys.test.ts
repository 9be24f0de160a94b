import { describe, expect, test } from 'vitest';
import { FLAG, groundForEach } from '../testing/scenario.ts';

/** Keys of flags and segments, and names of variations, with dots, colons and bars, through every call that names one. */

const KEY = 'pay.v2:eu|x';
const SEGMENT = 'team.a:b|c';

const flags = '/apps/shop/flags';
const flag = `${flags}/${encodeURIComponent(KEY)}`;
const segment = `/apps/shop/segments/${encodeURIComponent(SEGMENT)}`;
const at = (version: number) => ({ 'if-match': `"${version}"` });

const BODY = {
  ...FLAG,
  key: KEY,
  variations: { 'v1.0:a|b': 'old', 'v2.0': 'new' },
  default_variation: 'v1.0:a|b',
  rules: [
    {
      id: 'team',
      priority: 1,
      conditions: [{ operator: 'in_segment', value: [SEGMENT] }],
      serve_variation: 'v2.0',
      rollout: { percentage: 5 },
    },
  ],
};

const ground = groundForEach(async (ground) => {
  await ground.ask('POST', '/apps/shop/segments', { body: { key: SEGMENT, include: ['ada'] } });
  const made = await ground.ask('POST', flags, { body: BODY });
  expect([made.status, made.json.errors]).toEqual([201, []]);
});

const diffs = async () => (await ground.changelog()).map(({ diff }) => diff);

describe('a key with dots, colons and bars', () => {
  test('leads to one rule, to its split and to an earlier state', async () => {
    const rule = `${flag}/rules/1`;
    const widened = await ground.ask('PATCH', rule, {
      body: { rollout: { percentage: 50 } },
      headers: at(1),
    });
    expect([widened.status, widened.json.result.key]).toEqual([200, KEY]);
    const split = await ground.ask('PUT', `${rule}/split`, {
      body: { weights: { 'v1.0:a|b': 1, 'v2.0': 1 } },
      headers: at(2),
    });
    expect([split.status, split.json.result.version]).toEqual([200, 3]);
    const history = await ground.ask('GET', `${flag}/changelog`);
    expect(history.json.result.map(({ flag_key }: { flag_key: string }) => flag_key)).toEqual([
      KEY,
      KEY,
      KEY,
    ]);
    const back = await ground.ask('POST', `${flag}/restore`, {
      body: { changelog_id: history.json.result[2].id },
    });
    expect(back.json.result).toMatchObject({ key: KEY, version: 4, rules: BODY.rules });
    expect((await ground.ask('DELETE', flag)).json.result).toEqual({ key: KEY });
    expect((await ground.ask('GET', flag)).status).toBe(404);
  });

  test('is found, evaluated, explained and tried under its own name', async () => {
    const found = await ground.ask('GET', `${flags}?q=${encodeURIComponent('v2:EU|')}`);
    expect(found.json.result.map(({ key }: { key: string }) => key)).toEqual([KEY]);
    const query = new URLSearchParams({ flagKey: KEY, targetingKey: 'bob' });
    expect((await ground.ask('GET', `/apps/shop/evaluate?${query}`)).json).toMatchObject({
      flagKey: KEY,
      variant: 'v1.0:a|b',
    });
    const explained = await ground.ask('POST', '/apps/shop/explain', {
      body: { key: KEY, context: { targetingKey: 'ada' } },
    });
    expect(explained.status).toBe(200);
    const tried = await ground.ask('POST', '/apps/shop/changes?dry_run=1', {
      body: {
        changes: [
          { op: 'patch', key: KEY, flag: { enabled: false } },
          { op: 'patch', kind: 'segment', key: SEGMENT, segment: { exclude: ['eve'] } },
        ],
      },
    });
    expect(tried.json.result.diff).toEqual({
      [KEY]: { enabled: { from: true, to: false } },
      [`segment/${SEGMENT}`]: { 'exclude.0': { to: 'eve' } },
    });
    expect(Object.keys(tried.json.result.exposures)).toEqual([KEY]);
  });

  test('names a segment, its members and those who use it', async () => {
    const joined = await ground.ask('POST', `${segment}/members`, { body: { add: ['ben'] } });
    expect(joined.json.result).toMatchObject({ key: SEGMENT, include: ['ada', 'ben'], version: 2 });
    expect((await ground.ask('GET', `${segment}/uses`)).json.result).toEqual({
      flags: [{ key: KEY, rules: ['team'] }],
      segments: [],
    });
    const through = await ground.ask('GET', `${flag}/changelog?through=1`);
    expect(through.json.result[0]).toMatchObject({
      segment_key: SEGMENT,
      affects: [{ flag: KEY, rules: ['team'] }],
    });
    expect(await ground.outbox()).toEqual([
      { version: 1, keys: [`segment/${SEGMENT}`] },
      { version: 2, keys: [KEY] },
      { version: 3, keys: [`segment/${SEGMENT}`] },
    ]);
    const used = await ground.ask('DELETE', segment);
    expect([used.status, used.json.errors[0].message]).toEqual([
      409,
      `The segment "${SEGMENT}" is used by the flag "${KEY}" in rule team; expected one that nothing uses`,
    ]);
  });

  test('of a variation is one part of a path, whatever dots it has', async () => {
    const variations = { ...BODY.variations, 'v2.0': 'newer', 'v3.a.b': 'next' };
    expect((await ground.ask('PATCH', flag, { body: { variations } })).status).toBe(200);
    expect((await diffs()).at(-1)).toEqual({
      'variations.v2\\.0': { from: 'new', to: 'newer' },
      'variations.v3\\.a\\.b': { to: 'next' },
    });
  });

  test.for(['.', '..', '.a', ':a', '|a', 'a/b', 'a b', 'a\\b', 'ä', 'x'.repeat(129)])(
    'is not %j',
    async (key) => {
      const refused = await ground.ask('POST', flags, { body: { ...FLAG, key } });
      expect([refused.status, refused.json.errors[0].pointer]).toEqual([400, '/key']);
      const other = await ground.ask('POST', '/apps/shop/segments', { body: { key } });
      expect([other.status, other.json.errors[0].pointer]).toEqual([400, '/key']);
    },
  );
});
