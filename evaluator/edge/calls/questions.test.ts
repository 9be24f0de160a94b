import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bulkOf, onFlag, planFlag } from '../testing/suites/world.ts';
import { type ProcessWorld, startWorld } from '../testing/world.ts';

const SHOP = 'https://shop.example';
const equals = (attribute: string, value: unknown, serve_variation: string): object => ({
  conditions: [{ attribute, operator: 'equals', value }],
  serve_variation,
});

let world: ProcessWorld;
beforeAll(async () => {
  world = await startWorld({
    open: onFlag('open'),
    plan: planFlag('plan'),
    inner: onFlag('inner', { client_side: false }),
    typed: {
      key: 'typed',
      enabled: true,
      variations: { none: 'none', number: 'number', boolean: 'boolean' },
      default_variation: 'none',
      rules: [
        { priority: 1, ...equals('plan', 1, 'number') },
        { priority: 2, ...equals('plan', true, 'boolean') },
      ],
    },
  });
});
afterAll(() => world.edge.close());

interface Asked {
  readonly headers: Readonly<Record<string, string>>;
  readonly query: string;
  readonly body: string;
}

const tokens = fc.constantFrom(
  { authorization: 'Bearer evaluate' },
  { authorization: 'Bearer config' },
  { authorization: 'Bearer browser', origin: SHOP },
);
const names = fc.array(fc.constantFrom('open', 'plan', 'inner', 'typed', 'missing', ''), { maxLength: 4 });
const keys = fc.oneof(
  fc.constant(null),
  names.map((list) => `keys=${list.join(',')}`),
  names.map((list) => `keys=${list.join('%2C')}`),
  names.map((list) => list.map((name) => `keys=${name}`).join('&')),
);
const clientSide = fc.constantFrom(null, 'client_side=1', 'client_side=0', 'client_side=true');
const attributes = fc.record(
  {
    plan: fc.constantFrom('gold', 'free', 1, '1', true, 'true', null, 9007199254740992, ''),
    targetingKey: fc.constantFrom('ada', 'ben'),
    x: fc.constantFrom('keys=plan', '\n', '","'),
  },
  { requiredKeys: [] },
);
const contexts = fc.tuple(attributes, fc.boolean()).map(([context, backwards]) => {
  const entries = Object.entries(context);
  return JSON.stringify({ context: Object.fromEntries(backwards ? entries.reverse() : entries) });
});
const requests: fc.Arbitrary<Asked> = fc
  .tuple(tokens, keys, clientSide, fc.oneof(contexts, fc.constant('{}'), fc.constant('')))
  .map(([headers, ...[names, side, body]]) => {
    const parameters = [names, side].filter((parameter) => parameter !== null && parameter !== '');
    return { headers, query: parameters.length === 0 ? '' : `?${parameters.join('&')}`, body };
  });

const ask = ({ headers, query, body }: Asked, more: Readonly<Record<string, string>> = {}) =>
  world.request(`/ofrep/v1/evaluate/flags${query}`, {
    method: 'POST',
    headers: { ...headers, ...more },
    body,
  });
const answerTo = async (asked: Asked) => {
  const response = await ask(asked);
  return { etag: response.headers.get('etag') ?? '', text: await response.text() };
};
let unique = 0;
/** The same question in a form that nobody asked before. */
const neverAsked = ({ headers, query, body }: Asked): Asked => {
  unique += 1;
  return { headers, query, body: `${body === '' ? '{}' : body}${' '.repeat(unique)}` };
};

describe('all flags over OFREP', () => {
  test('are not the empty answer that another visitor asked for by `?keys=`', async () => {
    const none = { headers: { authorization: 'Bearer evaluate' }, query: '?keys=', body: '{}' };
    const all = { ...none, query: '' };
    for (let asked = 0; asked < 3; asked += 1) {
      expect((await bulkOf(await ask(none))).flags).toEqual([]);
    }
    expect((await bulkOf(await ask(all))).flags.length).toBe(4);
    expect((await ask(all, { 'if-none-match': (await answerTo(none)).etag })).status).toBe(200);
  });

  test('two requests with different answers never share a kept answer or an ETag', async () => {
    await fc.assert(
      fc.asyncProperty(requests, requests, async (one, other) => {
        const [first, second] = [await answerTo(one), await answerTo(other)];
        // Asked again, so that what is kept is answered.
        for (const [asked, before] of [
          [one, first],
          [other, second],
          [one, first],
        ] as const) {
          expect(await answerTo(asked)).toEqual(before);
        }
        for (const [asked, { text }] of [
          [one, first],
          [other, second],
        ] as const) {
          expect(text).toBe((await answerTo(neverAsked(asked))).text);
        }
        if (first.text === second.text) return;
        expect(first.etag).not.toBe(second.etag);
        expect((await ask(other, { 'if-none-match': first.etag })).status).toBe(200);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('all flags for a page that is rendered on a server', () => {
  const rendered = (query: string) => ask({ headers: { authorization: 'Bearer config' }, query, body: '{}' });

  test('have no flag that is not for browsers, and no ticket', async () => {
    for (const query of [
      '?client_side=1',
      '?client_side=true',
      '?client_side=',
      '?keys=inner,open&client_side=1',
    ]) {
      const text = await (await rendered(query)).text();
      expect(text).toContain('"key":"open"');
      expect(text).not.toContain('inner');
      expect(text).not.toContain('ticket');
      expect(JSON.parse(text)).toEqual({ flags: expect.anything(), metadata: { version: 1 } });
    }
  });

  test('are all of them where it is not asked for', async () => {
    for (const query of ['', '?client_side=0', '?client_side=false']) {
      const text = await (await rendered(query)).text();
      expect(text).toContain('"key":"inner"');
      expect(text).toContain('?ticket=');
    }
  });
});
