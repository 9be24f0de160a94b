import { mkdtemp, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OpenFeature, ProviderEvents, ProviderStatus } from '@openfeature/server-sdk';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SmallEdge } from '../in-process/testing/small-edge.ts';
import { HalyardProvider, type HalyardProviderOptions, type Log } from './index.ts';

const flag = (key: string, on: boolean): object => ({
  key,
  enabled: true,
  variations: { on: true, off: false },
  default_variation: on ? 'on' : 'off',
  rules: [],
});

const soon = { timeout: 10_000, interval: 5 };
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

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
  await pause(5);
  process.off('unhandledRejection', note);
  expect(unhandled.splice(0)).toEqual([]);
});

const create = (options: Partial<HalyardProviderOptions> = {}): HalyardProvider =>
  new HalyardProvider({
    url: edge.url,
    token: SmallEdge.TOKEN,
    app: 'shop',
    pollMs: 30,
    timeoutMs: 500,
    ...options,
  });

const logged: string[] = [];
const say = (fields: object, message: string): void => {
  logged.push(`${message} ${JSON.stringify(fields)}`);
};
const log: Log = { debug: say, info: say, warn: say, error: say };

const isOn = (): Promise<boolean> => OpenFeature.getClient().getBooleanValue('checkout', false);
const status = (): ProviderStatus => OpenFeature.getClient().providerStatus;

const troubles = (): string[] => {
  const seen: string[] = [];
  for (const type of [ProviderEvents.Stale, ProviderEvents.Error, ProviderEvents.Ready])
    OpenFeature.addHandler(type, (details) => {
      seen.push(`${type}: ${details?.message}`);
    });
  seen.splice(0);
  return seen;
};

describe('an edge that answers garbage', () => {
  it('at the start makes the start fail with what was found, and is waited out', async () => {
    edge.config = 'garbage';
    await expect(OpenFeature.setProviderAndWait(create({ startTimeoutMs: 1_000 }))).rejects.toThrow(
      `no configuration came within 1000 ms: ${edge.url}/apps/shop/config: expected JSON, found "<html>Please sign in to the hotel’s network</html>"`,
    );
    edge.config = 'well';
    await vi.waitFor(() => expect(status()).toBe(ProviderStatus.READY), soon);
  });

  it.for([
    ['no JSON', 'event: change\ndata: <html>\n\n'],
    ['no change', 'event: change\ndata: {"version":"2"}\n\n'],
    ['no snapshot', 'event: snapshot\ndata: []\n\n'],
  ])('on the stream (%s) costs a new load, and no answer', async ([, text = '']) => {
    await OpenFeature.setProviderAndWait(create());
    await vi.waitFor(() => expect(edge.streams).toBe(1), soon);
    const seen = troubles();
    edge.flags = { checkout: flag('checkout', true) };
    edge.version = 7;
    edge.say(text);
    await vi.waitFor(async () => expect(await isOn()).toBe(true), soon);
    await vi.waitFor(() => expect(edge.streams).toBe(1), soon);
    expect(seen).toEqual([]);
  });

  it('on the stream of an event nobody knows is passed over', async () => {
    await OpenFeature.setProviderAndWait(create());
    await vi.waitFor(() => expect(edge.streams).toBe(1), soon);
    const asked = edge.seen.length;
    edge.say('event: weather\ndata: sunny\n\n');
    edge.commit({ checkout: flag('checkout', true) });
    await vi.waitFor(async () => expect(await isOn()).toBe(true), soon);
    expect(edge.seen).toHaveLength(asked);
  });
});

describe('a slow edge', () => {
  it('at the start makes the start fail in time, and is waited out', async () => {
    edge.config = 'hang';
    const start = performance.now();
    await expect(
      OpenFeature.setProviderAndWait(create({ startTimeoutMs: 1_000, timeoutMs: 50 })),
    ).rejects.toThrow(
      `no configuration came within 1000 ms: ${edge.url}/apps/shop/config did not answer within 50 ms`,
    );
    expect(performance.now() - start).toBeLessThan(5_000);
    edge.config = 'well';
    await vi.waitFor(() => expect(status()).toBe(ProviderStatus.READY), soon);
  });

  it('whose stream does not open is polled', async () => {
    edge.stream = 'hang';
    await OpenFeature.setProviderAndWait(create({ timeoutMs: 50 }));
    const seen = troubles();
    edge.commit({ checkout: flag('checkout', true) });
    await vi.waitFor(async () => expect(await isOn()).toBe(true), soon);
    expect(seen).toEqual([]);
  });

  it('whose stream says hello and then nothing, as through a proxy that holds the rest back, is polled', async () => {
    edge.mute = true;
    await OpenFeature.setProviderAndWait(create({ idleMs: 50 }));
    const seen = troubles();
    edge.commit({ checkout: flag('checkout', true) });
    await vi.waitFor(async () => expect(await isOn()).toBe(true), soon);
    edge.commit({ checkout: flag('checkout', false) });
    await vi.waitFor(async () => expect(await isOn()).toBe(false), soon);
    expect(seen).toEqual([]);
  });

  it('whose stream says nothing, as through a proxy that holds it back, is polled', async () => {
    edge.hello = '';
    edge.mute = true;
    await OpenFeature.setProviderAndWait(create({ idleMs: 50 }));
    const seen = troubles();
    edge.commit({ checkout: flag('checkout', true) });
    await vi.waitFor(async () => expect(await isOn()).toBe(true), soon);
    expect(seen).toEqual([]);
  });
});

describe('a stream', () => {
  it('that is cut is resumed from the last version, without a snapshot', async () => {
    await OpenFeature.setProviderAndWait(create());
    await vi.waitFor(() => expect(edge.streams).toBe(1), soon);
    edge.commit({ checkout: flag('checkout', true) });
    await vi.waitFor(async () => expect(await isOn()).toBe(true), soon);
    const asked = edge.seen.length;
    edge.endStreams();
    edge.commit({ checkout: flag('checkout', false) });
    await vi.waitFor(async () => expect(await isOn()).toBe(false), soon);
    expect(edge.seen.slice(asked).map(({ url, headers }) => [url, headers['last-event-id']])).toEqual([
      ['/apps/shop/stream', '2'],
    ]);
  });

  it('that skips a version is mended by a load', async () => {
    await OpenFeature.setProviderAndWait(create());
    await vi.waitFor(() => expect(edge.streams).toBe(1), soon);
    edge.version = 5;
    edge.commit({ checkout: flag('checkout', true) });
    await vi.waitFor(async () => expect(await isOn()).toBe(true), soon);
  });

  it('that begins with a snapshot of a lower version is believed: the database was restored', async () => {
    edge.version = 50;
    await OpenFeature.setProviderAndWait(create());
    await vi.waitFor(() => expect(edge.streams).toBe(1), soon);
    edge.version = 3;
    edge.flags = { checkout: flag('checkout', true) };
    edge.endStreams();
    await vi.waitFor(async () => expect(await isOn()).toBe(true), soon);
    edge.commit({ checkout: flag('checkout', false) });
    await vi.waitFor(async () => expect(await isOn()).toBe(false), soon);
  });

  it('that repeats itself changes nothing', async () => {
    await OpenFeature.setProviderAndWait(create());
    await vi.waitFor(() => expect(edge.streams).toBe(1), soon);
    const changes: unknown[] = [];
    OpenFeature.addHandler(ProviderEvents.ConfigurationChanged, (details) => {
      changes.push(details?.flagsChanged);
    });
    edge.say(`event: change\nid: 1\ndata: {"version":1,"changes":[{"key":"checkout","flag":null}]}\n\n`);
    edge.commit({ other: flag('other', true) });
    await vi.waitFor(() => expect(changes).toEqual([['other']]), soon);
    expect(await isOn()).toBe(false);
  });
});

describe('a token that is refused', () => {
  it('later is an ERROR, the last good configuration goes on, and READY follows when it is accepted', async () => {
    await OpenFeature.setProviderAndWait(create());
    await vi.waitFor(() => expect(edge.streams).toBe(1), soon);
    const seen = troubles();
    edge.token = 'hly_another';
    edge.endStreams();
    await vi.waitFor(() => expect(status()).toBe(ProviderStatus.ERROR), soon);
    expect(seen[0]).toBe(
      `PROVIDER_ERROR: the token was not accepted (401 from ${edge.url}/apps/shop/config): it is unknown, expired or revoked`,
    );
    expect(await OpenFeature.getClient().getBooleanDetails('checkout', true)).toMatchObject({ value: false });
    edge.token = SmallEdge.TOKEN;
    await vi.waitFor(() => expect(status()).toBe(ProviderStatus.READY), soon);
  });

  it('with 403 names the permission', async () => {
    edge.config = { status: 403 };
    await expect(OpenFeature.setProviderAndWait(create())).rejects.toThrow(
      `the token may not read this configuration (403 from ${edge.url}/apps/shop/config): it needs the permission config, for this app`,
    );
    expect(status()).toBe(ProviderStatus.FATAL);
  });

  it('at the start with a bootstrap is an ERROR that still answers', async () => {
    const bootstrap = {
      account: 'default',
      app: 'shop',
      version: 1,
      flags: { checkout: flag('checkout', true) },
    };
    await OpenFeature.setProviderAndWait(create({ token: 'hly_wrong', bootstrap }));
    await vi.waitFor(() => expect(status()).toBe(ProviderStatus.ERROR), soon);
    expect(await isOn()).toBe(true);
  });
});

describe('an app that does not exist', () => {
  it('fails the start at once, and is waited for', async () => {
    const start = performance.now();
    await expect(OpenFeature.setProviderAndWait(create({ app: 'shpo' }))).rejects.toThrow(
      `there is no configuration at ${edge.url}/apps/shpo/config (404): check the url and the app's id`,
    );
    expect(performance.now() - start).toBeLessThan(4_000);
    edge.app = 'shpo';
    await vi.waitFor(() => expect(status()).toBe(ProviderStatus.READY), soon);
  });
});

describe('a file', () => {
  const folder = (): Promise<string> => mkdtemp(join(tmpdir(), 'halyard-provider-'));

  it('keeps the last good configuration for a start without an edge, readable by its owner only', async () => {
    const file = join(await folder(), 'deep', 'flags.json');
    await OpenFeature.setProviderAndWait(create({ file }));
    await vi.waitFor(() => expect(edge.streams).toBe(1), soon);
    edge.commit({ checkout: flag('checkout', true) });
    await vi.waitFor(async () => expect(await isOn()).toBe(true), soon);
    await OpenFeature.clearProviders();
    await vi.waitFor(async () => expect(JSON.parse(await readFile(file, 'utf8')).version).toBe(2), soon);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await edge.stop();
    await OpenFeature.setProviderAndWait(create({ file }));
    expect(await isOn()).toBe(true);
    await vi.waitFor(() => expect(status()).toBe(ProviderStatus.STALE), soon);
  });

  it('is written soon after a change, without waiting for the close', async () => {
    const file = join(await folder(), 'flags.json');
    await OpenFeature.setProviderAndWait(create({ file }));
    await vi.waitFor(async () => expect(JSON.parse(await readFile(file, 'utf8')).version).toBe(1), soon);
  });

  it('that is damaged is as if it were not there', async () => {
    const file = join(await folder(), 'flags.json');
    await writeFile(file, '{"account":"default","version":1,"fla');
    await edge.stop();
    logged.splice(0);
    await expect(OpenFeature.setProviderAndWait(create({ file, log, startTimeoutMs: 100 }))).rejects.toThrow(
      'no configuration came within 100 ms',
    );
    expect(logged.join('\n')).toContain('the file of the last good configuration failed');
  });

  it('that cannot be written costs a warning', async () => {
    logged.splice(0);
    const file = join(await folder(), 'flags.json');
    await writeFile(join(file), 'x');
    await OpenFeature.setProviderAndWait(create({ file: join(file, 'below'), log }));
    await OpenFeature.clearProviders();
    await vi.waitFor(() => expect(logged.join('\n')).toContain('ENOTDIR'), soon);
  });

  it('that is newer than the bootstrap wins over it', async () => {
    const file = join(await folder(), 'flags.json');
    const kept = (version: number, on: boolean) => ({
      account: 'default',
      app: 'shop',
      version,
      flags: { checkout: flag('checkout', on) },
    });
    await edge.stop();
    await writeFile(file, JSON.stringify(kept(9, true)));
    await OpenFeature.setProviderAndWait(create({ file, bootstrap: kept(8, false) }));
    expect(await isOn()).toBe(true);
    await OpenFeature.setProviderAndWait(create({ file, bootstrap: kept(10, false) }));
    expect(await isOn()).toBe(false);
  });

  it('of another app, from another origin, or of another token where nothing names the app, is never served', async () => {
    const file = join(await folder(), 'flags.json');
    await OpenFeature.setProviderAndWait(create({ file }));
    await OpenFeature.clearProviders();
    const { origin } = new URL(edge.url);
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
      account: 'default',
      app: 'shop',
      origin,
    });
    await edge.stop();
    for (const [other, reason] of [
      [{ app: 'blog' }, 'it is of the app shop; expected blog'],
      [{ url: `${edge.url}/apps/blog`, app: undefined }, 'it is of the app shop; expected blog'],
      [{ url: 'http://127.0.0.1:9' }, `it was kept from ${origin}; expected http://127.0.0.1:9`],
      [{ app: undefined, token: 'of-another-app' }, 'it was kept with another token'],
    ] as const) {
      logged.splice(0);
      const start = OpenFeature.setProviderAndWait(create({ file, log, startTimeoutMs: 100, ...other }));
      await expect(start).rejects.toThrow('no configuration came within 100 ms');
      expect(logged.join('\n')).toContain(`it is not served: ${reason}`);
    }
    await OpenFeature.setProviderAndWait(create({ file, app: undefined }));
    expect(await isOn()).toBe(false);
  });

  it('is not compared by version with a bootstrap of another app', async () => {
    const file = join(await folder(), 'flags.json');
    const kept = (app: string, version: number, on: boolean) => ({
      account: 'default',
      app,
      version,
      flags: { checkout: flag('checkout', on) },
    });
    await edge.stop();
    await writeFile(file, JSON.stringify(kept('shop', 2, true)));
    await OpenFeature.setProviderAndWait(create({ file, app: undefined, bootstrap: kept('blog', 9, false) }));
    expect(await isOn()).toBe(true);
    logged.splice(0);
    await OpenFeature.setProviderAndWait(create({ file, log, bootstrap: kept('blog', 9, false) }));
    expect(await isOn()).toBe(true);
    expect(logged.join('\n')).toContain('it is of the app blog; expected shop');
  });

  it('of an older epoch does not win over a bootstrap by its higher version', async () => {
    const file = join(await folder(), 'flags.json');
    const kept = (epoch: string, version: number, on: boolean) => ({
      account: 'default',
      app: 'shop',
      version,
      identity: 'd',
      epoch,
      flags: { checkout: flag('checkout', on) },
    });
    await edge.stop();
    await writeFile(file, JSON.stringify(kept('1000-a', 9, false)));
    await OpenFeature.setProviderAndWait(create({ file, bootstrap: kept('2000-a', 3, true) }));
    expect(await isOn()).toBe(true);
  });
});

describe('a bootstrap', () => {
  it('that is none is ignored, and said so', async () => {
    logged.splice(0);
    await OpenFeature.setProviderAndWait(create({ bootstrap: { flags: [] }, log }));
    expect(logged[0]).toBe(
      `the bootstrap cannot be used and was ignored {"error":"account is a value of type undefined; expected the account's id"}`,
    );
    expect(await isOn()).toBe(false);
  });

  it('does not hide a fresh configuration', async () => {
    const bootstrap = {
      account: 'default',
      app: 'shop',
      version: 99,
      flags: { checkout: flag('checkout', true) },
    };
    await OpenFeature.setProviderAndWait(create({ bootstrap }));
    expect(await isOn()).toBe(false);
  });

  it('does for an edge that is slow', async () => {
    edge.config = 'hang';
    const bootstrap = {
      account: 'default',
      app: 'shop',
      version: 1,
      flags: { checkout: flag('checkout', true) },
    };
    await OpenFeature.setProviderAndWait(create({ bootstrap, startTimeoutMs: 50, timeoutMs: 10_000 }));
    expect(await isOn()).toBe(true);
    await vi.waitFor(() => expect(status()).toBe(ProviderStatus.STALE), soon);
  });
});

describe('one provider', () => {
  it('serves several clients and domains, and each hears its events', async () => {
    const provider = create();
    await OpenFeature.setProviderAndWait('shop', provider);
    await OpenFeature.setProviderAndWait('back-office', provider);
    const clients = ['shop', 'back-office'].map((domain) => OpenFeature.getClient(domain));
    const heard: string[] = [];
    for (const client of clients)
      client.addHandler(ProviderEvents.ConfigurationChanged, (details) => {
        heard.push(`${details?.domain} ${details?.flagsChanged}`);
      });
    await vi.waitFor(() => expect(edge.streams).toBe(1), soon);
    edge.commit({ checkout: flag('checkout', true) });
    await vi.waitFor(() => expect(heard.sort()).toEqual(['back-office checkout', 'shop checkout']), soon);
    for (const client of clients) expect(await client.getBooleanValue('checkout', false)).toBe(true);
    await edge.stop();
    for (const client of clients)
      await vi.waitFor(() => expect(client.providerStatus).toBe(ProviderStatus.STALE), soon);
    expect(edge.seen.filter(({ url }) => url.endsWith('/config')).length).toBe(1);
  });

  it('can be closed while it starts, and started again', async () => {
    edge.config = 'hang';
    const provider = create();
    OpenFeature.setProvider(provider);
    await pause(20);
    await OpenFeature.clearProviders();
    edge.config = 'well';
    await OpenFeature.setProviderAndWait(provider);
    expect(status()).toBe(ProviderStatus.READY);
    await OpenFeature.clearProviders();
    await OpenFeature.setProviderAndWait(provider);
    await vi.waitFor(() => expect(edge.streams).toBe(1), soon);
    edge.commit({ checkout: flag('checkout', true) });
    await vi.waitFor(async () => expect(await isOn()).toBe(true), soon);
  });

  it('does not mind a handler that throws', async () => {
    await OpenFeature.setProviderAndWait(create());
    await vi.waitFor(() => expect(edge.streams).toBe(1), soon);
    OpenFeature.setLogger({ error: () => {}, warn: () => {}, info: () => {}, debug: () => {} });
    OpenFeature.addHandler(ProviderEvents.ConfigurationChanged, () => {
      throw new Error('a mistake in the application');
    });
    edge.commit({ checkout: flag('checkout', true) });
    edge.commit({ checkout: flag('checkout', false) });
    edge.commit({ checkout: flag('checkout', true) });
    await vi.waitFor(async () => expect(await isOn()).toBe(true), soon);
  });
});
