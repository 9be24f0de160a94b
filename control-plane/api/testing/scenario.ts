import { createMemoryCache } from '@halyard/caches/memory';
import { afterAll, beforeEach, test } from 'vitest';
import { mintSecret, sha256Hex, systemRandom } from '../../access/secret.ts';
import type { FlagEntry } from '../../model/changelog.ts';
import type { NewToken } from '../../model/token.ts';
import { takeReport } from '../../observing/collect.ts';
import type { Stores } from '../../store/port.ts';
import { openSqliteStores } from '../../store/sqlite/index.ts';
import { createMetrics } from '../calls/metrics.ts';
import { type ControlPlane, type ControlPlaneOptions, createControlPlane } from '../control-plane.ts';
import type { Log } from '../http/setting.ts';

/** Where the scenarios play: a process of Node, or Cloudflare Workers (in workerd). */
export const HOME: 'node' | 'workers' = process.env['HALYARD_TEST_HOME'] === 'workers' ? 'workers' : 'node';

/** For what only a process of Node has, or what can be seen of it only from inside. */
export const onNode = (title: string, body: () => Promise<void>): void => {
  if (HOME === 'node') test(title, body);
};

/** A control plane on a real store, with one app and an admin token: what the scenarios play on. */
export interface Ground {
  /** On Node. */
  readonly controlPlane: ControlPlane;
  /** On Workers, what is data in and data out. */
  readonly stores: Stores;
  /** On Node. */
  readonly cache: ReturnType<typeof createMemoryCache>;
  readonly app: string;
  readonly admin: string;
  /** Everything that was logged, as JSON text. */
  readonly logged: string[];
  /** The clock that everything but real waiting goes by. */
  readonly clock: { ms: number };
  mint(token: Partial<NewToken>): Promise<{ id: string; secret: string }>;
  ask(method: string, path: string, options?: AskOptions): Promise<Asked>;
  request(url: string, init: RequestInit): Promise<Response>;
  mintSignInLink: ControlPlane['mintSignInLink'];
  forgetDeleted: ControlPlane['forgetDeleted'];
  expireEnvironments: ControlPlane['expireEnvironments'];
  /** What an edge files of what it counted, as JSON text. */
  report(text: string): Promise<void>;
  /** Of flags. */
  changelog(app?: string): Promise<readonly FlagEntry[]>;
  /** Of the app: the keys of every commit that the replicator has to deliver. */
  outbox(app?: string): Promise<readonly { version: number; keys: readonly string[] }[]>;
  close(): Promise<void>;
}

export interface AskOptions {
  readonly token?: string | null;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Asked {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape, and a wrong path fails the expectation.
  readonly json: any;
}

export const ACCOUNT = 'acme';
export const START = Date.UTC(2026, 10, 24, 9, 0, 0);

/** The tests that give the control plane something of theirs are for Node. */
export const openGround = async (options: Partial<ControlPlaneOptions> = {}): Promise<Ground> => {
  if (HOME === 'workers') return (await import('../../workers/testing/ground.ts')).openWorkersGround();
  const clock = { ms: START };
  const now = (): number => clock.ms;
  const logged: string[] = [];
  const write = (fields: object, message: string): void => {
    logged.push(JSON.stringify({ ...fields, message }, errorsToo));
  };
  const log: Log = { debug: write, info: write, warn: write, error: write };
  const stores = await openSqliteStores(':memory:', { now, log });
  const cache = createMemoryCache({ now });
  const controlPlane = createControlPlane({
    stores,
    cache,
    account: ACCOUNT,
    now,
    log,
    publicUrl: null,
    metrics: createMetrics(),
    ...options,
  });
  const settled = await settle(stores);
  await controlPlane.start();
  const request: Ground['request'] = async (url, init) => controlPlane.app.request(url, init);

  return {
    controlPlane,
    stores,
    cache,
    ...settled,
    logged,
    clock,
    request,
    ask: asking(request, settled.admin),
    mintSignInLink: controlPlane.mintSignInLink,
    forgetDeleted: controlPlane.forgetDeleted,
    expireEnvironments: controlPlane.expireEnvironments,
    report: (text) => takeReport(stores.app(ACCOUNT, settled.app).tallies, text, { now: now(), random: 1 }),

    async changelog(of = settled.app) {
      const entries: FlagEntry[] = [];
      for await (const entry of stores.app(ACCOUNT, of).everyEntry()) {
        if (entry.kind === undefined) entries.push(entry);
      }
      return entries;
    },

    async outbox(of = settled.app) {
      const commits = await stores.app(ACCOUNT, of).outbox.commits(0, 1_000);
      return commits.map(({ version, changes }) => ({ version, keys: changes.map(({ key }) => key) }));
    },

    async close() {
      await controlPlane.close();
      await cache.close();
      await stores.close();
    },
  };
};

/** A ground of its own for each test of a file, with what `prepare` puts there. */
export const groundForEach = (prepare: (ground: Ground) => Promise<unknown> = async () => {}): Ground => {
  const opened: Ground[] = [];
  beforeEach(async () => {
    const ground = await openGround();
    opened.push(ground);
    await prepare(ground);
  });
  afterAll(async () => {
    for (const each of opened) await each.close();
  });
  const current = (): Ground => {
    const ground = opened.at(-1);
    if (ground === undefined) throw new Error('No test has begun.');
    return ground;
  };
  // Stands for the ground of the test that runs.
  return new Proxy({} as Ground, { get: (_, name) => Reflect.get(current(), name) });
};

/** The account with one app, and an admin's token. */
export const settle = async (stores: Stores): Promise<Pick<Ground, 'app' | 'admin' | 'mint'>> => {
  const at = new Date(START).toISOString();
  const by = { actor: { name: 'ground', token_id: '' }, at, comment: null };
  await stores.accounts.ensureAccount(ACCOUNT, at);
  let minted = 0;
  const mint: Ground['mint'] = async (token) => {
    const secret = mintSecret('hly_', systemRandom);
    const id = `t-${crypto.randomUUID().slice(0, 8)}`;
    await stores.accounts.createToken(
      ACCOUNT,
      {
        id,
        hash: await sha256Hex(secret),
        name: minted++ === 0 ? 'ada' : `somebody ${minted}`,
        permission: 'admin',
        app_ids: null,
        allowed_origins: null,
        expires_at: null,
        ...token,
      },
      by,
    );
    return { id, secret };
  };
  const { secret: admin } = await mint({});
  const app = 'shop';
  await stores.accounts.createApp(ACCOUNT, { id: app, name: 'Shop', client_side_default: true }, by);
  return { app, admin, mint };
};

/** Asks as the scenarios do: below the account, as an admin, with JSON. */
export const asking =
  (request: Ground['request'], admin: string): Ground['ask'] =>
  async (method, path, { token = admin, body, headers } = {}) => {
    const url = path.startsWith('/client') || !path.startsWith('/apps') ? path : flagship(path);
    const response = await request(`http://halyard.test${url}`, {
      method,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: jsonOf(response, text) };
  };

export const flagship = (path: string): string => `/client/v4/accounts/${ACCOUNT}/flagship${path}`;

const jsonOf = (response: Response, text: string): unknown =>
  text !== '' && response.headers.get('content-type')?.startsWith('application/json') === true
    ? JSON.parse(text)
    : null;

const errorsToo = (_: string, value: unknown): unknown =>
  value instanceof Error ? { name: value.name, message: value.message, stack: value.stack } : value;

/** A flag as people write one. */
export const FLAG = {
  key: 'new-checkout',
  enabled: true,
  variations: { on: true, off: false },
  default_variation: 'off',
  rules: [
    {
      priority: 1,
      conditions: [{ attribute: 'plan', operator: 'equals', value: 'pro' }],
      serve_variation: 'on',
    },
    { priority: 2, conditions: [], serve_variation: 'on', rollout: { percentage: 5 } },
  ],
} as const;
