import { OpenFeature, ProviderEvents, ProviderStatus } from '@openfeature/server-sdk';
import { afterEach, describe, expect, test } from 'vitest';
import type { FlagsBinding, FlagsDetails } from '../binding/index.ts';
import { HalyardProvider } from './index.ts';

afterEach(async () => {
  await OpenFeature.clearProviders();
  OpenFeature.clearHandlers();
});

/** A binding that answers what it is told to, and remembers what it was asked. */
const binding = (answer: () => Promise<FlagsDetails<unknown>>) => {
  const asked: unknown[][] = [];
  const details =
    (method: string) =>
    (...args: unknown[]): Promise<FlagsDetails<never>> => {
      asked.push([method, ...args]);
      // A test says what the other side answers, right or wrong.
      return answer() as Promise<FlagsDetails<never>>;
    };
  const value = (): Promise<never> => Promise.reject(new Error('only details are asked for'));
  const flags: FlagsBinding = {
    get: value,
    getBooleanValue: value,
    getStringValue: value,
    getNumberValue: value,
    getObjectValue: value,
    getBooleanDetails: details('getBooleanDetails'),
    getStringDetails: details('getStringDetails'),
    getNumberDetails: details('getNumberDetails'),
    getObjectDetails: details('getObjectDetails'),
  };
  return { flags, asked };
};

describe('the server provider with a binding', () => {
  test('asks for each type by its method, with the context', async () => {
    const { flags, asked } = binding(async () => ({ flagKey: 'a', value: 1 }));
    await OpenFeature.setProviderAndWait(new HalyardProvider({ binding: flags }));
    const client = OpenFeature.getClient();
    const context = { targetingKey: 'u' };
    await client.getBooleanValue('a', true, context);
    await client.getStringValue('a', 'x', context);
    await client.getNumberValue('a', 7, context);
    await client.getObjectValue('a', { b: 1 }, context);
    expect(asked).toEqual([
      ['getBooleanDetails', 'a', false, context],
      ['getStringDetails', 'a', '', context],
      ['getNumberDetails', 'a', 0, context],
      ['getObjectDetails', 'a', {}, context],
    ]);
  });

  test('passes value, variant, reason and flag metadata', async () => {
    const { flags } = binding(async () => ({
      flagKey: 'a',
      value: 'v2',
      variant: 'new',
      reason: 'SPLIT',
      flagMetadata: { team: 'payments' },
    }));
    await OpenFeature.setProviderAndWait(new HalyardProvider({ binding: flags }));
    expect(await OpenFeature.getClient().getStringDetails('a', 'v1')).toEqual({
      flagKey: 'a',
      value: 'v2',
      variant: 'new',
      reason: 'SPLIT',
      flagMetadata: { team: 'payments' },
    });
  });

  test.each([
    ['TYPE_MISMATCH', 'TYPE_MISMATCH'],
    ['FLAG_NOT_FOUND', 'FLAG_NOT_FOUND'],
    ['SOMETHING_NEW', 'GENERAL'],
  ])('answers the caller’s default on %s, with the code %s', async (errorCode, code) => {
    const { flags } = binding(async () => ({
      flagKey: 'a',
      value: '',
      errorCode,
      errorMessage: 'why',
      reason: 'ERROR',
    }));
    await OpenFeature.setProviderAndWait(new HalyardProvider({ binding: flags }));
    expect(await OpenFeature.getClient().getStringDetails('a', 'mine')).toMatchObject({
      value: 'mine',
      reason: 'ERROR',
      errorCode: code,
      errorMessage: 'why',
    });
  });

  test('is in ERROR while the other Worker cannot be called, and READY again after', async () => {
    let there = false;
    const { flags } = binding(() =>
      there
        ? Promise.resolve({ flagKey: 'a', value: true, reason: 'STATIC' })
        : Promise.reject(new Error('Could not find the service')),
    );
    await OpenFeature.setProviderAndWait(new HalyardProvider({ binding: flags }));
    const client = OpenFeature.getClient();
    const ready = new Promise((resolve) => client.addHandler(ProviderEvents.Error, resolve));
    expect(await client.getBooleanDetails('a', false)).toMatchObject({
      value: false,
      errorCode: 'GENERAL',
      errorMessage: 'the binding could not be asked: Could not find the service',
    });
    await ready;
    expect(client.providerStatus).toBe(ProviderStatus.ERROR);
    there = true;
    expect(await client.getBooleanValue('a', false)).toBe(true);
    expect(client.providerStatus).toBe(ProviderStatus.READY);
  });
});
