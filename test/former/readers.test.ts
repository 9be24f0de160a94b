import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { APP, CONFIG_TOKEN, constant, RealEdge, switched } from '../providers/real-edge.ts';
import { checkOutFormer, type Former, hasFormer } from './packages.ts';

const soon = { timeout: 10_000, interval: 5 };

const inFormat2 = (key: string, conditions: readonly object[], more: object = {}): object =>
  switched(key, true, {
    default_variation: 'off',
    rules: { format: 2, list: [{ id: 'r', priority: 1, conditions, serve_variation: 'on' }] },
    ...more,
  });
const beta = (...include: string[]): object => ({ key: 'beta', include, exclude: [], conditions: [] });

/** What a control plane of this release writes; by the form that a former one does not know. */
const NEW_FORMS: readonly object[] = [
  inFormat2('through-segment', [{ operator: 'in_segment', value: ['beta'] }]),
  inFormat2('through-flag', [{ flag: 'checkout', operator: 'serves', value: ['on'] }]),
  inFormat2('in-share', [
    {
      attribute: 'targetingKey',
      operator: 'in_share',
      value: { hash: 'unleash', salt: 'g', ranges: [[0, 100]] },
    },
  ]),
  inFormat2('gated', [], { prerequisites: [{ flag: 'checkout', variations: ['on'] }] }),
  switched('gated-without-rules', true, {
    prerequisites: [{ flag: 'checkout', variations: ['on'] }],
    rules: { format: 2, list: [] },
  }),
  inFormat2('own-buckets', [], {
    rules: {
      format: 2,
      list: [
        {
          id: 'r',
          priority: 1,
          conditions: [],
          serve_variation: 'on',
          rollout: { percentage: 50 },
          bucketing: { hash: 'unleash', salt: 'g' },
        },
      ],
    },
  }),
  switched('without-off-value', false, { off_variation: null }),
];
const keysOf = (flags: readonly object[]): string[] =>
  flags.flatMap((flag) => ('key' in flag && typeof flag.key === 'string' ? [flag.key] : []));

const PLAIN = [switched('checkout', true), constant('banner', 'Hello'), switched('beta', true)];

/** What is off is so whatever its rules are, in either release. */
const OFF = inFormat2('off', [{ operator: 'in_segment', value: ['beta'] }], {
  enabled: false,
  prerequisites: [{ flag: 'checkout', variations: ['on'] }],
});

/** The client of either release, by what this test calls. */
interface Client {
  ready(): Promise<boolean>;
  close(): Promise<void>;
  getBooleanValue(key: string, fallback: boolean, context?: object): boolean;
  getBooleanDetails(
    key: string,
    fallback: boolean,
    context?: object,
  ): { readonly value: boolean; readonly errorCode?: string };
  getStringValue(key: string, fallback: string): string;
}

describe.runIf(hasFormer())('a provider of the former release at an edge of this one', () => {
  let former: Former;
  let edge: RealEdge;
  let client: Client;
  const changed: string[][] = [];

  beforeAll(async () => {
    former = checkOutFormer();
    const { createClient } = await import(/* @vite-ignore */ former.file('providers/client/index.ts'));
    edge = await new RealEdge().create([...PLAIN, ...NEW_FORMS, OFF, beta('ada')]);
    client = createClient({
      url: edge.url,
      app: APP,
      token: CONFIG_TOKEN,
      onChange: (keys: string[]) => changed.push(keys),
    });
    expect(await client.ready()).toBe(true);
  });
  afterAll(async () => {
    await client?.close();
    await edge?.close();
    former?.remove();
  });

  test('is one that knows no segments', async () => {
    const { CompiledApp } = await import(/* @vite-ignore */ former.file('evaluator/engine/index.ts'));
    expect('setSegment' in CompiledApp.prototype).toBe(false);
  });

  test.each(keysOf(NEW_FORMS))('fails the flag %s visibly, whatever the context', (key) => {
    for (const context of [{}, { targetingKey: 'ada' }, { targetingKey: 'bob' }]) {
      for (const fallback of [true, false]) {
        expect(client.getBooleanDetails(key, fallback, context)).toMatchObject({
          value: fallback,
          errorCode: 'PARSE_ERROR',
        });
      }
    }
  });

  test('answers a flag that is off as this release does', () => {
    const details = client.getBooleanDetails('off', true, { targetingKey: 'ada' });
    expect(details).toMatchObject({ value: false, variant: 'off', reason: 'DISABLED' });
  });

  test('answers all other flags, and follows them through changes of segments with their keys', async () => {
    const others = (): unknown[] => [
      client.getBooleanValue('checkout', false),
      client.getStringValue('banner', ''),
      client.getBooleanValue('beta', false),
    ];
    expect(others()).toEqual([true, 'Hello', true]);
    // A commit of a segment alone, one of both, and one that deletes the segment; a flag beside says that each was taken in.
    await edge.commit(beta('bob'), constant('banner', 'One'));
    await vi.waitFor(() => expect(client.getStringValue('banner', '')).toBe('One'), soon);
    expect(others()).toEqual([true, 'One', true]);
    await edge.commit(switched('beta', false), beta('eve'), constant('banner', 'Two'));
    await vi.waitFor(() => expect(client.getStringValue('banner', '')).toBe('Two'), soon);
    expect(others()).toEqual([true, 'Two', false]);
    await edge.commit('segment/beta', switched('beta', true), constant('banner', 'Three'));
    await vi.waitFor(() => expect(client.getStringValue('banner', '')).toBe('Three'), soon);
    expect(others()).toEqual([true, 'Three', true]);
    await edge.commit(beta());
    await edge.commit('segment/beta', { key: 'ramp/beta' });
    await edge.commit(constant('banner', 'Four'));
    await vi.waitFor(() => expect(client.getStringValue('banner', '')).toBe('Four'), soon);
    expect(others()).toEqual([true, 'Four', true]);
    expect(changed.at(-1)).toEqual(['banner']);
  });
});
