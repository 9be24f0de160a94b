import { newEpoch } from '@halyard/caches';
import { createClient } from '@halyard/providers/client';
import { HalyardProvider } from '@halyard/providers/server';
import { HalyardWebProvider } from '@halyard/providers/web';
import { OpenFeature, ProviderStatus } from '@openfeature/server-sdk';
import { OpenFeature as WebOpenFeature } from '@openfeature/web-sdk';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FetchedEventSource } from '../../providers/web/testing/fetched-event-source.ts';
import { APP, CONFIG_TOKEN, constant, PAGE_TOKEN, RealEdge } from './real-edge.ts';

const soon = { timeout: 10_000, interval: 5 };
const pollMs = 100;

let first: RealEdge;
let second: RealEdge;
beforeEach(async () => {
  const history = { identity: 'the database', epoch: newEpoch(Date.now()) };
  first = await new RealEdge().create([constant('banner', 'as it began')], undefined, history);
  second = await first.beside();
});
afterEach(async () => {
  await OpenFeature.clearProviders();
  await WebOpenFeature.clearProviders();
  await second.stop();
  await first.close();
});

const urls = (): readonly string[] => [first.url, second.url];

interface Asking {
  banner(): Promise<string>;
  close(): Promise<void>;
}

const ofServer = async (mode: 'in-process' | 'remote'): Promise<Asking> => {
  const token = mode === 'remote' ? PAGE_TOKEN : CONFIG_TOKEN;
  await OpenFeature.setProviderAndWait(
    new HalyardProvider({ url: urls(), token, app: APP, mode, pollMs, timeoutMs: 1_000 }),
  );
  return {
    banner: () => OpenFeature.getClient().getStringValue('banner', 'the default'),
    close: () => OpenFeature.clearProviders(),
  };
};

const PROVIDERS: Readonly<Record<string, () => Promise<Asking>>> = {
  'the server provider, in process': () => ofServer('in-process'),
  'the server provider, remote': () => ofServer('remote'),
  'the web provider': async () => {
    await WebOpenFeature.setProviderAndWait(
      new HalyardWebProvider({
        url: urls(),
        token: PAGE_TOKEN,
        app: APP,
        pollMs,
        timeoutMs: 1_000,
        storage: null,
        eventSource: FetchedEventSource,
      }),
    );
    return {
      banner: async () => WebOpenFeature.getClient().getStringValue('banner', 'the default'),
      close: () => WebOpenFeature.clearProviders(),
    };
  },
  'the direct client': async () => {
    const flags = createClient({ url: urls(), token: CONFIG_TOKEN, app: APP, pollMs, timeoutMs: 1_000 });
    await flags.ready();
    return { banner: async () => flags.getStringValue('banner', 'the default'), close: () => flags.close() };
  },
};

test.for(Object.entries(PROVIDERS))(
  '%s goes on at the second edge when the first is killed, and back to the first when it heals',
  async ([, open]) => {
    const asking = await open();
    const shows = (value: string) => vi.waitFor(async () => expect(await asking.banner()).toBe(value), soon);
    try {
      await shows('as it began');
      await first.commit(constant('banner', 'both there'));
      await shows('both there');
      expect(second.asked).toBe(0);

      await first.stop();
      await first.commit(constant('banner', 'the first is gone'));
      await shows('the first is gone');
      expect(second.asked).toBeGreaterThan(0);

      await first.start();
      // It is asked again without anybody's doing, but for the remote one, which asks nothing by itself.
      await vi.waitFor(async () => {
        await asking.banner();
        expect(first.asked).toBeGreaterThan(0);
      }, soon);
      await second.stop();
      await first.commit(constant('banner', 'only the first'));
      await shows('only the first');
    } finally {
      await asking.close();
    }
  },
);

test.for(Object.entries(PROVIDERS))('%s starts where only the last edge is there', async ([, open]) => {
  await first.stop();
  const asking = await open();
  try {
    expect(await asking.banner()).toBe('as it began');
  } finally {
    await asking.close();
  }
});

test('the stream is taken over by the first edge once it is back: nothing is stale, and nothing is missed', async () => {
  await first.stop();
  const health: string[] = [];
  const changes: string[] = [];
  const flags = createClient({
    url: urls(),
    token: CONFIG_TOKEN,
    app: APP,
    pollMs,
    onHealth: (each) => health.push(each),
    onChange: () => changes.push(flags.getStringValue('banner', '')),
  });
  await flags.ready();
  await first.start();
  const wanted: string[] = [];
  for (let n = 0; n < 1_000 && first.asked === 0; n += 1) {
    wanted.push(`${n}`);
    await second.commit(constant('banner', `${n}`));
    await vi.waitFor(() => expect(flags.getStringValue('banner', '')).toBe(`${n}`), soon);
  }
  await second.stop();
  await first.commit(constant('banner', 'from the first'));
  await vi.waitFor(() => expect(flags.getStringValue('banner', '')).toBe('from the first'), soon);
  expect(changes).toEqual([...wanted, 'from the first']);
  expect(health).toEqual(['live']);
  await flags.close();
});

test('with all edges gone a provider says what each of them said', async () => {
  await first.stop();
  await second.stop();
  const waiting = OpenFeature.setProviderAndWait(
    new HalyardProvider({ url: urls(), token: CONFIG_TOKEN, app: APP, pollMs, startTimeoutMs: 500 }),
  );
  await expect(waiting).rejects.toThrow(
    new RegExp(`${first.url}\\S*: .*ECONNREFUSED.*; ${second.url}\\S*: .*ECONNREFUSED`),
  );
  await second.start();
  await vi.waitFor(() => expect(OpenFeature.getClient().providerStatus).toBe(ProviderStatus.READY), soon);
});
