import { Miniflare } from 'miniflare';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundleWorker } from './bundle.ts';

const TOKEN = 'hly_of-the-test-0123456789';
const MODULE = { type: 'ESModule', path: 'worker.js' } as const;
const compatibilityDate = '2026-07-01';

let miniflare: Miniflare;

/** The whole product: the control plane and its objects, and two evaluators at a location of KV that can be left behind. */
beforeAll(async () => {
  const [controlPlane, evaluator, caller] = await Promise.all([
    bundleWorker('control-plane/workers/worker.ts'),
    bundleWorker('evaluator/edge/workers/worker.ts'),
    bundleWorker('test/workers/in-caller.ts'),
  ]);
  const flaky = { name: 'caller', entrypoint: 'FlakyKv' };
  const bindings = { HALYARD_FRESH_MS: '0', HALYARD_LOG: 'silent' };
  const modules = [{ ...MODULE, contents: evaluator }];
  miniflare = new Miniflare({
    workers: [
      {
        name: 'caller',
        compatibilityDate,
        routes: ['http://caller.test/*'],
        modules: [{ ...MODULE, contents: caller }],
        kvNamespaces: { KV: 'flags' },
        serviceBindings: { LOCATION: flaky },
      },
      {
        name: 'control-plane',
        compatibilityDate,
        routes: ['http://flags.test/*'],
        modules: [{ ...MODULE, contents: controlPlane }],
        kvNamespaces: { FLAG_CACHE: 'flags' },
        durableObjects: {
          ACCOUNTS: { className: 'AccountObject', useSQLite: true },
          APPS: { className: 'AppObject', useSQLite: true },
        },
        serviceBindings: { ASSETS: () => new Response(null, { status: 404 }) as never },
        bindings: { HALYARD_ADMIN_TOKEN: TOKEN, HALYARD_LOG: 'silent' },
      },
      {
        name: 'evaluator',
        compatibilityDate,
        routes: ['http://evaluator.test/*'],
        modules,
        serviceBindings: { FLAG_CACHE: flaky, HEADS: { name: 'control-plane', entrypoint: 'Heads' } },
        bindings,
      },
      {
        name: 'by-kv-alone',
        compatibilityDate,
        routes: ['http://by-kv-alone.test/*'],
        modules,
        serviceBindings: { FLAG_CACHE: flaky },
        bindings,
      },
    ],
  });
  await miniflare.ready;
});
afterAll(() => miniflare.dispose());

const manage = async (method: string, path: string, body: object) => {
  const response = await miniflare.dispatchFetch(
    `http://flags.test/client/v4/accounts/default/flagship${path}`,
    {
      method,
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    },
  );
  // What is read of it is checked by the test.
  const { result } = (await response.json()) as { readonly result: Readonly<Record<string, string>> };
  return { status: response.status, result };
};

const location = (method: string, ...args: unknown[]) =>
  miniflare.dispatchFetch('http://caller.test/', {
    method: 'POST',
    body: JSON.stringify({ binding: 'LOCATION', method, args }),
  });

test('a toggle reaches an isolate though its location of KV has not heard of it', async () => {
  const { result: app } = await manage('POST', '/apps', { name: 'shop' });
  const { result: token } = await manage('POST', '/tokens', { name: 'service', permission: 'evaluate' });
  const flag = { enabled: true, variations: { on: true, off: false }, default_variation: 'off', rules: [] };
  const path = `/apps/${app['id']}/flags`;
  expect((await manage('POST', path, { key: 'checkout', ...flag })).status).toBe(201);

  const value = async (evaluator: string): Promise<unknown> => {
    const response = await miniflare.dispatchFetch(
      `http://${evaluator}.test/apps/${app['id']}/ofrep/v1/evaluate/flags/checkout`,
      { method: 'POST', headers: { authorization: `Bearer ${token['secret']}` } },
    );
    const answer = await response.json();
    return typeof answer === 'object' && answer !== null && 'value' in answer ? answer.value : answer;
  };
  await expect.poll(() => value('evaluator'), { timeout: 10_000 }).toBe(false);
  await expect.poll(() => value('by-kv-alone'), { timeout: 10_000 }).toBe(false);

  await location('freeze');
  expect(await value('by-kv-alone')).toBe(false);
  expect((await manage('PATCH', `${path}/checkout`, { default_variation: 'on' })).status).toBe(200);
  const began = performance.now();
  await expect.poll(() => value('evaluator'), { timeout: 10_000, interval: 10 }).toBe(true);
  console.log(`the evaluator shows the toggle after ${Math.round(performance.now() - began)} ms`);
  expect(await value('by-kv-alone')).toBe(false);
});
