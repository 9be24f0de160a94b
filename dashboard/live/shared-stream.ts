import { type Following, openStream, type StreamListener } from './event-stream.ts';

/**
 * One stream for all tabs of a browser: over HTTP/1.1 a browser opens six connections to a server, and a stream takes one of them for
 * as long as its page is open, so that the seventh tab would never load.
 *
 * The tab that holds the lock has the stream, and passes on what it hears. The lock goes to another tab when that one is
 * closed, crashes or is put away, however that happens; what was missed in between is asked for.
 */

/** Streams at a time, one per app: more are asked for now and then instead, until one of these is closed. */
const STREAMS = 3;
const POLL_MS = 5_000;

type Message =
  | { readonly kind: 'data'; readonly data: string }
  | { readonly kind: 'state'; readonly state: Following }
  | { readonly kind: 'missed' }
  /** A tab that came later asks how the stream is. */
  | { readonly kind: 'hello' };

const hear = (message: Message, listener: StreamListener): void => {
  if (message.kind === 'data') listener.data(message.data);
  else if (message.kind === 'state') listener.state(message.state);
  else if (message.kind === 'missed') listener.missed();
};

/** Follows a stream, shared with the other tabs that follow it. Returns what ends that. */
export const followStream = (url: string, listener: StreamListener): (() => void) =>
  // Only pages from a secure origin (https, or this machine) have locks.
  'locks' in navigator && 'BroadcastChannel' in window
    ? followShared(url, listener)
    : followWhileVisible(url, listener);

const followShared = (url: string, listener: StreamListener): (() => void) => {
  const ending = new AbortController();
  const { signal } = ending;
  const channel = new BroadcastChannel(`halyard ${url}`);
  let state: Following | null = null;

  const tell = (message: Message): void => {
    if (message.kind === 'state') state = message.state;
    channel.postMessage(message);
    hear(message, listener);
  };
  // Messages come from tabs of the same origin, which run the same code.
  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    if (data.kind !== 'hello') hear(data, listener);
    else if (state !== null) channel.postMessage({ kind: 'state', state } satisfies Message);
  };

  const lead = async (tookOver: boolean): Promise<void> => {
    if (tookOver) tell({ kind: 'missed' });
    const poll = setInterval(() => tell({ kind: 'missed' }), POLL_MS);
    await withSlot(signal, async () => {
      clearInterval(poll);
      const close = openStream(url, {
        data: (data) => tell({ kind: 'data', data }),
        state: (next) => tell({ kind: 'state', state: next }),
        missed: () => tell({ kind: 'missed' }),
      });
      await aborted(signal);
      close();
    }).finally(() => clearInterval(poll));
  };

  const join = async (): Promise<void> => {
    const lock = `halyard stream ${url}`;
    const led = await navigator.locks.request(lock, { ifAvailable: true }, async (held) => {
      if (held === null) return false;
      await lead(false);
      return true;
    });
    if (led || signal.aborted) return;
    channel.postMessage({ kind: 'hello' } satisfies Message);
    await navigator.locks.request(lock, { signal }, () => lead(true));
  };
  join().catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });

  return () => {
    ending.abort();
    channel.close();
  };
};

/** Runs with one of the few places for streams, waiting for one if need be. */
const withSlot = async (signal: AbortSignal, run: () => Promise<void>): Promise<void> => {
  const names = Array.from({ length: STREAMS }, (_, index) => `halyard/slot/${index + 1}`);
  for (const name of names) {
    const ran = await navigator.locks.request(name, { ifAvailable: true }, async (held) => {
      if (held === null || signal.aborted) return false;
      await run();
      return true;
    });
    if (ran || signal.aborted) return;
  }
  const name = names[Math.floor(Math.random() * names.length)] ?? 'halyard/slot/1';
  await navigator.locks.request(name, { signal }, run);
};

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

/** Without locks: a tab that nobody looks at needs no stream. */
const followWhileVisible = (url: string, listener: StreamListener): (() => void) => {
  let close: (() => void) | null = null;
  const judge = (): void => {
    if (document.hidden) {
      close?.();
      close = null;
    } else if (close === null) {
      close = openStream(url, listener);
      listener.missed();
    }
  };
  document.addEventListener('visibilitychange', judge);
  judge();
  return () => {
    document.removeEventListener('visibilitychange', judge);
    close?.();
  };
};
