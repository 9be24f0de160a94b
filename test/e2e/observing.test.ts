import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@halyard/providers/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ServerProcess, startServer, type Technology } from '../faults/server-process.ts';
import { freePort, type Started, startHalyard } from '../process/halyard.ts';

const TOKEN = `admin-${randomBytes(16).toString('hex')}`;
/** In no file and no cache may this be found. */
const PLANTED = 'ada.planted@example.com';

describe.for(['redis', 'nats'] satisfies Technology[])(
  'counts over %s, with every process killed once',
  (technology) => {
    const cwd = mkdtempSync(join(tmpdir(), 'halyard-observing-'));
    const processes: Started[] = [];
    let cache: ServerProcess;
    let writer: Started;
    let edge: Started;
    let writerPort: number;
    let edgePort: number;
    let app: string;
    let config: string;

    const start = async (parameters: readonly string[], running: RegExp): Promise<Started> => {
      const env = {
        HALYARD_CACHE_URL: `${technology}://127.0.0.1:${cache.port}`,
        HALYARD_LOG: 'warn',
        HALYARD_ADMIN_TOKEN: TOKEN,
        HALYARD_DATABASE_URL: `file:${cwd}/data/halyard.db`,
      };
      const started = startHalyard(parameters, { cwd, env });
      processes.push(started);
      await started.printed(running);
      return started;
    };
    const startWriter = () =>
      start(['control-plane', '--port', `${writerPort}`, '--no-example'], /running on/);
    const startEdge = () =>
      start(['edge', '--port', `${edgePort}`, '--edge-data', `${cwd}/edge`], /edge is running on/);

    const api = async (method: string, path: string, body?: unknown) => {
      const response = await fetch(
        `http://127.0.0.1:${writerPort}/client/v4/accounts/default/flagship${path}`,
        {
          method,
          headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        },
      );
      return (await response.json()).result;
    };
    const evaluate = async (times: number): Promise<void> => {
      const flags = createClient({ url: `http://127.0.0.1:${edgePort}`, app, token: config });
      expect(await flags.ready()).toBe(true);
      for (let n = 0; n < times; n += 1) flags.getBooleanValue('beta', false, { targetingKey: PLANTED });
      await flags.close();
    };
    const total = async (): Promise<number> => {
      const { rows } = await api('GET', `/apps/${app}/flags/beta/numbers`);
      return rows.reduce((sum: number, row: { total: number }) => sum + row.total, 0);
    };
    // Reports are taken every ten seconds.
    const becomes = (n: number) => expect.poll(total, { timeout: 40_000, interval: 200 }).toBe(n);

    beforeAll(async () => {
      cache = await startServer(technology);
      [writerPort, edgePort] = [await freePort(), await freePort()];
      writer = await startWriter();
      app = (await api('POST', '/apps', { name: 'shop' })).id;
      await api('POST', `/apps/${app}/flags`, {
        key: 'beta',
        enabled: true,
        variations: { on: true, off: false },
        default_variation: 'off',
        rules: [{ priority: 1, conditions: [], serve_variation: 'on' }],
      });
      config = (await api('POST', '/tokens', { name: 'service', permission: 'config', app_ids: [app] }))
        .secret;
      edge = await startEdge();
    });
    afterAll(async () => {
      await Promise.all(processes.map((process) => process.kill('SIGKILL')));
      await cache?.end();
      rmSync(cwd, { recursive: true, force: true });
    });

    test('what was reported is counted once, whoever dies afterwards', async () => {
      await evaluate(5);
      await becomes(5);

      await writer.kill('SIGKILL');
      await evaluate(7);
      await edge.kill('SIGKILL');
      await cache.restart('kept');
      edge = await startEdge();
      await evaluate(11);
      writer = await startWriter();
      await becomes(23);
      await edge.kill('SIGTERM');
      await becomes(23);
    });

    test('nothing says whom it was for', () => {
      const files = readdirSync(cwd, { recursive: true, withFileTypes: true }).filter((file) =>
        file.isFile(),
      );
      expect(files.length).toBeGreaterThan(2);
      for (const { parentPath, name } of files) {
        const bytes = readFileSync(join(parentPath, name));
        expect(bytes.includes(PLANTED), name).toBe(false);
      }
    });
  },
);
