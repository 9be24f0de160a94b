import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { accountSpace, appSpace, type History, newEpoch } from '@halyard/caches';
import { type KvNamespace, openKvCache } from '@halyard/caches/kv';
import { fillCache, onFlag, planFlag } from '@halyard/edge/suites';
import { Miniflare } from 'miniflare';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { bundleWorker } from './bundle.ts';

const MODULE = { type: 'ESModule', path: 'worker.js' } as const;
const compatibilityDate = '2026-07-01';
/** Answers at `http://{name}.test`. */
const named = (name: string) => ({ name, compatibilityDate, routes: [`http://${name}.test/*`] });

let miniflare: Miniflare;
let cache: ReturnType<typeof openKvCache>;

/** `FLAGS` evaluates the app `shop`; the others are bound otherwise, or to isolates before a KV that can be cut off. */
beforeAll(async () => {
  const [worker, caller, example] = await Promise.all([
    bundleWorker('evaluator/edge/workers/worker.ts'),
    bundleWorker('test/workers/in-caller.ts'),
    bundleWorker('test/workers/example/worker.ts', { external: [/^node:/] }),
  ]);
  const modules = [{ ...MODULE, contents: worker }];
  const kvNamespaces = { FLAG_CACHE: 'flags' };
  const bindings = { HALYARD_FRESH_MS: '0', HALYARD_LOG: 'silent' };
  const flags = (service: string, props?: object) => ({ name: service, entrypoint: 'Flags', props });
  const flaky = { name: 'caller', entrypoint: 'FlakyKv' };
  miniflare = new Miniflare({
    workers: [
      {
        ...named('caller'),
        modules: [{ ...MODULE, contents: caller }],
        kvNamespaces: { KV: 'flags' },
        serviceBindings: {
          FLAGS: flags('halyard-evaluator', { app: 'shop' }),
          NOWHERE: flags('halyard-evaluator', { app: 'nowhere' }),
          UNNAMED: flags('halyard-evaluator'),
          BY_VARIABLE: flags('of-one-app'),
          CUT_OFF: flags('cut-off', { app: 'shop' }),
          COLD: flags('cold', { app: 'shop' }),
          IN_TIME: flags('in-time', { app: 'shop' }),
          KV_SWITCH: flaky,
        },
      },
      { ...named('halyard-evaluator'), modules, kvNamespaces, bindings },
      { ...named('of-one-app'), modules, kvNamespaces, bindings: { ...bindings, HALYARD_APP: 'shop' } },
      { ...named('cut-off'), modules, serviceBindings: { FLAG_CACHE: flaky }, bindings },
      { ...named('cold'), modules, serviceBindings: { FLAG_CACHE: flaky }, bindings },
      { ...named('in-time'), modules, kvNamespaces, bindings: { ...bindings, HALYARD_FRESH_MS: '1000' } },
      { ...named('unreached'), modules, serviceBindings: { FLAG_CACHE: flaky }, bindings },
      {
        ...named('halyard-example'),
        compatibilityFlags: ['nodejs_compat'],
        modules: [{ ...MODULE, contents: example }],
        serviceBindings: { FLAGS: flags('halyard-evaluator', { app: 'shop' }) },
      },
    ],
  });
  const { KV } = await miniflare.getBindings<{ readonly KV: KvNamespace }>('caller');
  cache = openKvCache({ namespace: KV, now: Date.now, headEveryMs: 0 });
});
afterAll(() => miniflare.dispose());

/** A newer one for each test: the same cache is filled anew. */
let history: History = { identity: 'the-database', epoch: newEpoch(Date.now()) };

beforeEach(async () => {
  history = { ...history, epoch: newEpoch(Date.now(), history.epoch) };
  const flags = {
    'new-checkout': onFlag('new-checkout'),
    banner: planFlag('banner', { metadata: { team: 'growth' } }),
    limit: { ...onFlag('limit'), variations: { on: 7, off: 3 } },
    theme: { ...onFlag('theme'), variations: { on: { dark: true }, off: [] } },
    broken: '{"key":',
  };
  await fillCache(cache, flags, 'default', history);
});

const commit = async (key: string, flag: object): Promise<void> => {
  const space = appSpace('default', 'shop');
  const version = ((await cache.head(space))?.version ?? 0) + 1;
  const changes = [{ key, value: JSON.stringify(flag) }];
  await cache.publish(space, { version, changes, history });
};

const on = async (binding: string, method: string, ...args: unknown[]): Promise<unknown> => {
  const response = await miniflare.dispatchFetch('http://caller.test/', {
    method: 'POST',
    body: JSON.stringify({ binding, method, args }),
  });
  return response.json();
};
const flags = (method: string, ...args: unknown[]): Promise<unknown> => on('FLAGS', method, ...args);

describe('the binding', () => {
  test.each([
    ['getBooleanValue', 'new-checkout', false, true],
    ['getStringValue', 'banner', 'x', 'G'],
    ['getNumberValue', 'limit', 0, 7],
    ['getObjectValue', 'theme', {}, { dark: true }],
    ['get', 'new-checkout', '$undefined', true],
    ['get', 'limit', 'any', 7],
  ])('%s of %s with the default %o answers %o', async (method, key, fallback, value) => {
    expect(await flags(method, key, fallback, { plan: 'gold' })).toEqual(value);
  });

  test.each([
    [
      'getBooleanDetails',
      'new-checkout',
      false,
      { value: true, variant: 'on', reason: 'STATIC', flagMetadata: { flagSetId: 'shop' } },
    ],
    [
      'getStringDetails',
      'banner',
      'x',
      {
        value: 'P',
        variant: 'plain',
        reason: 'DEFAULT',
        flagMetadata: { team: 'growth', flagSetId: 'shop' },
      },
    ],
    [
      'getNumberDetails',
      'limit',
      0,
      { value: 7, variant: 'on', reason: 'STATIC', flagMetadata: { flagSetId: 'shop' } },
    ],
    [
      'getObjectDetails',
      'theme',
      {},
      { value: { dark: true }, variant: 'on', reason: 'STATIC', flagMetadata: { flagSetId: 'shop' } },
    ],
  ])('%s of %s says why', async (method, key, fallback, details) => {
    expect(await flags(method, key, fallback)).toEqual({ flagKey: key, ...details });
  });

  test.each([
    [
      'getBooleanDetails',
      'banner',
      true,
      'TYPE_MISMATCH',
      "The flag's type is string; boolean was asked for.",
    ],
    [
      'getStringDetails',
      'limit',
      'mine',
      'TYPE_MISMATCH',
      "The flag's type is number; string was asked for.",
    ],
    ['getNumberDetails', 'theme', 5, 'TYPE_MISMATCH', "The flag's type is json; number was asked for."],
    [
      'getObjectDetails',
      'limit',
      { a: 1 },
      'TYPE_MISMATCH',
      "The flag's type is number; json was asked for.",
    ],
    ['getBooleanDetails', 'missing', true, 'FLAG_NOT_FOUND', 'There is no flag missing.'],
    ['getBooleanDetails', 'broken', true, 'PARSE_ERROR', expect.any(String)],
  ])('%s of %s answers the default with the code', async (method, key, fallback, errorCode, errorMessage) => {
    const details = { flagKey: key, value: fallback, reason: 'ERROR', errorCode, errorMessage };
    expect(await flags(method, key, fallback)).toEqual(details);
    expect(await flags(method.replace('Details', 'Value'), key, fallback)).toEqual(fallback);
  });

  test('get answers undefined where nothing was asked for as a default', async () => {
    expect(await flags('get', 'missing')).toBe('$undefined');
    expect(await flags('get', 'missing', null)).toBe(null);
    expect(await flags('get', 'missing', { mine: true })).toEqual({ mine: true });
  });

  test.each([
    [{ at: '$now', n: '$12345678901234567890', list: [1, { deep: true }], nothing: null }],
    ['$undefined'],
    [null],
  ])('takes the context %o', async (context) => {
    expect(await flags('getBooleanValue', 'new-checkout', false, context)).toBe(true);
  });

  test.each([['plan'], [[1, 2]], [5]])('takes %o for no context, and says so', async (context) => {
    expect(await flags('getBooleanDetails', 'new-checkout', false, context)).toEqual({
      flagKey: 'new-checkout',
      value: false,
      reason: 'ERROR',
      errorCode: 'INVALID_CONTEXT',
      errorMessage: 'The context is no object of attributes.',
    });
  });

  test.each([[5], [null], [{ a: 1 }], ['__proto__'], ['$undefined']])(
    'finds no flag under the key %o',
    async (key) => {
      expect(await flags('getBooleanDetails', key, true)).toMatchObject({
        value: true,
        errorCode: 'FLAG_NOT_FOUND',
      });
    },
  );

  test('changes with the next commit', async () => {
    expect(await flags('getBooleanValue', 'new-checkout', false)).toBe(true);
    await commit('new-checkout', onFlag('new-checkout', { enabled: false, off_variation: 'off' }));
    expect(await flags('getBooleanValue', 'new-checkout', true)).toBe(false);
  });

  test('leaves the value to who asks where a flag is off without one, with the reason and no error', async () => {
    const undecided = { enabled: false, off_variation: null, metadata: { team: 'growth' } };
    await commit('new-checkout', onFlag('new-checkout', undecided));
    for (const fallback of [true, false]) {
      expect(await flags('getBooleanDetails', 'new-checkout', fallback)).toEqual({
        flagKey: 'new-checkout',
        value: fallback,
        reason: 'DISABLED',
        flagMetadata: { team: 'growth', flagSetId: 'shop' },
      });
    }
    expect(await flags('getStringValue', 'new-checkout', 'mine')).toBe('mine');
    expect(await flags('get', 'new-checkout', 'mine')).toBe('mine');
  });

  test('reads behind an answer, which the request outlives', async () => {
    const isOn = () => on('IN_TIME', 'getBooleanValue', 'new-checkout', 'nothing');
    const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
    expect(await isOn()).toBe(true);
    await commit('new-checkout', onFlag('new-checkout', { enabled: false, off_variation: 'off' }));
    await pause(1_100);
    await isOn();
    await pause(200);
    expect(await isOn()).toBe(false);
  });

  test('evaluates the app of its props, else that of the variable', async () => {
    expect(await on('BY_VARIABLE', 'getBooleanValue', 'new-checkout', false)).toBe(true);
    expect(await on('NOWHERE', 'getBooleanDetails', 'new-checkout', false)).toMatchObject({
      value: false,
      errorCode: 'GENERAL',
      errorMessage: 'There is no app nowhere.',
    });
    expect(await on('UNNAMED', 'getBooleanDetails', 'new-checkout', false)).toMatchObject({
      value: false,
      errorCode: 'GENERAL',
      errorMessage: 'Which app? Give the service binding props {"app": "…"}, or the evaluator HALYARD_APP.',
    });
  });

  test('answers defaults of an app that was deleted', async () => {
    expect(await flags('getBooleanValue', 'new-checkout', false)).toBe(true);
    await cache.publish(accountSpace('default'), { version: 2, changes: [{ key: 'app/shop', value: null }] });
    await cache.remove(appSpace('default', 'shop'));
    expect(await flags('getBooleanDetails', 'new-checkout', false)).toMatchObject({
      value: false,
      errorMessage: 'There is no app shop.',
    });
  });
});

describe('an isolate before a KV that fails', () => {
  test('goes on with what it has; one that has nothing answers defaults; both recover', async () => {
    expect(await on('CUT_OFF', 'getBooleanValue', 'new-checkout', false)).toBe(true);
    await on('KV_SWITCH', 'cut', true);
    await commit('new-checkout', onFlag('new-checkout', { enabled: false, off_variation: 'off' }));
    expect(await on('CUT_OFF', 'getBooleanValue', 'new-checkout', false)).toBe(true);
    expect(await on('COLD', 'getBooleanDetails', 'new-checkout', true)).toMatchObject({
      value: true,
      errorCode: 'GENERAL',
      errorMessage: 'The app shop cannot be loaded now.',
    });
    await on('KV_SWITCH', 'cut', false);
    expect(await on('CUT_OFF', 'getBooleanValue', 'new-checkout', true)).toBe(false);
    expect(await on('COLD', 'getBooleanValue', 'new-checkout', true)).toBe(false);
  });

  test('says over HTTP how old its answers are, and 503 where it has none', async () => {
    const ask = (name: string) =>
      miniflare.dispatchFetch(`http://${name}.test/ofrep/v1/evaluate/flags/new-checkout`, {
        method: 'POST',
        headers: { authorization: 'Bearer evaluate' },
      });
    const fresh = await ask('cut-off');
    expect([fresh.status, fresh.headers.get('halyard-stale')]).toEqual([200, null]);
    await on('KV_SWITCH', 'cut', true);
    const stale = await ask('cut-off');
    expect([stale.status, stale.headers.get('halyard-stale')]).toEqual([200, '0']);
    expect((await ask('unreached')).status).toBe(503);
    await on('KV_SWITCH', 'cut', false);
    expect((await ask('cut-off')).headers.get('halyard-stale')).toBe(null);
  });
});

describe('the example Worker', () => {
  test('is what the page shows, with its binding', () => {
    const root = join(import.meta.dirname, '../..');
    const page = readFileSync(join(root, 'docs/workers.md'), 'utf8');
    const example = (file: string): string =>
      readFileSync(join(root, 'test/workers/example', file), 'utf8').trimEnd();
    expect(page).toContain(`\`\`\`ts example\n${example('worker.ts')}\n\`\`\``);
    const [, services = 'no such block'] = /^```jsonc binding\n(.*?)^```/ms.exec(page) ?? [];
    expect(example('wrangler.jsonc')).toContain(services);
  });

  test('uses the binding directly and through OpenFeature', async () => {
    const ask = async () => (await miniflare.dispatchFetch('http://halyard-example.test/?user=ada')).json();
    expect(await ask()).toEqual({ newCheckout: true, banner: 'P' });
    await commit('banner', { ...planFlag('banner'), default_variation: 'gold' });
    expect(await ask()).toEqual({ newCheckout: true, banner: 'G' });
    await commit('banner', { ...planFlag('banner'), variations: { gold: 1, plain: 2 } });
    expect(await ask()).toEqual({ newCheckout: true, banner: 'Welcome' });
  });
});
