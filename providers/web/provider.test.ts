import { OpenFeature, ProviderEvents, ProviderStatus } from '@openfeature/web-sdk';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SmallEdge } from '../in-process/testing/small-edge.ts';
import { HalyardWebProvider, type HalyardWebProviderOptions } from './index.ts';
import { FetchedEventSource } from './testing/fetched-event-source.ts';

const soon = { timeout: 10_000, interval: 5 };

class MemoryStorage {
  readonly items = new Map<string, string>();
  getItem(key: string): string | null {
    return this.items.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    this.items.set(key, value);
  }
}

let edge: SmallEdge;
let values: Record<string, unknown>;

beforeEach(async () => {
  edge = await new SmallEdge().start();
  values = { checkout: false };
  edge.bulk = (context) => [
    ...Object.entries(values).map(([key, value]) => ({
      key,
      value,
      variant: String(value),
      reason: 'STATIC',
    })),
    { key: 'who', value: context['targetingKey'] ?? 'nobody', reason: 'TARGETING_MATCH' },
  ];
  edge.eventStreams = [{ type: 'sse', endpoint: { requestUri: '/notices?ticket=t' } }];
});

afterEach(async () => {
  await OpenFeature.clearProviders();
  OpenFeature.clearHandlers();
  await OpenFeature.clearContexts();
  await edge.stop();
});

const create = (options: HalyardWebProviderOptions | object = {}): HalyardWebProvider =>
  new HalyardWebProvider({
    url: edge.url,
    token: SmallEdge.TOKEN,
    app: 'shop',
    pollMs: 50,
    timeoutMs: 2_000,
    eventSource: FetchedEventSource,
    storage: null,
    ...options,
  });

const events = (...types: ProviderEvents[]): { type: string; flagsChanged?: readonly string[] }[] => {
  const seen: { type: string; flagsChanged?: readonly string[] }[] = [];
  for (const type of types)
    OpenFeature.addHandler(type, (details) => {
      seen.push({ type, ...details });
    });
  return seen;
};

describe('the web provider', () => {
  it('loads all flags at once and evaluates synchronously', async () => {
    await OpenFeature.setProviderAndWait(create(), { targetingKey: 'ada' });
    const client = OpenFeature.getClient();
    expect(client.getBooleanDetails('checkout', true)).toEqual({
      flagKey: 'checkout',
      value: false,
      variant: 'false',
      reason: 'STATIC',
      flagMetadata: {},
    });
    expect(client.getStringValue('who', '')).toBe('ada');
    expect(client.getStringDetails('checkout', 'x')).toMatchObject({
      value: 'x',
      errorCode: 'TYPE_MISMATCH',
    });
    expect(client.getStringDetails('missing', 'x')).toMatchObject({
      value: 'x',
      errorCode: 'FLAG_NOT_FOUND',
    });
  });

  it('hears of a change by the stream and announces only what changed', async () => {
    await OpenFeature.setProviderAndWait(create());
    const seen = events(ProviderEvents.ConfigurationChanged);
    await vi.waitFor(() => expect(edge.notices).toBe(1), soon);
    values = { checkout: true };
    edge.commit({});
    const client = OpenFeature.getClient();
    await vi.waitFor(() => expect(client.getBooleanValue('checkout', false)).toBe(true), soon);
    expect(seen).toMatchObject([{ flagsChanged: ['checkout'] }]);
    expect(edge.seen.map(({ url }) => url)).toContain('/apps/shop/ofrep/v1/evaluate/flags?flagConfigEtag=2');
  });

  it('polls where there is no EventSource', async () => {
    await OpenFeature.setProviderAndWait(create({ eventSource: null }));
    values = { checkout: true };
    const client = OpenFeature.getClient();
    await vi.waitFor(() => expect(client.getBooleanValue('checkout', false)).toBe(true), soon);
  });

  it('keeps the values of the old context until those of the new one are here', async () => {
    await OpenFeature.setProviderAndWait(create(), { targetingKey: 'ada' });
    const client = OpenFeature.getClient();
    const change = OpenFeature.setContext({ targetingKey: 'bob' });
    expect(client.getStringValue('who', '')).toBe('ada');
    await change;
    expect(client.getStringValue('who', '')).toBe('bob');
    expect(client.providerStatus).toBe(ProviderStatus.READY);
  });

  it('starts at once from the values of the last visit, and takes the new ones when they come', async () => {
    const storage = new MemoryStorage();
    await OpenFeature.setProviderAndWait(create({ storage }), { email: 'ada@example.com' });
    await vi.waitFor(() => expect(storage.items.size).toBe(1), soon);
    await OpenFeature.clearProviders();
    expect([...storage.items].join()).not.toContain('ada@example.com');
    expect([...storage.items].join()).not.toContain(SmallEdge.TOKEN);
    edge.ofrep = 'hang';
    await OpenFeature.setProviderAndWait(create({ storage, timeoutMs: 100 }), { email: 'ada@example.com' });
    const client = OpenFeature.getClient();
    expect(client.getBooleanDetails('checkout', true)).toMatchObject({ value: false, reason: 'CACHED' });
    await vi.waitFor(() => expect(client.providerStatus).toBe(ProviderStatus.STALE), soon);
    edge.ofrep = 'well';
    values = { checkout: true };
    await vi.waitFor(
      () => expect(client.getBooleanDetails('checkout', true)).toMatchObject({ reason: 'STATIC' }),
      soon,
    );
    expect(client.providerStatus).toBe(ProviderStatus.READY);
  });

  it('is FATAL where the token is no good', async () => {
    await expect(OpenFeature.setProviderAndWait(create({ token: 'hly_wrong' }))).rejects.toThrow(
      'the edge answered 401',
    );
    expect(OpenFeature.getClient().providerStatus).toBe(ProviderStatus.FATAL);
  });
});
