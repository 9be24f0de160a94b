import { type EvaluationContext, OpenFeature, ProviderStatus } from '@openfeature/server-sdk';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FlagsBinding } from '../binding/index.ts';
import { createClient } from '../client/index.ts';
import { SmallEdge } from '../in-process/testing/small-edge.ts';
import { HalyardProvider, type HalyardProviderOptions } from './index.ts';

const FLAG = {
  key: 'checkout',
  enabled: true,
  variations: { on: true, off: false },
  default_variation: 'off',
  rules: [
    {
      priority: 1,
      conditions: [{ attribute: 'id', operator: 'equals', value: '9007199254740993' }],
      serve_variation: 'on',
    },
  ],
};

/** Contexts that TypeScript would not let through, as plain JavaScript makes them. */
const circle = (): EvaluationContext => {
  const context: Record<string, unknown> = { targetingKey: 'ada' };
  context['self'] = context;
  return context as EvaluationContext;
};
const big = (): EvaluationContext => ({ id: 9_007_199_254_740_993n }) as unknown as EvaluationContext;
const trap = (): EvaluationContext => ({
  nested: {
    get bad(): string {
      throw new Error('a trap');
    },
  },
});

let edge: SmallEdge;
beforeEach(async () => {
  edge = await new SmallEdge().start();
  edge.flags = { checkout: FLAG };
  edge.one = (_key, { id }) => ({
    status: 200,
    body: { key: 'checkout', value: id === '9007199254740993', variant: 'on' },
  });
});
afterEach(async () => {
  await OpenFeature.clearProviders();
  await edge.stop();
});

const start = (mode: HalyardProviderOptions['mode']): Promise<void> =>
  OpenFeature.setProviderAndWait(
    new HalyardProvider({ url: edge.url, token: SmallEdge.TOKEN, app: 'shop', mode }),
  );
const details = (context: EvaluationContext) =>
  OpenFeature.getClient().getBooleanDetails('checkout', false, context);
const status = (): ProviderStatus => OpenFeature.getClient().providerStatus;
/** The SDK is told of trouble in the same turn as the answer; a turn more is to spare. */
const stays = async (expected: ProviderStatus): Promise<void> => {
  await vi.waitFor(() => expect(edge.seen.length).toBeGreaterThan(0));
  await new Promise((resolve) => setImmediate(resolve));
  expect(status()).toBe(expected);
};

describe('a context with a BigInt', () => {
  it.for(['remote', 'in-process'] as const)(
    'is its decimal text, %s, and no ERROR of the provider',
    async (mode) => {
      await start(mode);
      expect(await details(big())).toMatchObject({ value: true });
      await stays(ProviderStatus.READY);
    },
  );
});

describe('a context that cannot be sent as JSON', () => {
  it.for([
    ['a circle', circle, 'circular'],
    ['a getter that throws', trap, 'a trap'],
  ] as const)(
    'for %s fails that evaluation alone: the remote provider stays READY',
    async ([, make, why]) => {
      await start('remote');
      const failed = await details(make());
      expect(failed).toMatchObject({ value: false, errorCode: 'INVALID_CONTEXT' });
      expect(failed.errorMessage).toContain('the context cannot be sent as JSON: ');
      expect(failed.errorMessage).toContain(why);
      expect(edge.seen).toEqual([]);
      expect(await details(big())).toMatchObject({ value: true });
      await stays(ProviderStatus.READY);
    },
  );

  it('costs the evaluation in process nothing', async () => {
    await start('in-process');
    for (const context of [circle(), trap()])
      expect(await details(context)).toMatchObject({ value: false, reason: 'DEFAULT' });
    await stays(ProviderStatus.READY);
    const flags = createClient({ url: edge.url, token: SmallEdge.TOKEN, app: 'shop' });
    await flags.ready();
    expect(flags.getBooleanValue('checkout', true, { self: circle() })).toBe(false);
    expect(flags.getBooleanValue('checkout', false, { id: 9_007_199_254_740_993n })).toBe(true);
    await flags.close();
  });
});

it('a context that cannot be cloned fails that evaluation alone: the provider with a binding stays READY', async () => {
  const refuse = async (_key: string, _fallback: unknown, context?: object): Promise<never> => {
    structuredClone(context);
    throw new Error('the test has no flags');
  };
  const flags: FlagsBinding = {
    get: refuse,
    getBooleanValue: refuse,
    getStringValue: refuse,
    getNumberValue: refuse,
    getObjectValue: refuse,
    getBooleanDetails: refuse,
    getStringDetails: refuse,
    getNumberDetails: refuse,
    getObjectDetails: refuse,
  };
  await OpenFeature.setProviderAndWait(new HalyardProvider({ binding: flags }));
  const context = { callback: () => {} } as unknown as EvaluationContext;
  const failed = await details(context);
  expect(failed).toMatchObject({ value: false, errorCode: 'INVALID_CONTEXT' });
  expect(failed.errorMessage).toContain('the context cannot be sent to the binding: ');
  expect(status()).toBe(ProviderStatus.READY);
});
