import { OpenFeature, ProviderEvents, ProviderStatus } from '@openfeature/server-sdk';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createClient } from '../client/index.ts';
import { HalyardProvider } from './index.ts';

const flag = {
  key: 'checkout',
  enabled: true,
  variations: { on: true, off: false },
  default_variation: 'on',
  rules: [],
};
const CONFIGURATION = { account: 'default', app: 'shop', version: 1, flags: { checkout: flag } };

/** An edge whose clock is the test's: what it answers, and when it was asked. */
let answer: (path: string) => Response;
let asked: number[];
const edge: typeof fetch = async (url, init) => {
  asked.push(Date.now());
  const response = answer(new URL(String(url)).pathname);
  if (response !== SILENCE) return response;
  return new Promise((_, reject) => {
    init?.signal?.addEventListener('abort', () => reject(new Error('given up')));
  });
};
const SILENCE = new Response();
const refuse = (): Response => Response.json({ errorCode: 'GENERAL' }, { status: 401 });
const accept = (path: string): Response => {
  if (path.endsWith('/stream')) return SILENCE;
  return Response.json(
    path.includes('/ofrep/') ? { key: 'checkout', value: true, variant: 'on' } : CONFIGURATION,
  );
};
const options = { url: 'http://edge.test', token: 'hly_right', app: 'shop', fetch: edge };

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  answer = refuse;
});
afterEach(async () => {
  await OpenFeature.clearProviders();
  vi.useRealTimers();
});

const client = () => OpenFeature.getClient();

describe('one 401 at the start', () => {
  it('does not make the provider in process FATAL for ever: it asks again within about a minute', async () => {
    await expect(OpenFeature.setProviderAndWait(new HalyardProvider(options))).rejects.toThrow(
      'the token was not accepted (401',
    );
    expect(client().providerStatus).toBe(ProviderStatus.FATAL);
    await vi.advanceTimersByTimeAsync(44_000);
    expect(asked).toHaveLength(1);
    answer = accept;
    await vi.advanceTimersByTimeAsync(32_000);
    expect(client().providerStatus).toBe(ProviderStatus.READY);
    expect(await client().getBooleanDetails('checkout', false)).toMatchObject({ value: true, variant: 'on' });
  });

  it('costs the edge a request a minute, spread, however many providers hold the bad token', async () => {
    const providers = Array.from({ length: 100 }, () => createClient({ ...options }));
    await Promise.all(providers.map((provider) => provider.ready()));
    expect(asked).toHaveLength(100);
    await vi.advanceTimersByTimeAsync(600_000);
    const again = asked.slice(100);
    expect(again.length).toBeGreaterThan(800);
    expect(again.length).toBeLessThan(1_200);
    const first = again.slice(0, 100);
    expect(Math.max(...first) - Math.min(...first)).toBeGreaterThan(20_000);
    await Promise.all(providers.map((provider) => provider.close()));
  });

  it('does not make the direct client deaf for ever', async () => {
    const flags = createClient(options);
    expect(await flags.ready()).toBe(false);
    expect(flags.health).toBe('refused');
    answer = accept;
    await vi.advanceTimersByTimeAsync(76_000);
    expect(flags.health).toBe('live');
    expect(flags.getBooleanValue('checkout', false)).toBe(true);
    await flags.close();
  });

  it('does not make the remote provider FATAL for ever: an evaluation asks again after about a minute', async () => {
    await OpenFeature.setProviderAndWait(new HalyardProvider({ ...options, mode: 'remote' }));
    const evaluate = () => client().getBooleanDetails('checkout', false);
    expect(await evaluate()).toMatchObject({ value: false, errorCode: 'PROVIDER_FATAL' });
    expect(client().providerStatus).toBe(ProviderStatus.FATAL);
    await vi.advanceTimersByTimeAsync(44_000);
    expect(await evaluate()).toMatchObject({ value: false, errorCode: 'PROVIDER_FATAL' });
    expect(asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(32_000);
    expect(await evaluate()).toMatchObject({ value: false, errorCode: 'PROVIDER_FATAL' });
    expect(client().providerStatus).toBe(ProviderStatus.FATAL);
    expect(asked).toHaveLength(2);
    answer = accept;
    await vi.advanceTimersByTimeAsync(76_000);
    expect(await evaluate()).toMatchObject({ value: true, variant: 'on' });
    expect(client().providerStatus).toBe(ProviderStatus.READY);
  });
});

describe('an edge that asks to be left alone', () => {
  it('with Retry-After is not loaded from sooner, and not by all at once', async () => {
    const told = (): Response => new Response(null, { status: 503, headers: { 'Retry-After': '20' } });
    answer = told;
    const loads: number[] = [];
    const providers = Array.from({ length: 50 }, () => createClient({ ...options }));
    await vi.advanceTimersByTimeAsync(19_999);
    expect(asked).toHaveLength(50);
    answer = (path) => {
      if (!path.endsWith('/stream')) loads.push(Date.now());
      return accept(path);
    };
    await vi.advanceTimersByTimeAsync(2_001);
    expect(loads).toHaveLength(50);
    expect(new Set(loads).size).toBeGreaterThan(20);
    expect(providers.every(({ health }) => health === 'live')).toBe(true);
    await Promise.all(providers.map((provider) => provider.close()));
  });

  it('with its streams, for having too many, is polled and asked for no stream before', async () => {
    const streams: number[] = [];
    answer = (path) => {
      if (!path.endsWith('/stream')) return Response.json(CONFIGURATION);
      streams.push(Date.now());
      return new Response(null, { status: 503, headers: { 'Retry-After': '120' } });
    };
    const flags = createClient(options);
    await flags.ready();
    await vi.advanceTimersByTimeAsync(119_000);
    expect(streams).toHaveLength(1);
    expect(asked.length).toBeGreaterThan(4);
    expect(flags.health).toBe('live');
    await vi.advanceTimersByTimeAsync(40_000);
    expect(streams).toHaveLength(2);
    await flags.close();
  });

  it('is not asked by the remote provider while a 503 says so', async () => {
    answer = () => new Response('{}', { status: 503, headers: { 'Retry-After': '5' } });
    await OpenFeature.setProviderAndWait(new HalyardProvider({ ...options, mode: 'remote' }));
    const evaluate = () => client().getBooleanValue('checkout', false);
    await evaluate();
    answer = accept;
    await vi.advanceTimersByTimeAsync(4_900);
    expect(await evaluate()).toBe(false);
    expect(asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(100);
    expect(await evaluate()).toBe(true);
  });
});

it('READY is told once the token is accepted after all', async () => {
  const heard: string[] = [];
  OpenFeature.addHandler(ProviderEvents.Ready, () => {
    heard.push('ready');
  });
  await OpenFeature.setProviderAndWait(new HalyardProvider(options)).catch(() => {});
  heard.splice(0);
  answer = accept;
  await vi.advanceTimersByTimeAsync(76_000);
  expect(heard).toEqual(['ready']);
  OpenFeature.clearHandlers();
});
