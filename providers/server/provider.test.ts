import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OpenFeature, ProviderEvents, ProviderStatus } from '@openfeature/server-sdk';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SmallEdge } from '../in-process/testing/small-edge.ts';
import { HalyardProvider, type HalyardProviderOptions } from './index.ts';

const flag = (key: string, on: boolean, more: object = {}): object => ({
  key,
  enabled: true,
  variations: { on: true, off: false },
  default_variation: on ? 'on' : 'off',
  rules: [],
  ...more,
});

let edge: SmallEdge;
const unhandled: unknown[] = [];
const note = (error: unknown): void => {
  unhandled.push(error);
};

beforeEach(async () => {
  edge = await new SmallEdge().start();
  edge.flags = { checkout: flag('checkout', false) };
  process.on('unhandledRejection', note);
});

afterEach(async () => {
  await OpenFeature.clearProviders();
  OpenFeature.clearHandlers();
  await edge.stop();
  await new Promise((resolve) => setTimeout(resolve, 5));
  process.off('unhandledRejection', note);
  expect(unhandled.splice(0)).toEqual([]);
});

const create = (options: Partial<HalyardProviderOptions> = {}): HalyardProvider =>
  new HalyardProvider({
    url: edge.url,
    token: SmallEdge.TOKEN,
    app: 'shop',
    pollMs: 50,
    timeoutMs: 500,
    ...options,
  });

const events = (
  ...types: ProviderEvents[]
): { type: string; flagsChanged?: readonly string[]; message?: string }[] => {
  const seen: { type: string; flagsChanged?: readonly string[]; message?: string }[] = [];
  for (const type of types)
    OpenFeature.addHandler(type, (details) => {
      seen.push({ type, ...details });
    });
  return seen;
};

const soon = { timeout: 10_000, interval: 5 };

describe('the server provider, in process', () => {
  it('is ready after the first configuration and follows a toggle', async () => {
    await OpenFeature.setProviderAndWait(create());
    const client = OpenFeature.getClient();
    expect(client.providerStatus).toBe(ProviderStatus.READY);
    expect(await client.getBooleanValue('checkout', true)).toBe(false);
    const seen = events(ProviderEvents.ConfigurationChanged);
    await vi.waitFor(() => expect(edge.streams).toBe(1), soon);
    edge.commit({ checkout: flag('checkout', true) });
    await vi.waitFor(async () => expect(await client.getBooleanValue('checkout', false)).toBe(true), soon);
    expect(seen).toMatchObject([{ flagsChanged: ['checkout'] }]);
  });

  it('names the flags behind a segment that changed, and keeps it for the next start', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'halyard-segments-')), 'flags.json');
    const beta = (...include: string[]): object => ({ key: 'beta', include, exclude: [], conditions: [] });
    const conditions = [{ operator: 'in_segment', value: ['beta'] }];
    edge.segments = { beta: beta() };
    edge.flags['search'] = flag('search', false, {
      rules: { format: 2, list: [{ priority: 1, conditions, serve_variation: 'on' }] },
    });
    await OpenFeature.setProviderAndWait(create({ file }));
    const seen = events(ProviderEvents.ConfigurationChanged);
    const ada = () => OpenFeature.getClient().getBooleanValue('search', false, { targetingKey: 'ada' });
    expect(await ada()).toBe(false);
    await vi.waitFor(() => expect(edge.streams).toBe(1), soon);
    edge.commitSegments({ beta: beta('ada'), unused: beta('ada') });
    await vi.waitFor(async () => expect(await ada()).toBe(true), soon);
    edge.commitSegments({ unused: null });
    edge.commit({ checkout: flag('checkout', true) });
    await vi.waitFor(() => expect(seen).toHaveLength(2), soon);
    expect(seen).toMatchObject([{ flagsChanged: ['search'] }, { flagsChanged: ['checkout'] }]);
    await OpenFeature.clearProviders();
    await edge.stop();
    await OpenFeature.setProviderAndWait(create({ file, startTimeoutMs: 200 }));
    expect(await ada()).toBe(true);
  });

  it('passes value, variant, reason and flag metadata', async () => {
    edge.flags = { checkout: flag('checkout', true, { metadata: { team: 'payments' } }) };
    await OpenFeature.setProviderAndWait(create());
    expect(await OpenFeature.getClient().getBooleanDetails('checkout', false)).toEqual({
      flagKey: 'checkout',
      value: true,
      variant: 'on',
      reason: 'STATIC',
      flagMetadata: { team: 'payments', flagSetId: 'shop' },
    });
  });

  it('is FATAL where the token is no good, and does not try again', async () => {
    await expect(OpenFeature.setProviderAndWait(create({ token: 'hly_wrong' }))).rejects.toThrow(
      `the token was not accepted (401 from ${edge.url}/apps/shop/config): it is unknown, expired or revoked`,
    );
    const client = OpenFeature.getClient();
    expect(client.providerStatus).toBe(ProviderStatus.FATAL);
    expect(await client.getBooleanDetails('checkout', true)).toMatchObject({
      value: true,
      reason: 'ERROR',
      errorCode: 'PROVIDER_FATAL',
    });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(edge.seen).toHaveLength(1);
    expect(client.providerStatus).toBe(ProviderStatus.FATAL);
  });

  it('serves the last good configuration through an outage: STALE, then READY with what changed', async () => {
    await OpenFeature.setProviderAndWait(create());
    const client = OpenFeature.getClient();
    const seen = events(ProviderEvents.Stale, ProviderEvents.ConfigurationChanged);
    await vi.waitFor(() => expect(edge.streams).toBe(1), soon);
    await edge.stop();
    await vi.waitFor(() => expect(client.providerStatus).toBe(ProviderStatus.STALE), soon);
    expect(await client.getBooleanValue('checkout', true)).toBe(false);
    edge.commit({ checkout: flag('checkout', true) });
    await edge.start();
    await vi.waitFor(() => expect(client.providerStatus).toBe(ProviderStatus.READY), soon);
    await vi.waitFor(async () => expect(await client.getBooleanValue('checkout', false)).toBe(true), soon);
    expect(seen.map(({ type }) => type)).toEqual([ProviderEvents.Stale, ProviderEvents.ConfigurationChanged]);
    expect(seen[1]?.flagsChanged).toEqual(['checkout']);
  });

  it('rejects when the edge is down at the start, and is READY once it is up', async () => {
    await edge.stop();
    await expect(OpenFeature.setProviderAndWait(create({ startTimeoutMs: 1_000 }))).rejects.toThrow(
      /no configuration came within 1000 ms: http:.*ECONNREFUSED/,
    );
    const client = OpenFeature.getClient();
    expect(client.providerStatus).toBe(ProviderStatus.ERROR);
    expect(await client.getBooleanDetails('checkout', true)).toMatchObject({
      value: true,
      errorCode: 'PROVIDER_NOT_READY',
    });
    await edge.start();
    await vi.waitFor(() => expect(client.providerStatus).toBe(ProviderStatus.READY), soon);
    expect(await client.getBooleanValue('checkout', true)).toBe(false);
  });

  it('starts from a bootstrap when nothing is reachable: ready at once, STALE, then READY', async () => {
    await edge.stop();
    const bootstrap = {
      account: 'default',
      app: 'shop',
      version: 9,
      flags: { checkout: flag('checkout', true) },
    };
    await OpenFeature.setProviderAndWait(create({ bootstrap }));
    const client = OpenFeature.getClient();
    expect(await client.getBooleanValue('checkout', false)).toBe(true);
    await vi.waitFor(() => expect(client.providerStatus).toBe(ProviderStatus.STALE), soon);
    const seen = events(ProviderEvents.ConfigurationChanged);
    await edge.start();
    await vi.waitFor(() => expect(client.providerStatus).toBe(ProviderStatus.READY), soon);
    expect(await client.getBooleanValue('checkout', true)).toBe(false);
    expect(seen).toMatchObject([{ flagsChanged: ['checkout'] }]);
  });

  it('polls where there is no stream, and is READY all the while', async () => {
    edge.stream = { status: 404 };
    const seen = events(ProviderEvents.Stale, ProviderEvents.Error);
    await OpenFeature.setProviderAndWait(create());
    const client = OpenFeature.getClient();
    edge.commit({ checkout: flag('checkout', true) });
    await vi.waitFor(async () => expect(await client.getBooleanValue('checkout', false)).toBe(true), soon);
    expect(client.providerStatus).toBe(ProviderStatus.READY);
    expect(seen).toEqual([]);
  });

  it('leaves no connection behind when it is closed', async () => {
    await OpenFeature.setProviderAndWait(create());
    await vi.waitFor(() => expect(edge.streams).toBe(1), soon);
    await OpenFeature.clearProviders();
    await vi.waitFor(() => expect(edge.streams).toBe(0), soon);
    const asked = edge.seen.length;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(edge.seen).toHaveLength(asked);
  });
});
