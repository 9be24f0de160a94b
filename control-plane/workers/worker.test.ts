import type { ObjectNamespace } from 'cloudflare:workers';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accountSpace, appSpace, DEFAULT_PREFIX } from '@halyard/caches';
import { type KvNamespace, openKvCache } from '@halyard/caches/kv';
import { Miniflare } from 'miniflare';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { objectName } from './places.ts';
import type { AccountStub, AppStub } from './stubs.ts';
import { bundleWorker } from './testing/bundle.ts';

const TOKEN = 'hly_of-the-test-0123456789';
const WAIT = { timeout: 10_000, interval: 20 };

/** A Worker that hands on what is asked of KV, or refuses it. */
const SWITCHED_KV = `import { WorkerEntrypoint } from 'cloudflare:workers';
let away = false;
const kv = (env) => {
  if (away) throw new Error('KV is away');
  return env.KV;
};
export default class extends WorkerEntrypoint {
  async fetch(request) {
    away = new URL(request.url).pathname === '/away';
    return new Response('ok');
  }
  get(...given) { return kv(this.env).get(...given); }
  put(...given) { return kv(this.env).put(...given); }
  delete(...given) { return kv(this.env).delete(...given); }
  list(...given) { return kv(this.env).list(...given); }
}`;

let script: string;
let token = TOKEN;
let prefix = DEFAULT_PREFIX;
let folder: string;
let miniflare: Miniflare;

const start = (): Miniflare =>
  new Miniflare({
    durableObjectsPersist: join(folder, 'objects'),
    kvPersist: join(folder, 'kv'),
    workers: [
      {
        name: 'control-plane',
        routes: ['http://flags.test/*'],
        modules: true,
        script,
        compatibilityDate: '2026-07-01',
        durableObjects: {
          ACCOUNTS: { className: 'AccountObject', useSQLite: true },
          APPS: { className: 'AppObject', useSQLite: true },
        },
        serviceBindings: { FLAG_CACHE: 'kv', ASSETS: () => new Response(null, { status: 404 }) },
        bindings: { HALYARD_ADMIN_TOKEN: token, HALYARD_CACHE_PREFIX: prefix, HALYARD_LOG: 'silent' },
      },
      {
        name: 'kv',
        routes: ['http://kv.test/*'],
        modules: true,
        script: SWITCHED_KV,
        compatibilityDate: '2026-07-01',
        kvNamespaces: { KV: 'flags' },
      },
    ],
  });

beforeAll(async () => {
  script = await bundleWorker(new URL('./worker.ts', import.meta.url));
  folder = await mkdtemp(join(tmpdir(), 'halyard-workers-'));
  miniflare = start();
});
afterAll(async () => {
  await miniflare.dispose();
  await rm(folder, { recursive: true });
});

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape, and a wrong path fails the expectation.
const ask = async (method: string, path: string, body?: unknown): Promise<any> => {
  const response = await miniflare.dispatchFetch(
    `http://flags.test/client/v4/accounts/default/flagship${path}`,
    {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    },
  );
  return response.json();
};
const makeApp = async (name: string): Promise<string> => (await ask('POST', '/apps', { name })).result.id;
const flag = { variations: { on: true, off: false }, default_variation: 'off', rules: [], enabled: true };
const put = (app: string, key: string) => ask('POST', `/apps/${app}/flags`, { key, ...flag });

const cached = async (space: string) => {
  const { KV } = await miniflare.getBindings<{ readonly KV: KvNamespace }>('kv');
  return openKvCache({ namespace: KV, prefix, now: Date.now }).load(space);
};
/** An object, to be asked as the other objects ask it. */
const objectOf = async <Stub>(binding: string, name: string): Promise<Stub> => {
  const objects: unknown = await miniflare.getDurableObjectNamespace(binding, 'control-plane');
  // Miniflare's own type knows no methods of ours.
  const namespace = objects as ObjectNamespace<Stub>;
  return namespace.get(namespace.idFromName(name));
};
const kvIs = (state: 'away' | 'back') => miniflare.dispatchFetch(`http://kv.test/${state}`);

test('a commit comes to the flag cache by itself, and so do the apps and tokens of the account', async () => {
  const app = await makeApp('delivered');
  await vi.waitFor(async () => expect((await cached(appSpace('default', app)))?.version).toBe(0), WAIT);
  await put(app, 'a');
  await vi.waitFor(async () => {
    const snapshot = await cached(appSpace('default', app));
    expect([snapshot?.version, [...(snapshot?.entries.keys() ?? [])]]).toEqual([1, ['a']]);
  }, WAIT);
  const account = await cached(accountSpace('default'));
  expect(account?.entries.get(`app/${app}`)).toBe(JSON.stringify({ id: app, name: 'delivered' }));
});

test('what is committed while the flag cache is away comes there when it is back', async () => {
  const app = await makeApp('kept');
  await put(app, 'a');
  await kvIs('away');
  for (const key of ['b', 'c', 'd']) expect((await put(app, key)).success).toBe(true);
  await kvIs('back');
  await vi.waitFor(async () => {
    const snapshot = await cached(appSpace('default', app));
    expect([snapshot?.version, snapshot?.entries.size]).toEqual([4, 4]);
  }, WAIT);
});

test('a deleted app leaves the flag cache, and the account’s log keeps its last hash', async () => {
  const app = await makeApp('gone');
  await put(app, 'a');
  const { hash } = (await ask('GET', `/apps/${app}/changelog`)).result[0];
  expect((await ask('DELETE', `/apps/${app}`)).success).toBe(true);
  expect((await put(app, 'b')).errors[0].code).toBe(1004);
  await vi.waitFor(async () => expect(await cached(appSpace('default', app))).toBe(null), WAIT);
  await vi.waitFor(async () => {
    expect((await cached(accountSpace('default')))?.entries.has(`app/${app}`)).toBe(false);
  }, WAIT);
  const account = await objectOf<AccountStub>('ACCOUNTS', 'default');
  expect(await account.ask('accountLog', ['default', { limit: 1 }])).toMatchObject({
    value: {
      items: [{ event: 'app_deleted', detail: { app, version: 1, flags: 1, entries: 1, last_hash: hash } }],
    },
  });
  expect((await ask('GET', `/apps/${app}/flags`)).errors[0].code).toBe(1004);
});

test('an app whose deletion broke off in the middle goes on', async () => {
  const app = await makeApp('spared');
  await put(app, 'a');
  const place = { account: 'default', app };
  const object = await objectOf<AppStub>('APPS', objectName(place));
  expect(await object.end(place)).toMatchObject({ version: 1, flag_count: 1, entry_count: 1 });
  expect((await put(app, 'b')).success).toBe(true);
  expect((await ask('GET', `/apps/${app}/flags`)).result.length).toBe(2);
});

test('a write whose body was still coming when its app was deleted is refused, not lost', async () => {
  const app = await makeApp('late');
  await put(app, 'a');
  // Until KV is back the object keeps what it had.
  await kvIs('away');
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const body = writable.getWriter();
  const late = miniflare.dispatchFetch(
    `http://flags.test/client/v4/accounts/default/flagship/apps/${app}/flags/a`,
    {
      method: 'PATCH',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      body: readable,
      duplex: 'half',
    } as Parameters<Miniflare['dispatchFetch']>[1],
  );
  await body.write(new TextEncoder().encode('{"description":'));
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect((await ask('DELETE', `/apps/${app}`)).success).toBe(true);
  await body.write(new TextEncoder().encode('"late"}'));
  await body.close();
  expect([404, 503]).toContain((await late).status);
  await kvIs('back');
});

test('a stream tells what is committed', async () => {
  const app = await makeApp('streamed');
  const response = await miniflare.dispatchFetch(
    `http://flags.test/client/v4/accounts/default/flagship/apps/${app}/events`,
    { headers: { authorization: `Bearer ${TOKEN}` } },
  );
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  await put(app, 'a');
  let text = '';
  while (!text.includes('"commit"')) text += (await reader?.read())?.value;
  expect(text).toContain('"keys":["a"]');
  await reader?.cancel();
});

test('everything is there after a restart, and the first start is not repeated', async () => {
  const app = await makeApp('lasting');
  await put(app, 'a');
  const minted = await ask('POST', '/tokens', { name: 'ada', permission: 'read' });
  const before = [await ask('GET', '/tokens'), await ask('GET', `/apps/${app}/changelog`)];
  await kvIs('away');
  await put(app, 'b');
  await miniflare.dispose();
  miniflare = start();
  expect((await ask('GET', '/tokens')).result.map((token: { id: string }) => token.id)).toEqual(
    before[0].result.map((token: { id: string }) => token.id),
  );
  expect((await ask('GET', `/apps/${app}/changelog`)).result.at(-1)).toEqual(before[1].result.at(-1));
  expect(minted.result.token ?? minted.result.secret).toMatch(/^hly_/);
  // What was not delivered before it ended is delivered by the alarm that was set with it.
  await vi.waitFor(async () => {
    expect((await cached(appSpace('default', app)))?.version).toBe(2);
  }, WAIT);
});

test('a deployment whose admin token was revoked says so, and works again with another one', async () => {
  const app = await makeApp('locked');
  const { result } = await ask('GET', '/tokens');
  const { id } = result.find((token: { name: string }) => token.name === 'admin');
  const account = await objectOf<AccountStub>('ACCOUNTS', 'default');
  const write = { actor: { name: 'ada', token_id: '' }, at: new Date().toISOString(), comment: null };
  await account.ask('revokeToken', ['default', id, write]);
  await miniflare.dispose();
  miniflare = start();
  const refusal = 'HALYARD_ADMIN_TOKEN was revoked; choose another one.';
  for (const path of ['/apps', `/apps/${app}/flags`]) {
    expect((await ask('GET', path)).errors).toEqual([
      { code: 1014, message: expect.stringContaining(refusal) },
    ]);
  }
  await miniflare.dispose();
  token = `${TOKEN}-another`;
  miniflare = start();
  expect((await ask('GET', `/apps/${app}`)).result.name).toBe('locked');
});

test('under a prefix of its own an installation writes everything anew, and leaves what is under the other', async () => {
  const app = await makeApp('prefixed');
  await put(app, 'a');
  const space = appSpace('default', app);
  await vi.waitFor(async () => expect((await cached(space))?.version).toBe(1), WAIT);
  await miniflare.dispose();
  prefix = 'two';
  miniflare = start();
  await put(app, 'b');
  await makeApp('another');
  await vi.waitFor(
    async () => expect([...((await cached(space))?.entries.keys() ?? [])]).toEqual(['a', 'b']),
    WAIT,
  );
  await vi.waitFor(async () => {
    const entries = (await cached(accountSpace('default')))?.entries;
    expect([...(entries?.keys() ?? [])]).toContain(`app/${app}`);
  }, WAIT);
  prefix = DEFAULT_PREFIX;
  expect((await cached(space))?.version).toBe(1);
});
