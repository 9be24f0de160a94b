import { appKey, appSpace, DEFAULT_PREFIX, filedReportIn, prefixFrom } from '@halyard/caches';
import { type KvNamespace, openKvCache } from '@halyard/caches/kv';
import { describe, expect, test } from 'vitest';
import {
  ACCOUNT,
  APP,
  fillCache,
  NOON,
  onFlag,
  TOKENS,
  type World,
  worldOf,
} from '../testing/suites/world.ts';
import { silent } from '../testing/world.ts';
import { Evaluator, type EvaluatorOptions } from './evaluator.ts';

/** A KV that shows every write at once, to a read that takes longer than reading a request does. */
const mapKv = (): KvNamespace & { readonly reads: string[] } => {
  const values = new Map<string, string>();
  const reads: string[] = [];
  return {
    reads,
    get: async (key) => {
      reads.push(key);
      // No answer comes within the turn that asked, so what is read behind an answer cannot be ahead of it.
      await new Promise((resolve) => setImmediate(resolve));
      return values.get(key) ?? null;
    },
    put: async (key, value) => {
      values.set(key, value);
    },
    delete: async (key) => {
      values.delete(key);
    },
    list: async ({ prefix }) => ({
      keys: [...values.keys()].filter((name) => name.startsWith(prefix)).map((name) => ({ name })),
      list_complete: true,
    }),
  };
};

interface Isolate {
  readonly world: World;
  readonly evaluator: Evaluator;
  readonly reads: string[];
  /** What was reported: flag and count. */
  readonly reported: (readonly [string, number])[];
  /** Everything that goes on behind answers has ended. */
  settled(): Promise<void>;
}

const open = async (limits: EvaluatorOptions['limits'] = {}, prefix = DEFAULT_PREFIX): Promise<Isolate> => {
  const namespace = mapKv();
  const clock = { time: NOON };
  const behind: Promise<unknown>[] = [];
  const cache = openKvCache({ namespace, prefix, now: () => clock.time, headEveryMs: 0 });
  await fillCache(cache, { flag: onFlag('flag') });
  const reported: (readonly [string, number])[] = [];
  const evaluator = new Evaluator({
    namespace,
    prefix,
    report: async (_account, _id, text) => {
      for (const [flag, , , , n] of filedReportIn(text)?.counts ?? []) reported.push([flag, n]);
    },
    account: ACCOUNT,
    log: silent,
    now: () => clock.time,
    waitUntil: (work) => behind.push(work),
    limits,
  });
  const world = worldOf({
    cache,
    clock,
    request: (path, init) => evaluator.fetch(new Request(`http://edge.test${path}`, init)),
    close: async () => undefined,
  });
  const settled = async (): Promise<void> => {
    await Promise.all(behind.splice(0));
  };
  return { world, evaluator, reads: namespace.reads, reported, settled };
};

const off = onFlag('flag', { enabled: false, off_variation: 'off' });
const value = async ({ world }: Isolate): Promise<unknown> => {
  const body = await (await world.evaluate('/flag', {})).json();
  return typeof body === 'object' && body !== null && 'value' in body ? body.value : body;
};

describe('an isolate', () => {
  test('two installations in one namespace met: each reads under its own prefix', async () => {
    const isolate = await open({}, 'two');
    expect(await value(isolate)).toBe(true);
    expect(isolate.reads.filter((name) => !name.startsWith('two:'))).toEqual([]);
    expect(prefixFrom('two')).toBe('two');
    expect(() => prefixFrom('two words')).toThrow(
      'HALYARD_CACHE_PREFIX is "two words"; expected 1 to 32 letters, digits, _ or -.',
    );
  });

  test('answers from memory for five seconds, reads behind the answer for five more, and then first', async () => {
    const isolate = await open();
    const { world, settled, reads } = isolate;
    expect(await value(isolate)).toBe(true);
    await world.commit({ flag: off });
    reads.length = 0;
    world.time += 4_999;
    expect(await value(isolate)).toBe(true);
    expect(reads).toEqual([]);
    world.time += 1;
    expect(await value(isolate)).toBe(true);
    await settled();
    expect(await value(isolate)).toBe(false);

    await world.commit({ flag: onFlag('flag') });
    world.time += 10_000;
    expect(await value(isolate)).toBe(true);
  });

  test('keeps to the same with the binding', async () => {
    const { world, evaluator, settled } = await open();
    const evaluate = async () => {
      const evaluation = await evaluator.evaluate(APP, 'flag', {});
      return evaluation.kind === 'served' ? evaluation.value : evaluation;
    };
    expect(await evaluate()).toBe(true);
    await world.commit({ flag: off });
    world.time += 4_999;
    expect(await evaluate()).toBe(true);
    world.time += 1;
    expect(await evaluate()).toBe(true);
    await settled();
    expect(await evaluate()).toBe(false);
  });

  test('looks again for a token it does not know, once a second', async () => {
    const { world, reads } = await open();
    const status = async () => (await world.evaluate('/flag', {}, { authorization: 'Bearer new' })).status;
    expect(await status()).toBe(401);
    await world.mint('new', { ...TOKENS.evaluate, id: 't-new' });
    reads.length = 0;
    expect(await status()).toBe(401);
    expect(reads).toEqual([]);
    world.time += 1_000;
    expect(await status()).toBe(200);
  });

  test.each(['HTTP', 'the binding'])(
    'looks again for an app it does not know, asked over %s',
    async (way) => {
      const { world, evaluator } = await open();
      const found = async (): Promise<boolean> =>
        way === 'HTTP'
          ? (await world.get('/apps/fresh/config', { authorization: 'Bearer every' })).ok
          : (await evaluator.evaluate('fresh', 'flag', {})).kind === 'served';
      expect(await found()).toBe(false);
      await world.cache.replace(appSpace(ACCOUNT, 'fresh'), {
        version: 1,
        entries: new Map([['flag', JSON.stringify(onFlag('flag'))]]),
      });
      await world.accountCommit([{ key: appKey('fresh'), value: '{"id":"fresh","name":"fresh"}' }]);
      expect(await found()).toBe(false);
      world.time += 1_000;
      expect(await found()).toBe(true);
    },
  );

  test('lets go of apps there is no room for, and loads them again', async () => {
    const { world, reads } = await open({ compiledApps: 1 });
    await world.cache.replace(appSpace(ACCOUNT, 'blog'), {
      version: 3,
      entries: new Map([['post', JSON.stringify(onFlag('post'))]]),
    });
    const ask = async (app: string, key: string): Promise<number> => {
      reads.length = 0;
      const path = `/apps/${app}/ofrep/v1/evaluate/flags/${key}`;
      const headers = { authorization: 'Bearer every' };
      return (await world.request(path, { method: 'POST', headers })).status;
    };
    expect(await ask('shop', 'flag')).toBe(200);
    expect(await ask('shop', 'flag')).toBe(200);
    expect(reads).toEqual([]);
    expect(await ask('blog', 'post')).toBe(200);
    expect(await ask('shop', 'flag')).toBe(200);
    expect(reads).toEqual(['halyard:1:app/default/shop:head']);
    await world.commit({ flag: off });
    world.time += 10_000;
    expect(await ask('blog', 'post')).toBe(200);
    expect((await world.evaluate('/flag', {})).headers.get('halyard-version')).toBe('2');
  });

  test('tells what it counted behind an answer: after 64 of them, or ten seconds', async () => {
    const isolate = await open();
    const { world, evaluator, reported, settled } = isolate;
    await value(isolate);
    await settled();
    expect(reported).toEqual([['flag', 1]]);
    for (let n = 0; n < 63; n += 1) await evaluator.evaluate(APP, 'flag', {});
    await evaluator.evaluate(APP, 'missing', {});
    await settled();
    expect(reported).toHaveLength(1);
    await value(isolate);
    await settled();
    expect(reported.slice(1)).toEqual([['flag', 64]]);
    await value(isolate);
    world.time += 10_000;
    await value(isolate);
    await settled();
    expect(reported.slice(2)).toEqual([['flag', 2]]);
  });
});
