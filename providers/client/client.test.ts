import type { Flag, FlagValue } from '@halyard/engine';
import { OpenFeature } from '@openfeature/server-sdk';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SmallEdge } from '../in-process/testing/small-edge.ts';
import { HalyardProvider } from '../server/index.ts';
import { createClient, type FlagClient, type FlagClientOptions } from './index.ts';

const soon = { timeout: 10_000, interval: 5 };

const flag = (key: string, variations: Record<string, FlagValue>, more: Partial<Flag> = {}): Flag => ({
  key,
  enabled: true,
  variations,
  default_variation: Object.keys(variations)[0] ?? '',
  rules: [],
  ...more,
});

const FLAGS: Record<string, unknown> = {
  checkout: flag(
    'checkout',
    { off: false, on: true },
    {
      metadata: { team: 'payments' },
      rules: [
        {
          priority: 1,
          conditions: [{ attribute: 'plan', operator: 'equals', value: 'enterprise' }],
          serve_variation: 'on',
        },
        { priority: 2, conditions: [], serve_variation: 'on', rollout: { percentage: 50 } },
      ],
    },
  ),
  banner: flag('banner', { hello: 'Hello' }),
  limit: flag('limit', { low: 10 }),
  theme: flag('theme', { dark: { background: 'black' } }),
  off: flag('off', { on: true, off: false }, { enabled: false, off_variation: 'off' }),
  broken: { key: 'broken', variations: {} },
};

let edge: SmallEdge;
let client: FlagClient;

const create = (options: Partial<FlagClientOptions> = {}): FlagClient => {
  client = createClient({
    url: edge.url,
    token: SmallEdge.TOKEN,
    app: 'shop',
    pollMs: 30,
    timeoutMs: 500,
    ...options,
  });
  return client;
};

beforeEach(async () => {
  edge = await new SmallEdge().start();
  edge.flags = structuredClone(FLAGS);
});

afterEach(async () => {
  await client.close();
  await OpenFeature.clearProviders();
  await edge.stop();
});

describe('the direct client', () => {
  it('evaluates the four types', async () => {
    const flags = create();
    expect(await flags.ready()).toBe(true);
    expect(flags.getBooleanValue('checkout', false, { plan: 'enterprise' })).toBe(true);
    expect(flags.getStringValue('banner', '')).toBe('Hello');
    expect(flags.getNumberValue('limit', 0)).toBe(10);
    expect(flags.getObjectValue('theme', {})).toEqual({ background: 'black' });
    expect(flags.getBooleanDetails('checkout', false, { plan: 'enterprise' })).toEqual({
      flagKey: 'checkout',
      value: true,
      variant: 'on',
      reason: 'TARGETING_MATCH',
      flagMetadata: { team: 'payments', flagSetId: 'shop' },
    });
  });

  it('answers the default with the code in the details, whatever is wrong', async () => {
    const flags = create();
    expect(flags.getBooleanDetails('checkout', true)).toMatchObject({
      value: true,
      reason: 'ERROR',
      errorCode: 'PROVIDER_NOT_READY',
    });
    await flags.ready();
    expect(flags.getStringDetails('missing', 'x')).toMatchObject({ value: 'x', errorCode: 'FLAG_NOT_FOUND' });
    expect(flags.getNumberDetails('banner', 7)).toMatchObject({ value: 7, errorCode: 'TYPE_MISMATCH' });
    expect(flags.getObjectDetails('broken', [])).toMatchObject({ value: [], errorCode: 'PARSE_ERROR' });
    const hostile = {
      get plan(): string {
        throw new Error('a mistake in the application');
      },
    };
    expect(flags.getBooleanDetails('checkout', true, hostile)).toMatchObject({
      value: true,
      errorCode: 'GENERAL',
    });
    // What a caller without types may pass.
    const nothing = JSON.parse('null');
    expect(flags.getBooleanDetails('banner', true, nothing)).toMatchObject({ value: true });
    expect(flags.getStringValue('banner', '', nothing)).toBe('Hello');
    expect(flags.getBooleanValue('checkout', false, nothing)).toBe(false);
    expect(flags.getStringValue(nothing, 'x')).toBe('x');
  });

  it('gives the answers of the OpenFeature provider', async () => {
    const flags = create();
    await flags.ready();
    await OpenFeature.setProviderAndWait(
      new HalyardProvider({ url: edge.url, token: SmallEdge.TOKEN, app: 'shop' }),
    );
    const openFeature = OpenFeature.getClient();
    const attribute = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.keys(FLAGS), 'missing'),
        fc.record(
          {
            targetingKey: fc.string(),
            plan: fc.oneof(fc.constant('enterprise'), attribute),
            country: attribute,
          },
          { requiredKeys: [] },
        ),
        async (key, context) => {
          expect(flags.getBooleanDetails(key, true, context)).toEqual(
            await openFeature.getBooleanDetails(key, true, context),
          );
          expect(flags.getStringDetails(key, 'x', context)).toEqual(
            await openFeature.getStringDetails(key, 'x', context),
          );
          expect(flags.getNumberDetails(key, 7, context)).toEqual(
            await openFeature.getNumberDetails(key, 7, context),
          );
          expect(flags.getObjectDetails(key, [], context)).toEqual(
            await openFeature.getObjectDetails(key, [], context),
          );
          expect(flags.getBooleanValue(key, true, context)).toBe(
            await openFeature.getBooleanValue(key, true, context),
          );
        },
      ),
      { numRuns: 200 },
    );
  });

  it('tells of changes and of its health, and survives a listener that throws', async () => {
    const changes: string[] = [];
    const healths: string[] = [];
    const flags = create({
      onChange: (keys) => {
        changes.push(keys.join());
        throw new Error('a mistake in the application');
      },
      onHealth: (health) => {
        healths.push(health);
        throw new Error('a mistake in the application');
      },
    });
    await flags.ready();
    await vi.waitFor(() => expect(edge.streams).toBe(1), soon);
    edge.commit({ banner: flag('banner', { bye: 'Bye' }), limit: null });
    await vi.waitFor(() => expect(flags.getStringValue('banner', '')).toBe('Bye'), soon);
    expect(changes).toEqual(['banner,limit']);
    await edge.stop();
    await vi.waitFor(() => expect(flags.health).toBe('stale'), soon);
    expect(flags.getStringValue('banner', '')).toBe('Bye');
    await edge.start();
    await vi.waitFor(() => expect(healths).toEqual(['live', 'stale', 'live']), soon);
  });

  it('is not ready where the token is no good, and asks no more', async () => {
    const flags = create({ token: 'hly_wrong' });
    expect(await flags.ready()).toBe(false);
    expect(flags.health).toBe('refused');
    expect(flags.getBooleanValue('checkout', true)).toBe(true);
    expect(edge.seen).toHaveLength(1);
  });

  it('starts from a bootstrap before anything was asked', async () => {
    const flags = create({
      bootstrap: {
        account: 'default',
        app: 'shop',
        version: 1,
        flags: { banner: flag('banner', { hi: 'Hi' }) },
      },
    });
    expect(flags.getStringValue('banner', '')).toBe('Hi');
    await flags.ready();
    expect(flags.getStringValue('banner', '')).toBe('Hello');
  });

  it('answers after it was closed, and leaves no connection', async () => {
    const flags = create();
    await flags.ready();
    await vi.waitFor(() => expect(edge.streams).toBe(1), soon);
    await flags.close();
    await flags.close();
    expect(flags.getStringValue('banner', '')).toBe('Hello');
    await vi.waitFor(() => expect(edge.streams).toBe(0), soon);
  });

  it('can be closed before it is ready', async () => {
    edge.config = 'hang';
    const flags = create();
    await flags.close();
    expect(await flags.ready()).toBe(false);
  });
});
