import { OpenFeature, ProviderStatus } from '@openfeature/server-sdk';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SmallEdge } from '../in-process/testing/small-edge.ts';
import { HalyardProvider, type HalyardProviderOptions } from './index.ts';

const soon = { timeout: 10_000, interval: 5 };

let edge: SmallEdge;

beforeEach(async () => {
  edge = await new SmallEdge().start();
  edge.one = (key, context) => ({
    status: 200,
    body: {
      key,
      value: context['plan'] === 'enterprise',
      variant: 'on',
      reason: 'TARGETING_MATCH',
      metadata: { team: 'payments', nested: { no: 1 } },
    },
  });
});

afterEach(async () => {
  await OpenFeature.clearProviders();
  await edge.stop();
});

/** The SDK is told a moment after it has taken up the provider, which an answer may come before. */
const statusIs = (status: ProviderStatus): Promise<void> =>
  vi.waitFor(() => expect(OpenFeature.getClient().providerStatus).toBe(status), soon);

const start = (options: Partial<HalyardProviderOptions> = {}): Promise<void> =>
  OpenFeature.setProviderAndWait(
    new HalyardProvider({
      mode: 'remote',
      url: edge.url,
      token: SmallEdge.TOKEN,
      app: 'shop',
      timeoutMs: 500,
      ...options,
    }),
  );

const details = (context = {}) => OpenFeature.getClient().getBooleanDetails('a flag', false, context);

describe('the server provider, remote', () => {
  it('asks the next edge where one hangs, refuses or is overloaded, and that one first for a while', async () => {
    const other = await new SmallEdge().start();
    other.one = edge.one;
    for (const trouble of [
      'hang',
      { status: 401 },
      { status: 503, headers: { 'Retry-After': '60' } },
      { status: 429 },
    ] as const) {
      edge.ofrep = trouble;
      await start({ url: [edge.url, other.url], timeoutMs: 100 });
      expect(await details({ plan: 'enterprise' })).toMatchObject({ value: true, variant: 'on' });
      const asked = edge.seen.length;
      expect(await details()).toMatchObject({ variant: 'on' });
      expect(edge.seen.length).toBe(asked);
      await statusIs(ProviderStatus.READY);
    }
    await other.stop();
  });

  it('with no edge left says what the first did, or who refused', async () => {
    const other = await new SmallEdge().start();
    edge.ofrep = { status: 503 };
    other.ofrep = { status: 500 };
    await start({ url: [edge.url, other.url] });
    expect(await details()).toMatchObject({ value: false, errorCode: 'GENERAL' });
    other.ofrep = { status: 403 };
    expect(await details()).toMatchObject({ value: false, errorCode: 'PROVIDER_FATAL' });
    await other.stop();
  });

  it('asks for each evaluation, and for nothing before', async () => {
    await start();
    expect(edge.seen).toEqual([]);
    expect(await details({ plan: 'enterprise' })).toEqual({
      flagKey: 'a flag',
      value: true,
      variant: 'on',
      reason: 'TARGETING_MATCH',
      flagMetadata: { team: 'payments' },
    });
    expect(edge.seen).toMatchObject([
      {
        method: 'POST',
        url: '/apps/shop/ofrep/v1/evaluate/flags/a%20flag',
        body: '{"context":{"plan":"enterprise"}}',
      },
    ]);
  });

  it('uses the implied app of its token where none is named', async () => {
    await start({ app: undefined });
    await details();
    expect(edge.seen[0]?.url).toBe('/ofrep/v1/evaluate/flags/a%20flag');
  });

  it.for<[status: number, body: unknown, errorCode: string, errorMessage: string]>([
    [404, { errorCode: 'FLAG_NOT_FOUND', errorDetails: 'no such flag' }, 'FLAG_NOT_FOUND', 'no such flag'],
    [400, { errorCode: 'PARSE_ERROR', errorDetails: 'rules[0] is bad' }, 'PARSE_ERROR', 'rules[0] is bad'],
    [400, { errorCode: 'INVALID_CONTEXT' }, 'INVALID_CONTEXT', 'the edge answered 400'],
    [418, {}, 'GENERAL', 'the edge answered 418'],
    [503, { errorCode: 'GENERAL', errorDetails: 'not loaded' }, 'GENERAL', 'not loaded'],
    [200, { key: 'a flag' }, 'PARSE_ERROR', 'the edge answered something that is no evaluation'],
    [200, { value: 'text' }, 'TYPE_MISMATCH', 'flag "a flag" is not of the type boolean'],
  ])('answers the default at %i %j', async ([status, body, errorCode, errorMessage]) => {
    edge.one = () => ({ status, body });
    await start();
    expect(await details()).toEqual({
      flagKey: 'a flag',
      value: false,
      reason: 'ERROR',
      errorCode,
      errorMessage,
      flagMetadata: {},
    });
  });

  it('is FATAL once its token is refused', async () => {
    await start({ token: 'hly_wrong' });
    expect(await details()).toMatchObject({ value: false, errorCode: 'PROVIDER_FATAL' });
    await statusIs(ProviderStatus.FATAL);
  });

  it('is in ERROR while the edge is down, and READY again with its first answer', async () => {
    await start();
    await edge.stop();
    expect(await details()).toMatchObject({ value: false, errorCode: 'GENERAL' });
    await statusIs(ProviderStatus.ERROR);
    await edge.start();
    expect(await details()).toMatchObject({ variant: 'on' });
    await statusIs(ProviderStatus.READY);
  });

  it('does not wait for a slow edge', async () => {
    edge.ofrep = 'hang';
    await start({ timeoutMs: 50 });
    expect(await details()).toMatchObject({
      value: false,
      errorCode: 'GENERAL',
      errorMessage: 'the edge did not answer within 50 ms',
    });
  });

  it('takes garbage for no evaluation', async () => {
    edge.ofrep = 'garbage';
    await start();
    expect(await details()).toMatchObject({ value: false, errorCode: 'PARSE_ERROR' });
  });

  it('keeps away for as long as the edge asks', async () => {
    edge.ofrep = { status: 429, headers: { 'Retry-After': '20' } };
    let now = 1_000_000;
    await start({ now: () => now });
    expect(await details()).toMatchObject({ errorMessage: 'the edge asked for fewer requests (429)' });
    now += 19_999;
    expect(await details()).toMatchObject({ value: false, errorCode: 'GENERAL' });
    expect(edge.seen).toHaveLength(1);
    edge.ofrep = 'well';
    now += 1;
    expect(await details()).toMatchObject({ variant: 'on' });
  });

  it('gives up what is under way when it is closed', async () => {
    edge.ofrep = 'hang';
    await start({ timeoutMs: 60_000 });
    const asked = details();
    await vi.waitFor(() => expect(edge.seen).toHaveLength(1), soon);
    await OpenFeature.clearProviders();
    expect(await asked).toMatchObject({ value: false, errorCode: 'GENERAL' });
  });
});
