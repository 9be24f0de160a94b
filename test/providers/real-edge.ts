import { createHash } from 'node:crypto';
import {
  accountSpace,
  appKey,
  appSpace,
  type FlagCache,
  type History,
  SECRET_KEY,
  type TokenEntry,
  tokenKey,
} from '@halyard/caches';
import { createMemoryCache } from '@halyard/caches/memory';
import { createEdge, type Edge } from '@halyard/edge';
import { type ServerType, serve } from '@hono/node-server';

export const APP = 'shop';
export const CONFIG_TOKEN = 'hly_config';
export const PAGE_TOKEN = 'hly_page';

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** A boolean flag that is on or off for everybody. */
export const switched = (key: string, on: boolean, more: object = {}): object => ({
  key,
  enabled: on,
  variations: { on: true, off: false },
  default_variation: 'on',
  off_variation: 'off',
  rules: [],
  ...more,
});

/** A flag that serves one value to everybody. */
export const constant = (key: string, value: unknown, more: object = {}): object => ({
  key,
  enabled: true,
  variations: { only: value },
  default_variation: 'only',
  rules: [],
  ...more,
});

/** What providers are pointed at. */
export interface AnyEdge {
  readonly url: string;
  /** The next commit: each flag or segment, or a key of the flag cache that is deleted. */
  commit(...changes: readonly (object | string)[]): Promise<void>;
  close(): Promise<void>;
}

type MemoryCache = ReturnType<typeof createMemoryCache>;

/** The edge as it is deployed, behind a real socket, before a flag cache in memory that outlives it. */
export class RealEdge implements AnyEdge {
  readonly #cache: MemoryCache;
  #edge: Edge | null = null;
  #server: ServerType | null = null;
  #port = 0;
  /** Requests since the start. */
  asked = 0;

  constructor(cache: MemoryCache = createMemoryCache({ now: Date.now })) {
    this.#cache = cache;
  }

  /** Another edge before the same flag cache; `stop` ends it. */
  beside(): Promise<RealEdge> {
    return new RealEdge(this.#cache).start();
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /**
   * @param origin the page that may use PAGE_TOKEN; default any place that sends no origin
   * @param history that the versions are of; default none, as with a control plane of a former release
   */
  async create(flags: readonly object[], origin?: string, history?: History): Promise<this> {
    await fillWith(this.#cache, flags, origin, history);
    return this.start();
  }

  /** Starts the edge; after `stop` on the same port again. */
  async start(): Promise<this> {
    this.asked = 0;
    const edge = createEdge({
      cache: this.#cache,
      account: 'default',
      id: crypto.randomUUID(),
      now: Date.now,
      log: silent,
      standalone: true,
    });
    await edge.start();
    this.#edge = edge;
    await new Promise<void>((resolve) => {
      const fetch = (...given: Parameters<typeof edge.app.fetch>) => {
        this.asked += 1;
        return edge.app.fetch(...given);
      };
      this.#server = serve({ fetch, hostname: '127.0.0.1', port: this.#port }, ({ port }) => {
        this.#port = port;
        resolve();
      });
    });
    return this;
  }

  /** Cuts every connection. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    const closed = new Promise((resolve) => (server === null ? resolve(null) : server.close(resolve)));
    if (server !== null && 'closeAllConnections' in server) server.closeAllConnections();
    await this.#edge?.close();
    await closed;
  }

  async commit(...changes: readonly (object | string)[]): Promise<void> {
    await commitTo(this.#cache, changes);
  }

  async close(): Promise<void> {
    await this.stop();
    await this.#cache.close();
  }
}

/** The account, its tokens, and the app with these flags. */
export const fillWith = async (
  cache: FlagCache,
  flags: readonly object[],
  origin?: string,
  history?: History,
): Promise<void> => {
  const token = (
    secret: string,
    permission: TokenEntry['permission'],
    more: object = {},
  ): [string, string] => [
    tokenKey(createHash('sha256').update(secret).digest('hex')),
    JSON.stringify({ id: secret, name: secret, permission, app_ids: [APP], ...more } satisfies TokenEntry),
  ];
  await cache.replace(accountSpace('default'), {
    version: 1,
    entries: new Map([
      [appKey(APP), JSON.stringify({ id: APP, name: APP })],
      [SECRET_KEY, JSON.stringify({ secret: 'a secret of the test' })],
      token(CONFIG_TOKEN, 'config'),
      token(PAGE_TOKEN, 'evaluate', origin === undefined ? {} : { allowed_origins: [origin] }),
    ]),
  });
  await cache.replace(appSpace('default', APP), {
    version: 1,
    ...(history === undefined ? {} : { history }),
    entries: new Map(flags.map((flag) => [keyOf(flag), JSON.stringify(flag)])),
  });
};

export const commitTo = async (cache: FlagCache, changes: readonly (object | string)[]): Promise<void> => {
  const space = appSpace('default', APP);
  const { version = 0, history } = (await cache.head(space)) ?? {};
  const answer = await cache.publish(space, {
    version: version + 1,
    ...(history === undefined ? {} : { history }),
    changes: changes.map((change) =>
      typeof change === 'string'
        ? { key: change, value: null }
        : { key: keyOf(change), value: JSON.stringify(change) },
    ),
  });
  if (answer !== 'applied') throw new Error(`commit ${version + 1} was answered ${answer}`);
};

/** Of the entry in the flag cache; what has members is a segment. */
const keyOf = (flag: object): string => {
  if ('key' in flag && typeof flag.key === 'string') {
    return 'include' in flag ? `segment/${flag.key}` : flag.key;
  }
  throw new Error('a flag of the test has no key');
};
