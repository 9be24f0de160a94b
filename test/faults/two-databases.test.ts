import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually, freePort, type Started, startHalyard } from '../process/halyard.ts';
import { type ServerProcess, startServer, type Technology } from './server-process.ts';

const ADMIN = 'the-admin-token-of-this-test';

describe.each<Technology>(['redis', 'nats'])('two databases on one %s', (technology) => {
  let cache: ServerProcess;
  let directory: string;
  const started: Started[] = [];

  beforeEach(async () => {
    cache = await startServer(technology);
    directory = await mkdtemp(join(tmpdir(), 'halyard-two-'));
  });
  afterEach(async () => {
    await Promise.all(started.splice(0).map((process) => process.kill('SIGKILL')));
    await cache.end();
    await rm(directory, { recursive: true });
  });

  const run = (words: readonly string[], database: string, more: Record<string, string> = {}): Started => {
    const process = startHalyard(words, {
      cwd: directory,
      env: {
        HALYARD_ADMIN_TOKEN: ADMIN,
        HALYARD_DATABASE_URL: `file:${join(directory, database)}`,
        HALYARD_CACHE_URL: `${technology}://127.0.0.1:${cache.port}`,
        ...more,
      },
    });
    started.push(process);
    return process;
  };
  const call = async (url: string, method: string, path: string, body?: unknown) => {
    const response = await fetch(`${url}/client/v4/accounts/default/flagship${path}`, {
      method,
      headers: { authorization: `Bearer ${ADMIN}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return (await response.json()).result;
  };
  const controlPlane = async (database: string, more: Record<string, string> = {}) => {
    const port = await freePort();
    const process = run(['control-plane', '--port', `${port}`, '--no-example'], database, more);
    await process.printed(/running on/);
    return { process, url: `http://127.0.0.1:${port}` };
  };
  const edge = async (more: Record<string, string> = {}): Promise<string> => {
    const port = await freePort();
    await run(['edge', '--port', `${port}`], 'none.db', more).printed(/running on/);
    return `http://127.0.0.1:${port}`;
  };
  /** An app with a flag, and a token for it; whether an edge serves it. */
  const settled = async (url: string) => {
    const app = await call(url, 'POST', '/apps', { name: 'shop' });
    await call(url, 'POST', `/apps/${app.id}/flags`, {
      key: 'on',
      enabled: true,
      variations: { yes: true },
      default_variation: 'yes',
      rules: [],
    });
    const token = { name: 'service', permission: 'evaluate', app_ids: [app.id] };
    const { secret } = await call(url, 'POST', '/tokens', token);
    return async (at: string): Promise<boolean> => {
      const response = await fetch(`${at}/ofrep/v1/evaluate/flags/on`, {
        method: 'POST',
        headers: { authorization: `Bearer ${secret}` },
      });
      return response.status === 200 && response.headers.get('halyard-stale') === null;
    };
  };

  test('a control plane started without its volume empties no edge, until it is told to adopt the cache', async () => {
    const first = await controlPlane('one.db');
    const served = await settled(first.url);
    const at = await edge();
    await eventually('the edge serves the first database', () => served(at));
    await first.process.kill('SIGTERM');

    const fresh = await controlPlane('fresh.db');
    const servedFresh = await settled(fresh.url);
    await eventually('the log says whose the cache is', async () =>
      fresh.process.stderr().includes('account/default in the flag cache belongs to another database'),
    );
    expect((await (await fetch(`${fresh.url}/readyz`)).json()).replication).toContain('halyard adopt-cache');
    expect([await served(at), await servedFresh(at)]).toEqual([true, false]);

    const adopting = run(['adopt-cache'], 'fresh.db');
    expect(await adopting.ended).toBe(0);
    expect(adopting.stdout()).toContain('Adopted one space of another database: account/default.');
    await eventually('the edge serves the fresh database', () => servedFresh(at));
  });

  test('two installations with a prefix each do not meet', async () => {
    const [one, two] = [
      await controlPlane('one.db'),
      await controlPlane('two.db', { HALYARD_CACHE_PREFIX: 'two' }),
    ];
    const [served, servedTwo] = [await settled(one.url), await settled(two.url)];
    const [at, atTwo] = [await edge(), await edge({ HALYARD_CACHE_PREFIX: 'two' })];
    await eventually('each edge serves its own', async () => (await served(at)) && (await servedTwo(atTwo)));
    expect([await served(atTwo), await servedTwo(at)]).toEqual([false, false]);
  });
});
