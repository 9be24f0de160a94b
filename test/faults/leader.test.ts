import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, freePort, type Started, startHalyard } from '../process/halyard.ts';
import { type ServerProcess, startServer } from './server-process.ts';

const SERVER = 'postgres://root@127.0.0.1:5432';

const sql = async (statement: string): Promise<void> => {
  const client = new pg.Client({ connectionString: `${SERVER}/test` });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
};

const postgresAnswers = await sql('select 1').then(
  () => true,
  () => false,
);

describe.runIf(postgresAnswers || process.env['CI'] === 'true')(
  'two control planes on one PostgreSQL',
  () => {
    const cwd = mkdtempSync(join(tmpdir(), 'halyard-leader-'));
    const database = `halyard_${randomBytes(6).toString('hex')}`;
    const token = `admin-${randomBytes(16).toString('hex')}`;
    const processes: Started[] = [];
    let cache: ServerProcess;
    let edge: number;
    let shop: string;
    const writers: { readonly port: number; readonly process: Started }[] = [];

    const started = (command: string, port: number): Started => {
      const process = startHalyard(
        [command, '--port', String(port), ...(command === 'edge' ? [] : ['--no-example'])],
        {
          cwd,
          env: {
            HALYARD_CACHE_URL: `redis://127.0.0.1:${cache.port}`,
            HALYARD_LOG: 'warn',
            HALYARD_ADMIN_TOKEN: token,
            ...(command === 'edge' ? {} : { HALYARD_DATABASE_URL: `${SERVER}/${database}` }),
          },
        },
      );
      processes.push(process);
      return process;
    };

    const api = async (port: number, method: string, path: string, body: unknown) => {
      const response = await fetch(`http://127.0.0.1:${port}/client/v4/accounts/default/flagship${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      const answer = await response.json();
      expect(answer.errors, `${method} ${path}`).toEqual([]);
      return answer.result;
    };

    beforeAll(async () => {
      await sql(`create database ${database}`);
      cache = await startServer('redis');
      for (let n = 0; n < 2; n += 1) {
        const port = await freePort();
        const process = started('control-plane', port);
        await process.printed(/running on/);
        writers.push({ port, process });
      }
      edge = await freePort();
      await started('edge', edge).printed(/edge is running on/);
    });

    afterAll(async () => {
      for (const { process } of processes) process.kill('SIGKILL');
      await Promise.all(processes.map(({ ended }) => ended));
      await cache?.end();
      await sql(`drop database ${database} with (force)`);
    });

    test('a kill switch thrown at one reaches the edges while the other hangs and leads', async () => {
      const [first, second] = writers;
      if (first === undefined || second === undefined) throw new Error('two servers were started');
      shop = (await api(first.port, 'POST', '/apps', { name: 'shop' })).id;
      const { secret } = await api(first.port, 'POST', '/tokens', {
        name: 'service',
        permission: 'evaluate',
      });
      await api(first.port, 'POST', `/apps/${shop}/flags`, {
        key: 'payments',
        enabled: true,
        variations: { on: true, off: false },
        default_variation: 'on',
        off_variation: 'off',
        rules: [],
      });
      const value = async (): Promise<unknown> => {
        const response = await fetch(
          `http://127.0.0.1:${edge}/apps/${shop}/ofrep/v1/evaluate/flags/payments`,
          {
            method: 'POST',
            headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
            body: '{"context":{}}',
          },
        );
        return (await response.json()).value;
      };
      await eventually('the edge serves the flag', async () => (await value()) === true);
      // The first that started leads. It hangs: its connections stay open, and nothing is said on them.
      first.process.process.kill('SIGSTOP');
      await api(second.port, 'PATCH', `/apps/${shop}/flags/payments`, { enabled: false });
      await eventually('the kill switch is live', async () => (await value()) === false);
      first.process.process.kill('SIGCONT');
      await api(second.port, 'PATCH', `/apps/${shop}/flags/payments`, { enabled: true });
      await eventually('it goes on when the first wakes up', async () => (await value()) === true);
    });
  },
);
