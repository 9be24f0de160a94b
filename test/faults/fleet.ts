import { accountSpace, appKey, appSpace, type Commit, type FlagCache, tokenKey } from '@halyard/caches';
import { connectNatsCache } from '@halyard/caches/nats';
import { connectRedisCache } from '@halyard/caches/redis';
import { createEdge, type Edge, type EdgeOptions } from '@halyard/edge';
import type { Answered } from './history.ts';
import type { Technology } from './server-process.ts';

const ACCOUNT = 'default';
const APP = 'shop';
const SECRET = 'hly_of_the_fault_tests';
export const FLAGS = 5;
const SPACE = appSpace(ACCOUNT, APP);
const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

export const connectCache = (technology: Technology, port: number): Promise<FlagCache> =>
  technology === 'redis'
    ? connectRedisCache(`redis://127.0.0.1:${port}`, { log: silent })
    : connectNatsCache(`nats://127.0.0.1:${port}`, { log: silent });

/** Every flag of version n serves the number n. */
const flagOf = (key: string, version: number): string =>
  JSON.stringify({
    key,
    enabled: true,
    variations: { is: version },
    default_variation: 'is',
    rules: [],
  });

const keys = Array.from({ length: FLAGS }, (_, i) => `flag-${i}`);

const sha256 = async (text: string): Promise<string> =>
  Buffer.from(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))).toString('hex');

export interface Writer {
  /** The truth: what the database would say. */
  readonly version: number;
  /** Commits, whatever the cache does. */
  commit(): void;
  close(): Promise<void>;
}

/** Keeps a cache at the truth as the replicator does: commits in order, a snapshot where there is a gap, trying for ever. */
export const startWriter = async (cache: FlagCache): Promise<Writer> => {
  let version = 1;
  let closed = false;
  const hash = await sha256(SECRET);
  const account = {
    version: 1,
    entries: new Map([
      [appKey(APP), JSON.stringify({ id: APP, name: APP })],
      [tokenKey(hash), JSON.stringify({ id: 'token', name: 'load', permission: 'evaluate', app_ids: [APP] })],
    ]),
  };
  const commitOf = (number: number): Commit => ({
    version: number,
    changes: keys.map((key) => ({ key, value: flagOf(key, number) })),
  });
  const deliver = async (): Promise<void> => {
    if ((await cache.head(accountSpace(ACCOUNT))) === null)
      await cache.replace(accountSpace(ACCOUNT), account);
    const target = version;
    const head = (await cache.head(SPACE))?.version ?? null;
    for (let next = (head ?? 0) + 1; head !== null && next <= target; next += 1) {
      if ((await cache.publish(SPACE, commitOf(next))) === 'gap') break;
    }
    if ((await cache.head(SPACE))?.version !== target && version === target) {
      const entries = new Map(keys.map((key) => [key, flagOf(key, target)]));
      await cache.replace(SPACE, { version: target, entries });
    }
  };
  const work = (async () => {
    while (!closed) {
      await deliver().catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  })();

  return {
    get version() {
      return version;
    },
    commit() {
      version += 1;
    },
    async close() {
      closed = true;
      await work;
    },
  };
};

export interface LoadedEdge {
  readonly id: string;
  readonly edge: Edge;
  readonly cache: FlagCache;
  /** Asks for all flags once and writes the answer down. */
  ask(): Promise<Answered>;
  close(): Promise<void>;
}

export const startEdge = async (
  id: string,
  cache: FlagCache,
  options: Partial<EdgeOptions> = {},
): Promise<LoadedEdge> => {
  const edge = createEdge({ cache, account: ACCOUNT, id, now: Date.now, log: silent, ...options });
  await edge.start();
  return {
    id,
    edge,
    cache,
    async ask() {
      const response = await edge.app.request('/ofrep/v1/evaluate/flags', {
        method: 'POST',
        headers: { authorization: `Bearer ${SECRET}` },
        body: '{"context":{"targetingKey":"u"}}',
      });
      // The shape is the edge's own; its tests hold it to it.
      const body = (await response.json()) as { flags?: readonly { value?: number }[] };
      const stale = response.headers.get('halyard-stale');
      return {
        edge: id,
        status: response.status,
        version: Number(response.headers.get('halyard-version')),
        values: (body.flags ?? []).map(({ value }) => value ?? -1),
        stale: stale === null ? null : Number(stale),
      };
    },
    async close() {
      await edge.close();
      await cache.close();
    },
  };
};

export interface Load {
  readonly history: Answered[];
  stop(): Promise<void>;
}

/** Asks every edge again and again. */
export const loadOn = (edges: readonly LoadedEdge[]): Load => {
  const history: Answered[] = [];
  let stopped = false;
  const asking = edges.map(async (edge) => {
    while (!stopped) {
      history.push(await edge.ask());
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
  });
  return {
    history,
    async stop() {
      stopped = true;
      await Promise.all(asking);
    },
  };
};
