import { OpenFeature, ProviderEvents, ProviderStatus } from '@openfeature/web-sdk';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SmallEdge } from '../in-process/testing/small-edge.ts';
import { HalyardWebProvider, type HalyardWebProviderOptions } from './index.ts';
import { FetchedEventSource } from './testing/fetched-event-source.ts';

const soon = { timeout: 10_000, interval: 5 };
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A page that a test hides and shows. */
class Page extends EventTarget {
  visibilityState: DocumentVisibilityState = 'visible';
  becomes(state: DocumentVisibilityState): void {
    this.visibilityState = state;
    this.dispatchEvent(new Event('visibilitychange'));
  }
}

class MemoryStorage {
  readonly items = new Map<string, string>();
  writes = 0;
  getItem(key: string): string | null {
    return this.items.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    this.items.set(key, value);
    this.writes += 1;
  }
}

let edge: SmallEdge;
let values: Record<string, unknown>;
const unhandled: unknown[] = [];
const note = (error: unknown): void => {
  unhandled.push(error);
};

beforeEach(async () => {
  edge = await new SmallEdge().start();
  values = { checkout: false, banner: 'Hello' };
  edge.bulk = (context) => [
    ...Object.entries(values).map(([key, value]) => ({ key, value, reason: 'STATIC' })),
    { key: 'who', value: context['targetingKey'] ?? 'nobody', reason: 'TARGETING_MATCH' },
    { key: 'broken', errorCode: 'PARSE_ERROR', errorDetails: 'rules[0] is bad' },
  ];
  edge.eventStreams = [
    { type: 'carrier-pigeon', url: 'coo' },
    { type: 'sse', url: `${edge.url}/notices` },
  ];
  process.on('unhandledRejection', note);
});

afterEach(async () => {
  await OpenFeature.clearProviders();
  OpenFeature.clearHandlers();
  await OpenFeature.clearContexts();
  await edge.stop();
  await pause(5);
  process.off('unhandledRejection', note);
  expect(unhandled.splice(0)).toEqual([]);
});

const create = (options: Partial<HalyardWebProviderOptions> = {}): HalyardWebProvider =>
  new HalyardWebProvider({
    url: edge.url,
    token: SmallEdge.TOKEN,
    app: 'shop',
    pollMs: 30,
    timeoutMs: 2_000,
    eventSource: FetchedEventSource,
    storage: null,
    ...options,
  });

const client = () => OpenFeature.getClient();
const heard = (): string[] => {
  const seen: string[] = [];
  for (const type of [
    ProviderEvents.Ready,
    ProviderEvents.Stale,
    ProviderEvents.Error,
    ProviderEvents.ConfigurationChanged,
  ])
    OpenFeature.addHandler(type, (details) => {
      const keys = details && 'flagsChanged' in details ? `: ${details.flagsChanged}` : '';
      seen.push(`${type}${keys}`);
    });
  seen.splice(0);
  return seen;
};

describe('a page whose edge fails', () => {
  it('at the start is in ERROR with defaults, then READY', async () => {
    await edge.stop();
    await expect(OpenFeature.setProviderAndWait(create())).rejects.toThrow('the edge could not be asked');
    expect(client().providerStatus).toBe(ProviderStatus.ERROR);
    expect(client().getBooleanDetails('checkout', true)).toMatchObject({
      value: true,
      errorCode: 'PROVIDER_NOT_READY',
    });
    await edge.start();
    await vi.waitFor(() => expect(client().providerStatus).toBe(ProviderStatus.READY), soon);
    expect(client().getBooleanValue('checkout', true)).toBe(false);
  });

  it('later keeps its values, STALE, and is READY with what changed', async () => {
    await OpenFeature.setProviderAndWait(create());
    await vi.waitFor(() => expect(edge.notices).toBe(1), soon);
    const seen = heard();
    await edge.stop();
    await vi.waitFor(() => expect(client().providerStatus).toBe(ProviderStatus.STALE), soon);
    expect(client().getStringValue('banner', '')).toBe('Hello');
    values = { checkout: false, banner: 'Bye' };
    await edge.start();
    await vi.waitFor(() => expect(client().getStringValue('banner', '')).toBe('Bye'), soon);
    expect(seen).toEqual([
      ProviderEvents.Stale,
      ProviderEvents.Ready,
      `${ProviderEvents.ConfigurationChanged}: banner`,
    ]);
    await vi.waitFor(() => expect(edge.notices).toBe(1), soon);
  });

  it('during a change of context keeps the old values, in ERROR, until the new ones are here', async () => {
    await OpenFeature.setProviderAndWait(create(), { targetingKey: 'ada' });
    OpenFeature.setLogger({ error: () => {}, warn: () => {}, info: () => {}, debug: () => {} });
    await edge.stop();
    await OpenFeature.setContext({ targetingKey: 'bob' });
    expect(client().providerStatus).toBe(ProviderStatus.ERROR);
    expect(client().getStringValue('who', '')).toBe('ada');
    await edge.start();
    await vi.waitFor(() => expect(client().getStringValue('who', '')).toBe('bob'), soon);
    expect(client().providerStatus).toBe(ProviderStatus.READY);
  });

  it('with garbage keeps its values', async () => {
    await OpenFeature.setProviderAndWait(create({ eventSource: null }));
    edge.ofrep = 'garbage';
    await vi.waitFor(() => expect(client().providerStatus).toBe(ProviderStatus.STALE), soon);
    expect(client().getStringValue('banner', '')).toBe('Hello');
    edge.ofrep = 'well';
    edge.bulk = () => [{ value: 'has no key' }];
    await pause(100);
    expect(client().getStringValue('banner', '')).toBe('Hello');
  });

  it('by being slow keeps its values', async () => {
    await OpenFeature.setProviderAndWait(create({ eventSource: null, timeoutMs: 50 }));
    edge.ofrep = 'hang';
    await vi.waitFor(() => expect(client().providerStatus).toBe(ProviderStatus.STALE), soon);
    edge.ofrep = 'well';
    await vi.waitFor(() => expect(client().providerStatus).toBe(ProviderStatus.READY), soon);
  });

  it('by refusing the token later is in ERROR, with the last values', async () => {
    await OpenFeature.setProviderAndWait(create({ eventSource: null }));
    edge.token = 'hly_another';
    await vi.waitFor(() => expect(client().providerStatus).toBe(ProviderStatus.ERROR), soon);
    expect(client().getStringValue('banner', '')).toBe('Hello');
    edge.token = SmallEdge.TOKEN;
    await vi.waitFor(() => expect(client().providerStatus).toBe(ProviderStatus.READY), soon);
  });

  it('by asking for fewer requests is left alone for as long', async () => {
    await OpenFeature.setProviderAndWait(create({ eventSource: null }));
    edge.ofrep = { status: 429, headers: { 'Retry-After': '60' } };
    await vi.waitFor(() => expect(client().providerStatus).toBe(ProviderStatus.STALE), soon);
    const asked = edge.seen.length;
    await pause(150);
    expect(edge.seen).toHaveLength(asked);
  });

  it('in one flag has that one failing', async () => {
    await OpenFeature.setProviderAndWait(create());
    expect(client().getBooleanDetails('broken', true)).toMatchObject({
      value: true,
      errorCode: 'PARSE_ERROR',
      errorMessage: 'rules[0] is bad',
    });
  });

  it('in its stream only is polled, and opens the stream again', async () => {
    await OpenFeature.setProviderAndWait(create());
    await vi.waitFor(() => expect(edge.notices).toBe(1), soon);
    const seen = heard();
    edge.noticeMood = { status: 401 };
    edge.endStreams();
    await vi.waitFor(() => expect(edge.notices).toBe(0), soon);
    values = { checkout: true, banner: 'Hello' };
    await vi.waitFor(() => expect(client().getBooleanValue('checkout', false)).toBe(true), soon);
    edge.noticeMood = 'well';
    await vi.waitFor(() => expect(edge.notices).toBe(1), soon);
    expect(seen).toEqual([`${ProviderEvents.ConfigurationChanged}: checkout`]);
  });

  it('with a notice that is none is unmoved', async () => {
    await OpenFeature.setProviderAndWait(create({ pollMs: 0 }));
    await vi.waitFor(() => expect(edge.notices).toBe(1), soon);
    const asked = edge.seen.length;
    edge.sayNotice('data: <html>\n\ndata: {"type":"weather"}\n\ndata: null\n\n');
    await pause(50);
    expect(edge.seen).toHaveLength(asked);
  });
});

describe('answers', () => {
  /** A fetch whose answers come when the test says so, even after they were given up. */
  const held = () => {
    const waiting: { context: Record<string, unknown>; answer: () => void }[] = [];
    const ask: typeof fetch = (_url, init) =>
      new Promise((resolve) => {
        const { context } = JSON.parse(String(init?.body));
        waiting.push({
          context,
          answer: () => resolve(Response.json({ flags: [{ key: 'who', value: context.targetingKey }] })),
        });
      });
    return { ask, waiting };
  };

  it('of an older context never win, in whatever order they come', async () => {
    const { ask, waiting } = held();
    const provider = create({ fetch: ask, pollMs: 0 });
    const ready = OpenFeature.setProviderAndWait(provider, { targetingKey: 'ada' });
    await vi.waitFor(() => expect(waiting).toHaveLength(1), soon);
    waiting[0]?.answer();
    await ready;
    const bob = OpenFeature.setContext({ targetingKey: 'bob' });
    await vi.waitFor(() => expect(waiting).toHaveLength(2), soon);
    const cid = OpenFeature.setContext({ targetingKey: 'cid' });
    await vi.waitFor(() => expect(waiting).toHaveLength(3), soon);
    expect(client().getStringValue('who', '')).toBe('ada');
    let bobIsOver = false;
    void bob.then(() => {
      bobIsOver = true;
    });
    waiting[1]?.answer();
    await pause(20);
    expect(client().getStringValue('who', '')).toBe('ada');
    expect(bobIsOver).toBe(false);
    waiting[2]?.answer();
    await Promise.all([bob, cid]);
    expect(client().getStringValue('who', '')).toBe('cid');
    expect(client().providerStatus).toBe(ProviderStatus.READY);
  });

  it('to a context that was replaced during the start do not count', async () => {
    const { ask, waiting } = held();
    const ready = OpenFeature.setProviderAndWait(create({ fetch: ask }), { targetingKey: 'ada' });
    await vi.waitFor(() => expect(waiting).toHaveLength(1), soon);
    const change = OpenFeature.setContext({ targetingKey: 'bob' });
    await vi.waitFor(() => expect(waiting).toHaveLength(2), soon);
    waiting[1]?.answer();
    await change;
    waiting[0]?.answer();
    await ready;
    expect(client().getStringValue('who', '')).toBe('bob');
  });

  it('of a provider that was closed change nothing', async () => {
    const { ask, waiting } = held();
    const provider = create({ fetch: ask });
    const ready = provider.initialize({ targetingKey: 'ada' });
    await vi.waitFor(() => expect(waiting).toHaveLength(1), soon);
    await provider.onClose();
    waiting[0]?.answer();
    await ready;
    expect(provider.resolveStringEvaluation('who', '')).toMatchObject({ errorCode: 'PROVIDER_NOT_READY' });
    expect(waiting).toHaveLength(1);
  });

  it('are asked for once more, not many times, for notices that come during a request', async () => {
    await OpenFeature.setProviderAndWait(create({ pollMs: 0 }));
    await vi.waitFor(() => expect(edge.notices).toBe(1), soon);
    const asked = edge.seen.length;
    for (let i = 0; i < 50; i += 1) edge.notice();
    edge.version = 99;
    values = { checkout: true, banner: 'Hello' };
    edge.notice();
    await vi.waitFor(() => expect(client().getBooleanValue('checkout', false)).toBe(true), soon);
    await pause(50);
    expect(edge.seen.length - asked).toBeLessThan(10);
    expect(edge.seen.at(-1)?.url).toContain('flagConfigEtag=99');
  });

  it('that are unchanged cost no body and announce nothing', async () => {
    await OpenFeature.setProviderAndWait(create({ pollMs: 0 }));
    await vi.waitFor(() => expect(edge.notices).toBe(1), soon);
    const seen = heard();
    edge.notice();
    await vi.waitFor(() => expect(edge.seen.at(-1)?.headers['if-none-match']).toBeDefined(), soon);
    await pause(50);
    expect(seen).toEqual([]);
    expect(client().getStringValue('banner', '')).toBe('Hello');
  });

  it('are asked for by key where keys are listed', async () => {
    await OpenFeature.setProviderAndWait(create({ keys: ['checkout', 'banner'] }));
    expect(edge.seen[0]?.url).toBe('/apps/shop/ofrep/v1/evaluate/flags?keys=checkout%2Cbanner');
  });
});

describe('a hidden page', () => {
  it('closes its stream, asks for nothing, and catches up when it is shown', async () => {
    const page = new Page();
    await OpenFeature.setProviderAndWait(create({ page }));
    await vi.waitFor(() => expect(edge.notices).toBe(1), soon);
    page.becomes('hidden');
    await vi.waitFor(() => expect(edge.notices).toBe(0), soon);
    const asked = edge.seen.length;
    values = { checkout: true, banner: 'Hello' };
    edge.commit({});
    await pause(100);
    expect(edge.seen).toHaveLength(asked);
    page.becomes('visible');
    await vi.waitFor(() => expect(client().getBooleanValue('checkout', false)).toBe(true), soon);
    await vi.waitFor(() => expect(edge.notices).toBe(1), soon);
  });

  it('that is opened hidden loads its values, and no stream', async () => {
    const page = new Page();
    page.visibilityState = 'hidden';
    await OpenFeature.setProviderAndWait(create({ page }));
    expect(client().getStringValue('banner', '')).toBe('Hello');
    await pause(50);
    expect(edge.notices).toBe(0);
    expect(edge.seen).toHaveLength(1);
  });
});

describe('a bootstrap', () => {
  it('is evaluated before anything was asked, and what differs is announced', async () => {
    edge.ofrep = 'hang';
    const bootstrap = { flags: edge.bulk({}) as { key: string }[] };
    values = { checkout: true, banner: 'Hello' };
    const provider = create({ bootstrap, timeoutMs: 100 });
    await OpenFeature.setProviderAndWait(provider);
    expect(client().getBooleanDetails('checkout', true)).toMatchObject({ value: false, reason: 'STATIC' });
    const seen = heard();
    edge.ofrep = 'well';
    await vi.waitFor(() => expect(client().getBooleanValue('checkout', false)).toBe(true), soon);
    expect(seen.at(-1)).toBe(`${ProviderEvents.ConfigurationChanged}: checkout`);
  });
});

describe('stored values', () => {
  interface Stored extends Partial<HalyardWebProviderOptions> {
    readonly storage: MemoryStorage;
  }
  const visit = async (options: Stored, context = {}): Promise<void> => {
    const { writes } = options.storage;
    await OpenFeature.setProviderAndWait(create(options), context);
    await vi.waitFor(() => expect(options.storage.writes).toBeGreaterThan(writes), soon);
    await OpenFeature.clearProviders();
  };
  const startsAtOnce = async (
    options: Partial<HalyardWebProviderOptions>,
    context = {},
  ): Promise<boolean> => {
    edge.ofrep = 'hang';
    try {
      await OpenFeature.setProviderAndWait(create({ ...options, timeoutMs: 50 }), context);
      return true;
    } catch {
      return false;
    } finally {
      await OpenFeature.clearProviders();
      edge.ofrep = 'well';
    }
  };

  it('are those of the same context, token, app and keys only', async () => {
    const storage = new MemoryStorage();
    await visit({ storage }, { targetingKey: 'ada' });
    expect(await startsAtOnce({ storage }, { targetingKey: 'ada' })).toBe(true);
    expect(await startsAtOnce({ storage }, { targetingKey: 'bob' })).toBe(false);
    expect(await startsAtOnce({ storage, token: 'hly_another' }, { targetingKey: 'ada' })).toBe(false);
    expect(await startsAtOnce({ storage, app: 'other' }, { targetingKey: 'ada' })).toBe(false);
    expect(await startsAtOnce({ storage, keys: ['banner'] }, { targetingKey: 'ada' })).toBe(false);
  });

  it('are forgotten when they are too old', async () => {
    const storage = new MemoryStorage();
    let now = 0;
    const options = { storage, ttlMs: 1_000, now: () => now };
    await visit(options);
    now = 1_000;
    expect(await startsAtOnce(options)).toBe(true);
    now = 1_001;
    expect(await startsAtOnce(options)).toBe(false);
  });

  it('are kept for the last five contexts', async () => {
    const storage = new MemoryStorage();
    let now = 0;
    const options = { storage, now: () => now };
    for (const targetingKey of ['a', 'b', 'c', 'd', 'e', 'f']) {
      now += 1;
      await visit(options, { targetingKey });
    }
    expect(storage.items.size).toBe(1);
    expect(await startsAtOnce(options, { targetingKey: 'a' })).toBe(false);
    expect(await startsAtOnce(options, { targetingKey: 'b' })).toBe(true);
    expect(await startsAtOnce(options, { targetingKey: 'f' })).toBe(true);
  });

  it.for(['{', '[]', '7', '{"x":{}}', '{"x":null}', 'null'])(
    'that are damaged (%s) are as if there were none',
    async (text) => {
      const storage = new MemoryStorage();
      await visit({ storage });
      for (const key of storage.items.keys()) storage.items.set(key, text);
      expect(await startsAtOnce({ storage })).toBe(false);
      await visit({ storage });
      expect(await startsAtOnce({ storage })).toBe(true);
    },
  );

  it('cost nothing where the storage refuses', async () => {
    const storage = {
      getItem: (): string => {
        throw new Error('SecurityError');
      },
      setItem: (): void => {
        throw new Error('QuotaExceededError');
      },
    };
    await OpenFeature.setProviderAndWait(create({ storage }));
    expect(client().getStringValue('banner', '')).toBe('Hello');
  });

  it('of a context that comes back are there at once', async () => {
    const storage = new MemoryStorage();
    await OpenFeature.setProviderAndWait(create({ storage }), { targetingKey: 'ada' });
    await vi.waitFor(() => expect(storage.writes).toBe(1), soon);
    await OpenFeature.setContext({ targetingKey: 'bob' });
    edge.ofrep = 'hang';
    await OpenFeature.setContext({ targetingKey: 'ada' });
    expect(client().getStringValue('who', '')).toBe('ada');
  });
});

describe('a provider', () => {
  it('leaves no connection and no request behind when it is closed', async () => {
    await OpenFeature.setProviderAndWait(create());
    await vi.waitFor(() => expect(edge.notices).toBe(1), soon);
    await OpenFeature.clearProviders();
    await vi.waitFor(() => expect(edge.notices).toBe(0), soon);
    const asked = edge.seen.length;
    await pause(100);
    expect(edge.seen).toHaveLength(asked);
  });

  it('holds the values of one context, so it serves one domain', async () => {
    const provider = create();
    await OpenFeature.setProviderAndWait('shop', provider);
    await expect(async () => OpenFeature.setProviderAndWait('back-office', provider)).rejects.toThrow(
      "Cannot bind domain-scoped provider 'halyard-web' to more than one domain.",
    );
  });
});
