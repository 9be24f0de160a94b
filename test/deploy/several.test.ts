import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, expect, test } from 'vitest';
import { eventually, freePort, type Started, startCommand, startHalyard } from '../process/halyard.ts';
import { compose } from './compose.ts';
import { DEPLOY, there } from './tools.ts';

const SERVER = 'postgres://root@127.0.0.1:5432';
const TOKEN = 'the-admin-token-of-this-test';
const folder = mkdtempSync(join(tmpdir(), 'halyard-several-'));
const database = `halyard_several_${randomBytes(6).toString('hex')}`;
const started = new Map<string, Started>();

const sql = async (statement: string): Promise<void> => {
  const client = new pg.Client({ connectionString: `${SERVER}/test` });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
};

const usable =
  there('nginx', '-v') &&
  (process.env['CI'] === 'true' ||
    (await sql('select 1').then(
      () => true,
      () => false,
    )));

afterAll(async () => {
  // Killed, nginx would leave its workers behind.
  for (const [name, each] of started) await each.kill(name === 'nginx' ? 'SIGTERM' : 'SIGKILL');
  if (usable) await sql(`drop database if exists ${database} with (force)`);
});

/** A variable of the compose file as it is without containers: other addresses, other folders. */
const outside = (value: string, service: string, url: string): string =>
  value
    .replace(/^\$\{HALYARD_PUBLIC_URL:-.*\}$/, url)
    .replace('//redis:', '//127.0.0.1:')
    .replace(/^\/run\/secrets/, join(folder, 'secrets'))
    .replace(/^\/data/, join(folder, service));

test.runIf(usable)(
  'the several of compose.yaml, started by hand: changes reach every edge through nginx, with a control plane and an edge killed too',
  async () => {
    await sql(`create database ${database}`);
    const front = await freePort();
    const url = `http://127.0.0.1:${front}`;
    mkdirSync(join(folder, 'secrets'));
    writeFileSync(join(folder, 'secrets', 'database-url'), `${SERVER}/${database}\n`);
    writeFileSync(join(folder, 'secrets', 'admin-token'), `${TOKEN}\n`);
    let proxy = readFileSync(join(DEPLOY, 'nginx.conf'), 'utf8').replace(
      'listen 8080;',
      `listen 127.0.0.1:${front};`,
    );
    const several = Object.entries(compose.services).filter(
      ([, { build, profiles }]) => build !== undefined && profiles.includes('several'),
    );
    for (const [name, { command = [], environment = {} }] of several) {
      const port = await freePort();
      proxy = proxy.replace(`${name}:4280`, `127.0.0.1:${port}`);
      const env = Object.entries(environment).map(([variable, value]) => [
        variable,
        outside(value, name, url),
      ]);
      const process = startHalyard([...command], {
        cwd: folder,
        env: { ...Object.fromEntries(env), HALYARD_PORT: `${port}`, HALYARD_CACHE_PREFIX: database },
      });
      started.set(name, process);
      await process.printed(/running on (\S+)/);
    }
    proxy = proxy.replaceAll('/tmp/', `${folder}/`);
    const root = globalThis.process.getuid?.() === 0 ? 'user root;\n' : '';
    writeFileSync(join(folder, 'nginx.conf'), `${root}daemon off;\nerror_log stderr error;\n${proxy}`);
    started.set(
      'nginx',
      startCommand('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf')], { cwd: folder }),
    );
    await eventually('nginx answers', async () => (await fetch(`${url}/healthz`)).ok);

    const ask = async (method: string, path: string, body?: object) => {
      const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
      return fetch(`${url}${path}`, {
        method,
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    };
    const flagship = '/client/v4/accounts/default/flagship';
    const app = (await (await ask('POST', `${flagship}/apps`, { name: 'shop' })).json()).result.id;
    const flag = {
      key: 'sale',
      enabled: true,
      variations: { on: true, off: false },
      default_variation: 'off',
      off_variation: 'off',
      rules: [],
    };
    expect((await ask('POST', `${flagship}/apps/${app}/flags`, flag)).status).toBe(201);
    const token = (
      await (
        await ask('POST', `${flagship}/tokens`, { name: 'shop', permission: 'evaluate', app_ids: [app] })
      ).json()
    ).result.secret;
    /** Whether each of several answers is the value: nginx takes turns. */
    const everywhere = async (value: boolean): Promise<boolean> => {
      for (let turn = 0; turn < 6; turn += 1) {
        const answer = await fetch(`${url}/apps/${app}/ofrep/v1/evaluate/flags/sale`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: '{"context":{"targetingKey":"ada"}}',
        });
        if (!answer.ok || (await answer.json()).value !== value) return false;
      }
      return true;
    };
    await eventually('every edge has the flag', () => everywhere(false));

    await started.get('control-plane-1')?.kill('SIGKILL');
    await started.get('edge-1')?.kill('SIGKILL');
    await eventually(
      'a change is taken',
      async () => (await ask('PATCH', `${flagship}/apps/${app}/flags/sale`, { default_variation: 'on' })).ok,
    );
    await eventually('every edge has the change', () => everywhere(true));
    expect((await fetch(`${url}/metrics`)).status).toBe(404);
    expect(await (await fetch(`${url}/dashboard/`)).text()).toContain('<div id="root">');
    const propagation = await (await ask('GET', `${flagship}/apps/${app}/propagation`)).json();
    expect(propagation.result.edges.length).toBeGreaterThan(1);
  },
);
