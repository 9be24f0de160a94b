import {
  accountSpace,
  appKey,
  appSpace,
  type Change,
  type FlagCache,
  type History,
  revisionOf,
  SECRET_KEY,
  type TokenEntry,
  tokenKey,
} from '@halyard/caches';
import type { EdgeOptions } from '../../options.ts';

export const ACCOUNT = 'default';
export const APP = 'shop';
export const NOON = Date.parse('2026-05-04T12:00:00Z');
/** Of every space of the fixture. */
export const HISTORY: History = { identity: 'the-database', epoch: `${NOON}-0123456789abcdef` };
/** A version of it as ETags and ids of events say it. */
export const revision = (version: number): string => revisionOf({ version, history: HISTORY });

/** Tokens of the fixture, by the secret that a test sends. */
export const TOKENS = {
  evaluate: { id: 't-evaluate', name: 'service', permission: 'evaluate', app_ids: [APP] },
  config: { id: 't-config', name: 'provider', permission: 'config', app_ids: [APP] },
  browser: {
    id: 't-browser',
    name: 'page',
    permission: 'evaluate',
    app_ids: [APP],
    allowed_origins: ['https://shop.example'],
  },
  other: { id: 't-other', name: 'other', permission: 'config', app_ids: ['blog'] },
  every: { id: 't-every', name: 'every app', permission: 'config' },
} as const satisfies Readonly<Record<string, TokenEntry>>;

export const onFlag = (key: string, more: object = {}): object => ({
  key,
  enabled: true,
  variations: { on: true, off: false },
  default_variation: 'on',
  rules: [],
  ...more,
});

/** Serves `gold` to the plan gold, else `plain`. */
export const planFlag = (key: string, more: object = {}): object => ({
  key,
  enabled: true,
  variations: { gold: 'G', plain: 'P' },
  default_variation: 'plain',
  rules: [
    {
      priority: 1,
      conditions: [{ attribute: 'plan', operator: 'equals', value: 'gold' }],
      serve_variation: 'gold',
    },
  ],
  ...more,
});

export const sha256 = async (text: string): Promise<string> => {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Buffer.from(digest).toString('hex');
};

export interface World {
  readonly cache: FlagCache;
  /** Epoch milliseconds; tests move it. */
  time: number;
  /** Publishes the next commit of an app: each flag, or null for a deleted one. */
  commit(flags: Readonly<Record<string, object | string | null>>, app?: string): Promise<number>;
  /** Publishes the next commit of the account. */
  accountCommit(changes: readonly Change[]): Promise<void>;
  /** A secret whose token is replicated. */
  mint(secret: string, token: TokenEntry): Promise<void>;
  revoke(secret: string): Promise<void>;
  request(path: string, init?: RequestInit): Promise<Response>;
  /** POSTs a context to `/ofrep/v1/evaluate/flags{path}`, with the secret `evaluate` unless told otherwise. */
  evaluate(path: string, context: object, headers?: Readonly<Record<string, string>>): Promise<Response>;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Response>;
  close(): Promise<void>;
}

/** Where an edge runs. Its worlds hold the account, its tokens, and the app `shop` with the given flags. */
export interface Home {
  readonly name: string;
  start(
    flags: Readonly<Record<string, object | string>>,
    options?: Partial<Pick<EdgeOptions, 'account' | 'limits' | 'standalone'>>,
  ): Promise<World>;
}

export const fillCache = async (
  cache: FlagCache,
  flags: Readonly<Record<string, object | string>>,
  account = ACCOUNT,
  history = HISTORY,
): Promise<void> => {
  const tokens = Object.entries(TOKENS).map(
    async ([secret, token]): Promise<[string, string]> => [
      tokenKey(await sha256(secret)),
      JSON.stringify(token),
    ],
  );
  await cache.replace(accountSpace(account), {
    version: 1,
    history,
    entries: new Map([
      [appKey(APP), JSON.stringify({ id: APP, name: APP })],
      [appKey('blog'), JSON.stringify({ id: 'blog', name: 'blog' })],
      [SECRET_KEY, JSON.stringify({ secret: 'a secret of the test' })],
      ...(await Promise.all(tokens)),
    ]),
  });
  await cache.replace(appSpace(account, APP), {
    version: 1,
    history,
    entries: new Map(texts(flags)),
  });
};

export interface WorldParts {
  readonly cache: FlagCache;
  /** Read by the edge. */
  readonly clock: { time: number };
  readonly request: World['request'];
  readonly close: () => Promise<void>;
}

export const worldOf = ({ cache, clock, request, close }: WorldParts): World => {
  const next = async (space: string, changes: readonly Change[]): Promise<number> => {
    const head = await cache.head(space);
    const version = (head?.version ?? 0) + 1;
    const { history } = head ?? {};
    const answer = await cache.publish(space, {
      version,
      changes,
      ...(history === undefined ? {} : { history }),
    });
    if (answer !== 'applied') throw new Error(`The commit ${version} of ${space} was answered ${answer}.`);
    return version;
  };
  return {
    cache,
    request,
    close,
    get time() {
      return clock.time;
    },
    set time(time) {
      clock.time = time;
    },
    commit: (changed, app = APP) =>
      next(
        appSpace(ACCOUNT, app),
        Object.entries(changed).map(([key, flag]) => ({ key, value: flag === null ? null : text(flag) })),
      ),
    accountCommit: async (changes) => {
      await next(accountSpace(ACCOUNT), changes);
    },
    mint: async (secret, token) => {
      await next(accountSpace(ACCOUNT), [
        { key: tokenKey(await sha256(secret)), value: JSON.stringify(token) },
      ]);
    },
    revoke: async (secret) => {
      await next(accountSpace(ACCOUNT), [{ key: tokenKey(await sha256(secret)), value: null }]);
    },
    evaluate: (path, context, headers = {}) =>
      request(`/ofrep/v1/evaluate/flags${path}`, {
        method: 'POST',
        body: JSON.stringify({ context }),
        headers: { authorization: 'Bearer evaluate', 'content-type': 'application/json', ...headers },
      }),
    get: (path, headers = {}) => request(path, { headers: { authorization: 'Bearer config', ...headers } }),
  };
};

const text = (flag: object | string): string => (typeof flag === 'string' ? flag : JSON.stringify(flag));

const texts = (flags: Readonly<Record<string, object | string>>): [string, string][] =>
  Object.entries(flags).map(([key, flag]) => [key, text(flag)]);

export interface Events {
  /** The next event or comment, without its blank line; null at the end. */
  next(): Promise<string | null>;
  cancel(): Promise<void>;
}

/** Reads server-sent events one by one. */
export const eventsOf = (response: Response): Events => {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = '';
  return {
    async next() {
      for (;;) {
        const end = buffer.indexOf('\n\n');
        if (end !== -1) {
          const event = buffer.slice(0, end);
          buffer = buffer.slice(end + 2);
          return event;
        }
        const read = await reader?.read();
        if (read === undefined || read.done) return null;
        buffer += read.value;
      }
    },
    async cancel() {
      await reader?.cancel();
    },
  };
};

export interface BulkAnswer {
  readonly flags: readonly {
    readonly key: string;
    readonly value?: unknown;
    readonly variant?: string;
    readonly errorCode?: string;
  }[];
  readonly eventStreams: readonly { readonly endpoint: { readonly requestUri: string } }[];
}

export const bulkOf = async (response: Response): Promise<BulkAnswer> =>
  // What the edge answers here is checked by the test that reads it.
  (await response.json()) as BulkAnswer;
