import { OpenFeature, ProviderEvents, ProviderStatus } from '@openfeature/web-sdk';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HalyardWebProvider, type HalyardWebProviderOptions } from './index.ts';
import type { NoticeStream } from './stream.ts';

/** What an edge does, by a clock that the test moves. */
let status: number;
let headers: Record<string, string>;
let value: boolean;
let asked: number[];
const edge: typeof fetch = async (_url, init) => {
  asked.push(Date.now());
  const etag = `"${value}"`;
  if (status !== 200) return new Response('{}', { status, headers });
  if (new Headers(init?.headers).get('If-None-Match') === etag) return new Response(null, { status: 304 });
  const answer = { flags: [{ key: 'checkout', value }], eventStreams: [{ type: 'sse', url: '/notices' }] };
  return Response.json(answer, { headers: { ETag: etag } });
};

/** Streams as a page has them: what arrives is what the test says. */
let streams: Stream[];
class Stream implements NoticeStream {
  onopen: ((event: Event) => unknown) | null = null;
  onmessage: ((event: MessageEvent) => unknown) | null = null;
  onerror: ((event: Event) => unknown) | null = null;
  open = true;
  constructor() {
    streams.push(this);
  }
  close(): void {
    this.open = false;
  }
  opens(): void {
    this.onopen?.(new Event('open'));
  }
  says(data: object): void {
    this.onmessage?.(new MessageEvent('message', { data: JSON.stringify(data) }));
  }
  breaks(): void {
    this.onerror?.(new Event('error'));
  }
}
const lastStream = (): Stream => {
  const stream = streams.at(-1);
  if (stream === undefined) throw new Error('no stream was opened');
  return stream;
};

beforeEach(() => {
  vi.useFakeTimers();
  // Locks are granted by the runtime, whose clock no test moves; sharing has tests of its own.
  vi.stubGlobal('navigator', {});
  status = 200;
  headers = {};
  value = false;
  asked = [];
  streams = [];
});
afterEach(async () => {
  await OpenFeature.clearProviders();
  OpenFeature.clearHandlers();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const start = (options: Partial<HalyardWebProviderOptions> = {}): Promise<void> =>
  OpenFeature.setProviderAndWait(
    new HalyardWebProvider({
      url: 'http://edge.test',
      token: 'hly_page',
      app: 'shop',
      fetch: edge,
      eventSource: Stream,
      storage: null,
      ...options,
    }),
  );
const client = () => OpenFeature.getClient();
const isOn = (): boolean => client().getBooleanValue('checkout', false);
const seconds = (count: number) => vi.advanceTimersByTimeAsync(count * 1_000);

describe('a page whose stream is held back by a proxy', () => {
  it('is updated all the same, a minute later at most, instead of never', async () => {
    await start();
    expect(streams).toHaveLength(1);
    value = true;
    await seconds(60);
    expect(isOn()).toBe(true);
    expect(client().providerStatus).toBe(ProviderStatus.READY);
  });

  it('goes on asking for as long as nothing is heard, and keeps the one stream', async () => {
    await start();
    await seconds(600);
    expect(asked.length).toBeGreaterThan(9);
    expect(asked.length).toBeLessThan(15);
    expect(streams).toHaveLength(1);
  });
});

describe('a page whose stream falls silent', () => {
  it('is updated a minute after the last thing that was heard', async () => {
    await start();
    lastStream().opens();
    for (let i = 0; i < 20; i += 1) {
      lastStream().says({ type: 'alive' });
      await seconds(15);
    }
    expect(asked).toHaveLength(1);
    value = true;
    await seconds(45);
    expect(isOn()).toBe(true);
  });

  it('is STALE where the edge is away too', async () => {
    await start();
    lastStream().opens();
    status = 502;
    await seconds(60);
    expect(client().providerStatus).toBe(ProviderStatus.STALE);
    status = 200;
    value = true;
    await seconds(60);
    expect(client().providerStatus).toBe(ProviderStatus.READY);
    expect(isOn()).toBe(true);
  });
});

describe('a page whose stream lives', () => {
  it('asks for nothing while the edge says that it is alive', async () => {
    await start();
    lastStream().opens();
    for (let i = 0; i < 240; i += 1) {
      await seconds(15);
      lastStream().says({ type: 'alive' });
    }
    expect(asked).toHaveLength(1);
    lastStream().says({ type: 'refetchEvaluation', etag: '"2"' });
    await seconds(0);
    expect(asked).toHaveLength(2);
  });

  it('asks at once where the stream opens so late that something may have been missed', async () => {
    await start();
    await seconds(10);
    value = true;
    lastStream().opens();
    await seconds(0);
    expect(isOn()).toBe(true);
  });
});

describe('a page whose stream breaks', () => {
  it('opens another one itself, after it has asked, and not at the same moment as all others', async () => {
    const times = new Set<number>();
    for (let i = 0; i < 20; i += 1) {
      await start({ random: () => i / 20 });
      lastStream().opens();
      await seconds(10);
      const before = asked.length;
      const from = Date.now();
      lastStream().breaks();
      expect(lastStream().open).toBe(false);
      await seconds(2);
      expect(asked.length).toBe(before + 1);
      expect(lastStream().open).toBe(true);
      times.add((asked.at(-1) ?? 0) - from);
    }
    expect(times.size).toBe(20);
  });

  it('again and again as soon as it opens, comes back ever more seldom', async () => {
    await start();
    let opened = 0;
    for (let second = 0; second < 1_200; second += 1) {
      if (lastStream().open) {
        opened += 1;
        lastStream().opens();
        lastStream().says({ type: 'alive' });
        lastStream().breaks();
      }
      await seconds(1);
    }
    expect(opened).toBeGreaterThan(15);
    expect(opened).toBeLessThan(60);
  });
});

describe('a page whose token is no good', () => {
  it('at the start is FATAL and asks no more: a page that is open for days would ask in vain', async () => {
    const page = Object.assign(new EventTarget(), { visibilityState: 'visible' as DocumentVisibilityState });
    status = 401;
    await expect(start({ page })).rejects.toThrow('the edge answered 401');
    expect(client().providerStatus).toBe(ProviderStatus.FATAL);
    await seconds(86_400);
    page.dispatchEvent(new Event('visibilitychange'));
    await seconds(60);
    expect(asked).toHaveLength(1);
  });

  it('when the edge comes up is FATAL, and asks no more', async () => {
    status = 503;
    await expect(start()).rejects.toThrow('the edge answered 503');
    status = 401;
    const errors: unknown[] = [];
    OpenFeature.addHandler(ProviderEvents.Error, (details) => {
      errors.push(details?.['errorCode']);
    });
    await seconds(60);
    expect(client().providerStatus).toBe(ProviderStatus.FATAL);
    expect(errors.at(-1)).toBe('PROVIDER_FATAL');
    const before = asked.length;
    await seconds(86_400);
    expect(asked).toHaveLength(before);
  });

  it('is asked for again with the next context', async () => {
    status = 401;
    await start().catch(() => {});
    status = 200;
    value = true;
    await OpenFeature.setContext({ targetingKey: 'ada' });
    expect(isOn()).toBe(true);
    expect(client().providerStatus).toBe(ProviderStatus.READY);
  });
});

describe('a page that is asked to wait', () => {
  it('waits, even where a notice or a visitor calls it back', async () => {
    const page = Object.assign(new EventTarget(), { visibilityState: 'visible' as DocumentVisibilityState });
    await start({ page });
    lastStream().opens();
    status = 503;
    headers = { 'Retry-After': '30' };
    lastStream().says({ type: 'refetchEvaluation' });
    await seconds(1);
    expect(asked).toHaveLength(2);
    status = 200;
    value = true;
    lastStream().says({ type: 'refetchEvaluation' });
    page.dispatchEvent(new Event('visibilitychange'));
    await seconds(28);
    expect(asked).toHaveLength(2);
    await seconds(4);
    expect(isOn()).toBe(true);
  });

  it('for longer than a timer can, does not ask at once instead', async () => {
    await start({ eventSource: null });
    status = 429;
    headers = { 'Retry-After': '99999999' };
    await seconds(61);
    expect(asked).toHaveLength(2);
    await seconds(3_600);
    expect(asked).toHaveLength(2);
  });
});

describe('a context', () => {
  it('with a BigInt is evaluated with its decimal text', async () => {
    const sent: string[] = [];
    const context = { id: 9_007_199_254_740_993n } as unknown as { id: string };
    await OpenFeature.setContext(context);
    await start({
      fetch: (url, init) => {
        sent.push(String(init?.body));
        return edge(url, init);
      },
    });
    expect(sent).toEqual(['{"context":{"id":"9007199254740993"}}']);
    expect(client().providerStatus).toBe(ProviderStatus.READY);
    await OpenFeature.clearContexts();
  });
});
