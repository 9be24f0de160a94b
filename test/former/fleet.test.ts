import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HalyardProvider } from '@halyard/providers/server';
import { OpenFeature } from '@openfeature/server-sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ServerProcess, startServer, type Technology } from '../faults/server-process.ts';
import { eventually, freePort, type Started, startCommand, startHalyard } from '../process/halyard.ts';
import { checkOutFormer, type Former, hasFormer } from './packages.ts';

const ADMIN = 'the-admin-token-of-this-test';
const USERS = ['ada', 'ben', 'cleo', 'dan', 'eve', 'finn'];
const BOOLEAN = { enabled: true, variations: { on: true, off: false }, default_variation: 'off' };
const FLAGS = [
  {
    ...BOOLEAN,
    key: 'kill-switch',
    rules: [{ priority: 1, conditions: [], serve_variation: 'on' }],
  },
  {
    ...BOOLEAN,
    key: 'half',
    rules: [
      {
        priority: 1,
        conditions: [{ attribute: 'plan', operator: 'in', value: ['pro', 'enterprise'] }],
        serve_variation: 'on',
        rollout: { percentage: 50 },
      },
    ],
  },
];

describe.runIf(hasFormer()).for<Technology>(['redis', 'nats'])(
  'a former and a present release on one %s',
  (technology) => {
    let former: Former;
    let cache: ServerProcess;
    let cwd: string;
    let port: number;
    let token: string;
    let writer: Started;
    const started: Started[] = [];

    beforeAll(async () => {
      former = checkOutFormer();
      cache = await startServer(technology);
      cwd = mkdtempSync(join(tmpdir(), 'halyard-fleet-'));
      port = await freePort();
    });
    afterAll(async () => {
      await OpenFeature.clearProviders();
      await Promise.all(started.map((process) => process.kill('SIGKILL')));
      await cache.end();
      former.remove();
      rmSync(cwd, { recursive: true, force: true });
    });

    const start = async (release: 'former' | 'present', words: readonly string[]): Promise<Started> => {
      const env = {
        HALYARD_CACHE_URL: `${technology}://127.0.0.1:${cache.port}`,
        HALYARD_LOG: 'warn',
        ...(words[0] === 'control-plane' ? { HALYARD_ADMIN_TOKEN: ADMIN } : {}),
      };
      const process =
        release === 'present'
          ? startHalyard(words, { cwd, env })
          : startCommand(
              globalThis.process.execPath,
              ['--conditions=halyard-source', former.file('halyard.ts'), ...words],
              { cwd, env },
            );
      started.push(process);
      await process.printed(/running on/);
      return process;
    };
    const startWriter = async (release: 'former' | 'present'): Promise<void> => {
      writer = await start(release, ['control-plane', '--port', `${port}`, '--no-example']);
    };
    const startEdge = async (release: 'former' | 'present'): Promise<string> => {
      const at = await freePort();
      await start(release, ['edge', '--port', `${at}`]);
      return `http://127.0.0.1:${at}`;
    };
    const api = async (method: string, path: string, body: unknown) => {
      const response = await fetch(`http://127.0.0.1:${port}/client/v4/accounts/default/flagship${path}`, {
        method,
        headers: { authorization: `Bearer ${ADMIN}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      const { errors, result } = await response.json();
      expect(errors, `${method} ${path}`).toEqual([]);
      return result;
    };
    /** What an edge answers everybody, or the status of its refusal. */
    const answers = (url: string): Promise<unknown> =>
      Promise.all(
        USERS.map(async (targetingKey) => {
          const response = await fetch(`${url}/ofrep/v1/evaluate/flags`, {
            method: 'POST',
            headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
            body: JSON.stringify({ context: { targetingKey, plan: 'pro' } }),
          });
          if (response.status !== 200) return response.status;
          const { flags } = await response.json();
          // Edges answer flags in the order in which they heard of them.
          return flags.map(({ key, value }: { key: string; value: unknown }) => `${key}: ${value}`).sort();
        }),
      );

    test('both edges answer alike, a kill switch reaches both, and the next release takes over without emptying either', async () => {
      await startWriter('former');
      const app = (await api('POST', '/apps', { name: 'shop' })).id;
      for (const flag of FLAGS) await api('POST', `/apps/${app}/flags`, flag);
      token = (await api('POST', '/tokens', { name: 'pages', permission: 'evaluate', app_ids: [app] }))
        .secret;
      const config = await api('POST', '/tokens', { name: 'service', permission: 'config', app_ids: [app] });
      const edges = [await startEdge('former'), await startEdge('present')] as const;
      const onAt = async (url: string): Promise<boolean | null> => {
        const said = JSON.stringify(await answers(url));
        return said.includes('half') ? said.includes('kill-switch: true') : null;
      };
      const bothSay = (on: boolean, when: string): Promise<number> =>
        eventually(`${technology}: ${on} at both edges ${when}`, async () => {
          const said = await Promise.all(edges.map(onAt));
          return said.every((each) => each === on);
        });
      await bothSay(true, 'at first');
      expect(await answers(edges[1])).toEqual(await answers(edges[0]));

      // Today's provider at the former edge: services are often deployed before edges are.
      const provider = new HalyardProvider({ url: edges[0], app, token: config.secret });
      await OpenFeature.setProviderAndWait(technology, provider);
      const client = OpenFeature.getClient(technology);
      const providerSays = (on: boolean): Promise<number> =>
        eventually(
          `${technology}: ${on} in the provider`,
          async () => (await client.getBooleanValue('kill-switch', !on)) === on,
        );
      await providerSays(true);

      const kill = (enabled: boolean) => api('PATCH', `/apps/${app}/flags/kill-switch`, { enabled });
      await kill(false);
      await bothSay(false, 'by the former release');
      await providerSays(false);

      const before = await answers(edges[0]);
      let watching = true;
      const wrong: unknown[] = [];
      const watch = async (url: string): Promise<void> => {
        while (watching) {
          const said = await answers(url);
          if (JSON.stringify(said) !== JSON.stringify(before)) wrong.push([url, said]);
        }
      };
      const watches = edges.map(watch);
      await writer.kill('SIGTERM');
      await startWriter('present');
      // Something that both edges have to be brought: the new history has reached them when they know it.
      const another = await api('POST', '/tokens', { name: 'later', permission: 'evaluate', app_ids: [app] });
      for (const url of edges) {
        await eventually(`${technology}: a token of the present release is known at ${url}`, async () => {
          const headers = { authorization: `Bearer ${another.secret}` };
          return (await fetch(`${url}/ofrep/v1/evaluate/flags`, { method: 'POST', headers })).status === 200;
        });
      }
      watching = false;
      await Promise.all(watches);
      expect(wrong).toEqual([]);

      await kill(true);
      await bothSay(true, 'by the present release');
      await providerSays(true);
      expect(await answers(edges[1])).toEqual(await answers(edges[0]));
    });
  },
);

test.runIf(!hasFormer())('the former release was not there, so it was not tried beside this one', () => {
  console.warn('This checkout has no history: the former release was not tried beside this one.');
});
