import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FLAG, flagship, type Ground, HOME, openGround } from '../testing/scenario.ts';

/** The bodies are read by the same code in both homes. */
const RUNS = HOME === 'node' ? 10_000 : 250;

let ground: Ground;
let before: string;
let stored: number;
beforeAll(async () => {
  ground = await openGround();
  await ground.ask('POST', '/apps/shop/flags', { body: FLAG });
  before = (await ground.ask('GET', '/apps/shop/export')).text;
  stored = (await ground.changelog()).length;
});
afterAll(() => ground.close());

const FLAG_PATH = '/apps/shop/flags/new-checkout';
const CALLS = [
  ['POST', '/apps/shop/flags'],
  ['PUT', FLAG_PATH],
  ['PATCH', FLAG_PATH],
  ['PATCH', `${FLAG_PATH}/rules/2`],
  ['PUT', `${FLAG_PATH}/rules/2/split`],
  ['POST', `${FLAG_PATH}/restore`],
  ['POST', '/apps/shop/changes'],
  ['POST', '/apps/shop/explain'],
  ['POST', '/apps/shop/import'],
  ['POST', '/apps'],
  ['PUT', '/apps/shop'],
  ['POST', '/tokens'],
] as const;

const NAMES = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'key',
  'enabled',
  'variations',
  'default_variation',
  'rules',
  'priority',
  'conditions',
  'logical_operator',
  'clauses',
  'attribute',
  'operator',
  'value',
  'rollout',
  'percentage',
  'split',
  'allocations',
  'ranges',
  'weights',
  'changes',
  'op',
  'flag',
  'context',
  'name',
  'permission',
  'metadata',
  'tags',
  '',
  'a\0b',
  '\ud800',
];

/** Whatever JSON can say, made of the words that these bodies are made of. */
const json = fc.letrec<{ any: unknown; object: unknown }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 6, withCrossShrink: true },
    fc.constantFrom(null, true, false, 0, -0, 1, -1, 1e308, 2 ** 53, 0.1, 100, 101, 99.9999999),
    fc.constantFrom(
      '',
      'on',
      'off',
      'AND',
      'OR',
      'equals',
      'matches',
      '(((((',
      '[',
      '\0',
      '\ud800',
      'put',
      'x'.repeat(300),
    ),
    fc.constantFrom('new-checkout', '10.0.0.0/8', '2026-02-30', '1.2.3', 'targetingKey'),
    fc.array(tie('any'), { maxLength: 4 }),
    tie('object'),
  ),
  object: fc.dictionary(fc.constantFrom(...NAMES), tie('any'), { maxKeys: 6, noNullPrototype: true }),
}));

/** A body that would have been accepted, changed in one place by something that does not belong there. */
const nearlyRight = fc
  .tuple(
    fc.constantFrom<(string | number)[]>(
      ['key'],
      ['enabled'],
      ['variations'],
      ['variations', 'on'],
      ['default_variation'],
      ['rules'],
      ['rules', 0],
      ['rules', 0, 'priority'],
      ['rules', 0, 'conditions'],
      ['rules', 0, 'conditions', 0],
      ['rules', 0, 'conditions', 0, 'operator'],
      ['rules', 0, 'conditions', 0, 'value'],
      ['rules', 1, 'rollout'],
      ['rules', 1, 'rollout', 'percentage'],
      ['unknown'],
    ),
    json.any,
  )
  .map(([path, value]) => {
    const flag: Record<string | number, unknown> = structuredClone({ ...FLAG });
    let place = flag;
    for (const step of path.slice(0, -1)) place = place[step] as typeof place;
    place[path.at(-1) ?? ''] = value;
    return flag;
  });

const structured = fc.oneof(json.object, json.any, nearlyRight).map((value) => JSON.stringify(value) ?? '');

/** Text of a real body with bytes replaced, cut out and put in. */
const corrupted = fc
  .tuple(
    fc.constantFrom(
      JSON.stringify(FLAG),
      JSON.stringify({ changes: [{ op: 'put', key: 'a', flag: FLAG }] }),
      JSON.stringify({ weights: { on: 1, off: 2 } }),
      JSON.stringify({ rollout: { percentage: 50 } }),
      JSON.stringify({ name: 'x', permission: 'read' }),
    ),
    fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 }), fc.constantFrom('replace', 'insert', 'cut')), {
      minLength: 1,
      maxLength: 8,
    }),
  )
  .map(([text, edits]) => {
    const bytes = [...new TextEncoder().encode(text)];
    for (const [at, byte, how] of edits) {
      const place = at % bytes.length;
      if (how === 'replace') bytes[place] = byte;
      else if (how === 'insert') bytes.splice(place, 0, byte);
      else bytes.splice(place, 1 + (byte % 8));
      if (bytes.length === 0) bytes.push(byte);
    }
    return Uint8Array.from(bytes);
  });

const body = fc.oneof(structured, corrupted);

test(`${RUNS} bodies never give a 5xx, and a refused one never stores anything`, {
  timeout: 120_000,
}, async () => {
  let accepted = 0;
  let slowest = 0;
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...CALLS), body, async ([method, path], sent) => {
      const began = performance.now();
      const response = await ground.request(`http://halyard.test${flagship(path)}`, {
        method,
        headers: {
          authorization: `Bearer ${ground.admin}`,
          'content-type': path.endsWith('/import') ? 'application/x-ndjson' : 'application/json',
          'if-match': '"1"',
        },
        body: sent,
      });
      const text = await response.text();
      slowest = Math.max(slowest, performance.now() - began);
      expect(response.status, text).toBeLessThan(500);
      const answer = JSON.parse(text);
      if (response.ok) {
        accepted++;
        expect(answer.success).toBe(true);
        if (path !== '/apps/shop/explain') await reset();
        return;
      }
      expect(answer.success).toBe(false);
      for (const error of answer.errors) expect(typeof error.message).toBe('string');
      expect((await ground.stores.app('acme', 'shop').changelog({ limit: 200 })).items).toHaveLength(stored);
    }),
    { numRuns: RUNS, seed: 20261124 },
  );
  console.log(
    `${accepted} of ${RUNS} bodies were accepted; the slowest answer took ${Math.round(slowest)} ms`,
  );
  expect(accepted).toBeLessThan(0.3 * RUNS);
  expect(ground.logged.filter((line) => line.includes('nobody foresaw'))).toEqual([]);
});

/** What was rightly accepted starts a fresh ground, so that "nothing was stored" can be told of the next body. */
const reset = async (): Promise<void> => {
  const { logged } = ground;
  expect(logged.filter((line) => line.includes('nobody foresaw'))).toEqual([]);
  await ground.close();
  ground = await openGround();
  await ground.ask('POST', '/apps/shop/flags', { body: FLAG });
  expect((await ground.ask('GET', '/apps/shop/export')).text).toBe(before);
};
