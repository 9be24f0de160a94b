import { afterAll, beforeAll, expect, test } from 'vitest';
import { FLAG, flagship, type Ground, openGround } from '../testing/scenario.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await openGround();
  await ground.ask('POST', '/apps/shop/flags', { body: FLAG });
});
afterAll(() => ground.close());

const BIG = '9007199254740993';
/** A body as text, because JSON.stringify has no such number; `9` stands for it. */
const withBig = (body: unknown): string => JSON.stringify(body).replaceAll('"BIG"', BIG);

const number = { ...FLAG, key: 'n', rules: [], default_variation: 'a', variations: { a: 'BIG', b: 2 } };
const rule = (value: unknown) => ({
  ...FLAG,
  key: 'r',
  rules: [
    {
      priority: 1,
      conditions: [{ attribute: 'id', operator: 'equals', value }],
      serve_variation: 'on',
    },
  ],
});

test.for([
  ['POST', '/apps/shop/flags', number, '/variations/a'],
  ['PUT', '/apps/shop/flags/new-checkout', number, '/variations/a'],
  ['PATCH', '/apps/shop/flags/new-checkout', { metadata: { n: 'BIG' } }, '/metadata/n'],
  ['POST', '/apps/shop/flags', rule('BIG'), '/rules/0/conditions/0/value'],
  ['POST', '/apps/shop/flags', { ...rule('a'), metadata: { deep: 'BIG' } }, '/metadata/deep'],
  [
    'POST',
    '/apps/shop/changes',
    { changes: [{ op: 'put', key: 'n', flag: number }] },
    '/changes/0/flag/variations/a',
  ],
] as const)(
  'a large integer was rounded without a word: %s %s is refused',
  async ([method, path, body, pointer]) => {
    const { status, json } = await ground.ask(method, path, { body: withBig(body) });
    expect([status, json.errors.length, json.errors[0].code, json.errors[0].pointer]).toEqual([
      400,
      1,
      1001,
      pointer,
    ]);
    expect(json.errors[0].message).toMatch(
      / is 9007199254740993, which would be kept as 9007199254740992; expected a number that keeps all of its digits/,
    );
  },
);

test('explain refused a context that edges answer: a large integer is its digits, one beyond every number is missing', async () => {
  const condition = (attribute: string, operator: string, value: unknown) => ({
    attribute,
    operator,
    value,
  });
  const exact = {
    ...FLAG,
    key: 'exact',
    rules: [
      { priority: 1, conditions: [condition('id', 'equals', BIG)], serve_variation: 'on' },
      { priority: 2, conditions: [{ attribute: 'huge', operator: 'exists' }], serve_variation: 'on' },
    ],
  };
  expect((await ground.ask('POST', '/apps/shop/flags', { body: exact })).json.errors).toEqual([]);
  const served = async (context: string) => {
    const asked = await ground.ask('POST', '/apps/shop/evaluate', {
      body: `{"flagKey":"exact","context":${context}}`,
    });
    const explained = await ground.ask('POST', '/apps/shop/explain', {
      body: `{"key":"exact","context":${context}}`,
    });
    expect(explained.json.result.variant).toBe(asked.json.variant);
    return asked.json.variant;
  };
  expect(await served(`{"id":${BIG}}`)).toBe('on');
  expect(await served('{"id":9007199254740992}')).toBe('off');
  expect(await served('{"huge":1e400,"list":[1e400,-1e400]}')).toBe('off');
});

test('a number beyond every other is refused once, along with everything else that is wrong', async () => {
  const { status, json } = await ground.ask('POST', '/apps/shop/flags', {
    body: JSON.stringify({ ...number, variations: { a: 'HUGE', b: 2 }, enabled: 1 }).replace(
      '"HUGE"',
      '1e400',
    ),
  });
  expect(status).toBe(400);
  expect(json.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(['/variations/a']);
  expect(json.errors[0].message).toMatch(/^variations\.a is 1e400, which is beyond every number/);
  const two = await ground.ask('POST', '/apps/shop/flags', { body: withBig({ ...number, enabled: 1 }) });
  expect(two.json.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
    '/variations/a',
    '/enabled',
  ]);
});

test('an import line with a large integer is refused with its line and its place', async () => {
  const { status, json } = await ground.ask('POST', '/apps/shop/import', {
    body: `${JSON.stringify({ ...FLAG, key: 'first' })}\n${withBig(number)}`,
    headers: { 'content-type': 'application/x-ndjson' },
  });
  expect(status).toBe(400);
  expect(json.errors.map(({ message }: { message: string }) => message.slice(0, 46))).toEqual([
    'Line 2: variations.a is 9007199254740993, whic',
  ]);
});

test('the largest integers that are kept, and fractions, are taken as they are', async () => {
  const made = await ground.ask('POST', '/apps/shop/flags', {
    body: withBig({ ...number, key: 'fine' }).replace(BIG, '9007199254740992'),
  });
  expect([made.status, made.json.result.variations.a]).toEqual([201, 2 ** 53]);
  const fraction = await ground.ask('PATCH', '/apps/shop/flags/fine', {
    body: '{"variations":{"a":0.1,"b":1e21}}',
  });
  expect(fraction.json.result.variations).toEqual({ a: 0.1, b: 1e21 });
});

test('nothing was stored by any of the refused ones', async () => {
  expect((await ground.changelog()).map(({ flag_key }) => flag_key)).not.toContain('n');
});

test('bytes that are not UTF-8 are refused in every body, an import’s line too', async () => {
  const bytes = (text: string): Uint8Array<ArrayBuffer> =>
    Uint8Array.from(text, (character) => character.charCodeAt(0));
  for (const [method, path, type, text] of [
    ['POST', '/apps/shop/flags', 'application/json', '{"key":"\xff"}'],
    ['PATCH', '/apps/shop/flags/fine', 'application/json', '{"description":"\xc3\x28"}'],
    ['POST', '/apps/shop/explain', 'application/json', '{"key":"fine","context":{"a":"\xed\xa0\x80"}}'],
    ['POST', '/apps/shop/import', 'application/x-ndjson', `${JSON.stringify(FLAG)}\n{"key":"\xff"}\n`],
  ] as const) {
    const response = await ground.request(`http://halyard.test${flagship(path)}`, {
      method,
      headers: { authorization: `Bearer ${ground.admin}`, 'content-type': type },
      body: bytes(text),
    });
    const { errors } = (await response.json()) as { errors: { code: number; message: string }[] };
    expect([path, response.status, errors[0]?.code]).toEqual([path, 400, 1000]);
    expect(errors[0]?.message).toBe(
      `${path.endsWith('import') ? 'Line 2' : 'The body'} is not valid UTF-8; expected JSON in UTF-8.`,
    );
  }
});
