/**
 * What the evaluator costs in workerd, on this machine: `npm run bench:workers`. Prints; judges nothing. Times of workerd are seen from
 * outside, because the clock of an isolate stands still while it computes.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type KvNamespace, openKvCache } from '@halyard/caches/kv';
import { fillCache } from '@halyard/edge/suites';
import { Miniflare, type MiniflareOptions } from 'miniflare';
import { bundleWorker } from '../workers/bundle.ts';

const FLAGS = 1_000;
const BATCH = 500;
const BATCHES = 60;
const COLD_STARTS = 15;

const compatibilityDate = '2026-07-01';
const folder = await mkdtemp(join(tmpdir(), 'halyard-bench-'));
const module = (contents: string) => [{ type: 'ESModule' as const, path: 'worker.js', contents }];
const [worker, loop] = await Promise.all([
  bundleWorker('evaluator/edge/workers/worker.ts'),
  bundleWorker('test/load/in-loop.ts'),
]);

/** As many of a real app as it takes: rules, a rollout, metadata; about 600 bytes each. */
const flag = (i: number): object => ({
  key: `flag-${i}`,
  description: `What the flag number ${i} is for, in one sentence of about this length`,
  enabled: true,
  variations: { on: true, off: false },
  default_variation: 'off',
  rules: [
    {
      priority: 1,
      conditions: [{ attribute: 'plan', operator: 'in', value: ['gold', 'platinum', `plan-${i % 50}`] }],
      serve_variation: 'on',
      rollout: { percentage: 50 },
    },
    {
      priority: 2,
      conditions: [{ attribute: 'country', operator: 'equals', value: `c${i % 100}` }],
      serve_variation: 'on',
    },
  ],
  metadata: { team: `team-${i % 12}` },
  bucketing: { hash: 'murmur3', salt: `default/flag-${i}` },
});

const options = (): MiniflareOptions => ({
  kvPersist: folder,
  workers: [
    {
      name: 'loop',
      compatibilityDate,
      modules: module(loop),
      routes: ['http://loop.test/*'],
      kvNamespaces: { FLAG_CACHE: 'flags' },
      serviceBindings: {
        FLAGS: { name: 'evaluator', entrypoint: 'Flags', props: { app: 'shop' } },
        NOTHING: { name: 'nothing', entrypoint: 'Nothing' },
      },
    },
    { name: 'nothing', compatibilityDate, modules: module(loop), kvNamespaces: { FLAG_CACHE: 'flags' } },
    {
      name: 'evaluator',
      compatibilityDate,
      modules: module(worker),
      routes: ['http://evaluator.test/*'],
      kvNamespaces: { FLAG_CACHE: 'flags' },
      bindings: { HALYARD_LOG: 'silent' },
    },
  ],
});

const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
const say = (what: string, values: readonly number[], unit: string): void => {
  const sorted = [...values].sort((a, b) => a - b);
  const [p50, p95] = [quantile(sorted, 0.5), quantile(sorted, 0.95)];
  console.log(`${what.padEnd(72)} p50 ${p50.toFixed(1)} ${unit}   p95 ${p95.toFixed(1)} ${unit}`);
};

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const began = performance.now();
  await work();
  return performance.now() - began;
};

const fill = async (): Promise<void> => {
  const miniflare = new Miniflare(options());
  const { FLAG_CACHE } = await miniflare.getBindings<{ readonly FLAG_CACHE: KvNamespace }>('loop');
  const cache = openKvCache({ namespace: FLAG_CACHE, now: Date.now, headEveryMs: 0 });
  await fillCache(cache, Object.fromEntries(Array.from({ length: FLAGS }, (_, i) => [`flag-${i}`, flag(i)])));
  await miniflare.dispose();
};

const coldStarts = async (): Promise<void> => {
  const http: number[] = [];
  const binding: number[] = [];
  for (let i = 0; i < COLD_STARTS; i += 1) {
    const miniflare = new Miniflare(options());
    // The way into workerd and the simulated KV are warm then; the evaluator's isolate has answered nothing yet.
    for (let j = 0; j < 20; j += 1) await miniflare.dispatchFetch('http://loop.test/?what=kv&times=1');
    const ask = () =>
      i % 2 === 0
        ? miniflare.dispatchFetch('http://evaluator.test/ofrep/v1/evaluate/flags/flag-7', {
            method: 'POST',
            headers: { authorization: 'Bearer evaluate' },
            body: '{"context":{"targetingKey":"ada"}}',
          })
        : miniflare.dispatchFetch('http://loop.test/?what=binding&times=1');
    const ms = await timed(async () => (await ask()).text());
    (i % 2 === 0 ? http : binding).push(ms);
    await miniflare.dispose();
  }
  say(`first request of a cold isolate, ${FLAGS} flags, over HTTP`, http, 'ms');
  say(`first request of a cold isolate, ${FLAGS} flags, over the binding`, binding, 'ms');
};

const warm = async (): Promise<void> => {
  const miniflare = new Miniflare(options());
  const ask = async (what: string, times: number): Promise<number> =>
    timed(async () =>
      (await miniflare.dispatchFetch(`http://loop.test/?what=${what}&times=${times}`)).text(),
    );
  for (const [what, title] of [
    ['nothing', 'a call to another Worker that does nothing, with the same arguments'],
    ['binding', 'an evaluation over the binding, one call from another Worker'],
    ['isolate', 'an evaluation within the isolate'],
    ['kv', 'a read of the simulated KV (a cold isolate reads two or three times, one after the other)'],
  ] as const) {
    for (let i = 0; i < 10; i += 1) await ask(what, BATCH);
    const perCall: number[] = [];
    for (let i = 0; i < BATCHES; i += 1) {
      const empty = await ask(what, 0);
      perCall.push(((await ask(what, BATCH)) - empty) * (1_000 / BATCH));
    }
    say(`${title}, means of ${BATCH}`, perCall, 'µs');
  }
  await miniflare.dispose();
};

try {
  await fill();
  await warm();
  await coldStarts();
} finally {
  await rm(folder, { recursive: true });
}
