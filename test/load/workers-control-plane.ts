/**
 * What the control plane commits in workerd, on this machine: `npm run bench:workers:control-plane`. Prints; judges nothing. The clients share the
 * machine with it. Its storage is on disk, and its flag cache is the simulated KV.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Miniflare } from 'miniflare';
import { bundleWorker } from '../workers/bundle.ts';

const TOKEN = 'hly_of-the-benchmark-0123456789';
const COMMITS = 3_000;
const CLIENTS = [1, 8, 64];
const FLAGS = 100;

const folder = await mkdtemp(join(tmpdir(), 'halyard-bench-'));
const miniflare = new Miniflare({
  modules: [
    {
      type: 'ESModule',
      path: 'worker.js',
      contents: await bundleWorker('control-plane/workers/worker.ts'),
    },
  ],
  compatibilityDate: '2026-07-01',
  durableObjects: {
    ACCOUNTS: { className: 'AccountObject', useSQLite: true },
    APPS: { className: 'AppObject', useSQLite: true },
  },
  durableObjectsPersist: join(folder, 'objects'),
  kvNamespaces: ['FLAG_CACHE'],
  kvPersist: join(folder, 'kv'),
  bindings: { HALYARD_ADMIN_TOKEN: TOKEN, HALYARD_LOG: 'error' },
});
const url = `${await miniflare.ready}client/v4/accounts/default/flagship`;

const ask = async (method: string, path: string, body: object): Promise<{ result: { id: string } }> => {
  const answer = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as { result: { id: string } };
};

/** So many commits by so many clients, each changing flags of the one app; how long each took, in order. */
const commit = async (app: string, clients: number, commits: number): Promise<number[]> => {
  const took: number[] = [];
  let next = 0;
  const client = async (): Promise<void> => {
    for (let n = next++; n < commits; n = next++) {
      const from = performance.now();
      await ask('PATCH', `/apps/${app}/flags/flag-${n % FLAGS}`, { description: `${clients} ${n}` });
      took.push(performance.now() - from);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return took.sort((a, b) => a - b);
};

try {
  const { id: app } = (await ask('POST', '/apps', { name: 'bench' })).result;
  for (let n = 0; n < FLAGS; n += 1) {
    await ask('POST', `/apps/${app}/flags`, {
      key: `flag-${n}`,
      enabled: true,
      variations: { on: true, off: false },
      default_variation: 'off',
      rules: [{ priority: 1, conditions: [], serve_variation: 'on', rollout: { percentage: 50 } }],
    });
  }
  await commit(app, 8, 500);
  for (const clients of CLIENTS) {
    const commits = clients === 1 ? COMMITS / 6 : COMMITS;
    const from = performance.now();
    const took = await commit(app, clients, commits);
    const seconds = (performance.now() - from) / 1_000;
    const at = (share: number): string => (took[Math.floor(took.length * share)] ?? Number.NaN).toFixed(1);
    console.log(
      `${String(clients).padStart(3)} clients: ${Math.round(commits / seconds)} commits/s to one app; an answer after ${at(0.5)} ms (p50), ${at(0.99)} ms (p99)`,
    );
  }
} finally {
  await miniflare.dispose();
  await rm(folder, { recursive: true });
}
