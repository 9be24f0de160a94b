import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ServerProcess, startServer, type Technology } from '../faults/server-process.ts';
import { eventually, freePort, type Started, startHalyard, startNode } from '../process/halyard.ts';

const SERVER = 'postgres://root@127.0.0.1:5432';

const sql = async (database: string, statement: string): Promise<void> => {
  const client = new pg.Client({ connectionString: `${SERVER}/${database}` });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
};

const postgresAnswers = await sql('test', 'select 1').then(
  () => true,
  () => false,
);

/** The set-up of docs/operating.md: a writer on PostgreSQL, three edges over a flag cache; a fault in every step. */
describe.runIf(postgresAnswers || process.env['CI'] === 'true').for(['redis', 'nats'] satisfies Technology[])(
  'PostgreSQL, three edges and %s',
  (technology) => {
    const cwd = mkdtempSync(join(tmpdir(), `halyard-${technology}-`));
    const database = `halyard_${randomBytes(6).toString('hex')}`;
    const token = `admin-${randomBytes(16).toString('hex')}`;
    let cache: ServerProcess;
    let cacheUrl: string;
    let port: number;
    let writer: Started;
    const edges: { port: number; process: Started; data: string }[] = [];
    const processes: Started[] = [];
    let shop: string;
    let app: string;
    let evaluateToken: string;

    const common = () => ({ HALYARD_CACHE_URL: cacheUrl, HALYARD_LOG: 'warn' });
    const started = (process: Started): Started => {
      processes.push(process);
      return process;
    };
    const startWriter = async (): Promise<void> => {
      writer = started(
        startHalyard(['control-plane', '--port', String(port), '--no-example'], {
          cwd,
          env: { ...common(), HALYARD_DATABASE_URL: `${SERVER}/${database}`, HALYARD_ADMIN_TOKEN: token },
        }),
      );
      await writer.printed(/running on/);
    };
    const startEdge = async (at: number, data: string): Promise<Started> => {
      const edge = started(
        startHalyard(['edge', '--port', String(at), '--edge-data', data], { cwd, env: common() }),
      );
      await edge.printed(/edge is running on/);
      return edge;
    };

    const api = async (
      method: string,
      path: string,
      body?: unknown,
      headers: Record<string, string> = {},
    ) => {
      const response = await fetch(`http://127.0.0.1:${port}/client/v4/accounts/default/flagship${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const answer = await response.json();
      expect(answer.errors, `${method} ${path}`).toEqual([]);
      return answer;
    };
    const set = (enabled: boolean) => api('PATCH', `/apps/${app}/flags/kill-switch`, { enabled });

    const ask = async (edge: number): Promise<{ value: boolean; version: number; stale: string | null }> => {
      const response = await fetch(
        `http://127.0.0.1:${edges[edge]?.port}/ofrep/v1/evaluate/flags/kill-switch`,
        {
          method: 'POST',
          headers: { authorization: `Bearer ${evaluateToken}`, 'content-type': 'application/json' },
          body: '{"context":{"targetingKey":"user-42"}}',
        },
      );
      expect(response.status).toBe(200);
      return {
        value: (await response.json()).value,
        version: Number(response.headers.get('halyard-version')),
        stale: response.headers.get('halyard-stale'),
      };
    };
    const everyEdgeSays = (value: boolean) =>
      eventually(`${technology}: ${value} on three edges`, async () => {
        const answers = await Promise.all([0, 1, 2].map(ask));
        return answers.every((answer) => answer.value === value);
      });
    const serviceSays = async (): Promise<boolean> =>
      (await (await fetch(`${shop}/checkout?user=ada`)).json()).new;

    beforeAll(async () => {
      await sql('test', `create database ${database}`);
      cache = await startServer(technology);
      cacheUrl = `${technology}://127.0.0.1:${cache.port}`;
      port = await freePort();
      await startWriter();
      app = (await api('POST', '/apps', { name: 'shop' })).result.id;
      for (const key of ['kill-switch', 'new-checkout']) {
        await api('POST', `/apps/${app}/flags`, {
          key,
          enabled: false,
          variations: { on: true, off: false },
          default_variation: 'off',
          rules: [{ priority: 1, conditions: [], serve_variation: 'on' }],
        });
      }
      evaluateToken = (await api('POST', '/tokens', { name: 'page', permission: 'evaluate', app_ids: [app] }))
        .result.secret;
      const config = (await api('POST', '/tokens', { name: 'service', permission: 'config', app_ids: [app] }))
        .result.secret;
      for (const i of [0, 1, 2]) {
        const at = await freePort();
        const data = join(cwd, `edge-${i}`);
        edges.push({ port: at, data, process: await startEdge(at, data) });
      }
      const service = started(
        startNode('test/e2e/checkout-service.ts', [], {
          cwd,
          env: { FLAGS_URL: `http://127.0.0.1:${edges[0]?.port}`, FLAGS_APP: app, FLAGS_TOKEN: config },
        }),
      );
      [, shop = ''] = await service.printed(/checkout on (\S+)/);
    });

    afterAll(async () => {
      await Promise.all(processes.map((process) => process.kill('SIGKILL')));
      await cache?.end();
      await sql('test', `drop database if exists ${database} with (force)`);
    });

    test('a toggle is live on every edge, and the answer can wait for that', async () => {
      await everyEdgeSays(false);
      const { result_info } = await api(
        'PATCH',
        `/apps/${app}/flags/kill-switch`,
        { enabled: true },
        { prefer: 'wait=10' },
      );
      expect(result_info.propagation).toMatchObject({ complete: true });
      expect(result_info.propagation.edges).toHaveLength(3);
      for (const edge of [0, 1, 2]) expect((await ask(edge)).value).toBe(true);
      const metrics = await fetch(`http://127.0.0.1:${edges[0]?.port}/metrics`);
      const text = await metrics.text();
      expect(text).toContain('halyard_edge_config_version{');
      expect(text).toMatch(/^halyard_build_info\{.*role="edge"\} 1$/m);
    });

    test('an edge that is killed comes back to the present', async () => {
      await edges[1]?.process.kill('SIGKILL');
      await set(false);
      const edge = edges[1];
      if (edge === undefined) throw new Error('there is an edge');
      edge.process = await startEdge(edge.port, edge.data);
      await everyEdgeSays(false);
    });

    test('edges and the service go on while the control plane is dead; it comes back with everything', async () => {
      await api('PATCH', `/apps/${app}/flags/new-checkout`, { enabled: true });
      await eventually(`${technology}: the service follows its edge`, serviceSays);
      await writer.kill('SIGKILL');
      for (const edge of [0, 1, 2]) expect((await ask(edge)).value).toBe(false);
      expect(await serviceSays()).toBe(true);
      await startWriter();
      await set(true);
      await everyEdgeSays(true);
    });

    test('the cache dies: edges go on and say how old they are; it comes back empty: everything converges', async () => {
      const before = await ask(0);
      await cache.kill();
      await eventually(
        `${technology}: an edge says that it is cut off`,
        async () => (await ask(0)).stale !== null,
      );
      expect(await set(false)).toMatchObject({ success: true });
      expect((await ask(0)).value).toBe(true);
      await cache.restart('lost');
      await everyEdgeSays(false);
      expect((await ask(0)).version).toBeGreaterThan(before.version);
    });

    test('an edge with its disk starts and serves while everything else is down', async () => {
      await set(true);
      await everyEdgeSays(true);
      const edge = edges[2];
      if (edge === undefined) throw new Error('there is an edge');
      // A clean stop keeps what is held.
      await edge.process.kill('SIGTERM');
      await writer.kill('SIGKILL');
      await cache.kill();
      edge.process = await startEdge(edge.port, edge.data);
      expect(await ask(2)).toMatchObject({ value: true, stale: expect.any(String) });
      await cache.restart('kept');
      await startWriter();
      await set(false);
      await everyEdgeSays(false);
    });
  },
);
