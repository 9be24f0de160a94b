import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Miniflare, type MiniflareOptions } from 'miniflare';
import { beforeAll, describe, expect } from 'vitest';
import { story } from '../e2e/story.ts';
import { bundleWorker } from './bundle.ts';

const TOKEN = 'hly_of-the-story-0123456789';
const compatibilityDate = '2026-07-01';
const DASHBOARD = join(import.meta.dirname, '../../dashboard/dist');

/** The same story in workerd: control plane, evaluator and the example Worker with its binding, with storage on disk. */
describe('from nothing to a flag that a service, a page and a Worker follow, on Workers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'halyard-workers-story-'));
  let modules: Readonly<Record<'control' | 'evaluator' | 'example', MiniflareOptions['modules']>>;
  let miniflare: Miniflare;
  let app = 'none-yet';
  let at = 0;

  beforeAll(async () => {
    const bundled = async (entry: string) => [
      {
        type: 'ESModule' as const,
        path: 'worker.js',
        contents: await bundleWorker(entry, { external: [/^node:/] }),
      },
    ];
    modules = {
      control: await bundled('control-plane/workers/worker.ts'),
      evaluator: await bundled('evaluator/edge/workers/worker.ts'),
      example: await bundled('test/workers/example/worker.ts'),
    };
  });

  const start = async (port: number): Promise<void> => {
    at = port;
    miniflare = new Miniflare({
      host: '127.0.0.1',
      port,
      durableObjectsPersist: join(folder, 'objects'),
      kvPersist: join(folder, 'kv'),
      workers: [
        {
          name: 'halyard-control-plane',
          compatibilityDate,
          modules: modules.control,
          durableObjects: {
            ACCOUNTS: { className: 'AccountObject', useSQLite: true },
            APPS: { className: 'AppObject', useSQLite: true },
          },
          kvNamespaces: { FLAG_CACHE: 'flags' },
          assets: {
            directory: DASHBOARD,
            binding: 'ASSETS',
            routerConfig: { invoke_user_worker_ahead_of_assets: true, has_user_worker: true },
            assetConfig: { html_handling: 'none' },
          },
          serviceBindings: { EVALUATOR: 'halyard-evaluator' },
          bindings: { HALYARD_ADMIN_TOKEN: TOKEN, HALYARD_LOG: 'warn' },
        },
        {
          name: 'halyard-evaluator',
          compatibilityDate,
          modules: modules.evaluator,
          kvNamespaces: { FLAG_CACHE: 'flags' },
          bindings: { HALYARD_FRESH_MS: '500', HALYARD_LOG: 'warn' },
        },
        {
          name: 'halyard-example',
          routes: ['http://example.test/*'],
          compatibilityDate,
          compatibilityFlags: ['nodejs_compat'],
          modules: modules.example,
          serviceBindings: { FLAGS: { name: 'halyard-evaluator', entrypoint: 'Flags', props: { app } } },
        },
      ],
    } as MiniflareOptions);
    await miniflare.ready;
  };

  const kill = async (): Promise<void> => {
    const ids = workerds();
    expect(ids.length, 'processes of workerd').toBeGreaterThan(0);
    for (const id of ids) process.kill(id, 'SIGKILL');
    await miniflare.dispose();
  };

  story({
    start,
    kill,
    async enter(dashboard) {
      await dashboard.goto(`http://127.0.0.1:${at}/dashboard/`);
      await dashboard.getByRole('textbox', { name: 'Token' }).fill(TOKEN);
      await dashboard.getByRole('button', { name: 'Sign in' }).click();
      await dashboard.getByRole('heading', { name: 'Apps' }).waitFor();
      return TOKEN;
    },
    binding: {
      async use(made) {
        app = made;
        await miniflare.dispose();
        await start(at);
      },
      async newCheckout(user) {
        const answer = await miniflare.dispatchFetch(`http://example.test/?user=${user}`);
        return ((await answer.json()) as { newCheckout: boolean }).newCheckout;
      },
    },
    async close() {
      await miniflare?.dispose();
      await rm(folder, { recursive: true, force: true });
    },
  });
});

/** The processes that this one runs workerd in, which Miniflare does not tell (https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html). */
const workerds = (): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((id) => {
      try {
        const [, name, parent] = /\((.*)\) \S (\d+)/.exec(readFileSync(`/proc/${id}/stat`, 'utf8')) ?? [];
        return name === 'workerd' && Number(parent) === process.pid;
      } catch {
        // It ended meanwhile.
        return false;
      }
    })
    .map(Number);
