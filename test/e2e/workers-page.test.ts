import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { eventually, freePort } from '../process/halyard.ts';

/** The commands of docs/workers.md, as far as they go without an account of Cloudflare. */

const ROOT = join(import.meta.dirname, '..', '..');
const PAGE = readFileSync(join(ROOT, 'docs', 'workers.md'), 'utf8');
const env = { ...process.env, WRANGLER_SEND_METRICS: 'false', CI: 'true' };
const folder = mkdtempSync(join(tmpdir(), 'halyard-workers-page-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const block = (name: string): string => {
  const [, text] = new RegExp(`^\`\`\`sh ${name}\\n(.*?)^\`\`\``, 'ms').exec(PAGE) ?? [];
  if (text === undefined) throw new Error(`docs/workers.md has no block ${name}.`);
  return text.trim();
};

const printed = (process: ChildProcess, pattern: RegExp): Promise<void> =>
  new Promise((resolve, reject) => {
    let text = '';
    process.stdout?.on('data', (data) => {
      text += String(data);
      if (pattern.test(text)) resolve();
    });
    process.once('close', () => reject(new Error(`It ended after:\n${text}`)));
  });

test('both Workers can be built without an account', async () => {
  const { stdout } = await promisify(execFile)('sh', ['-euc', block('without-an-account')], {
    cwd: ROOT,
    env,
  });
  for (const binding of ['FLAG_CACHE', 'ACCOUNTS', 'APPS', 'ASSETS', 'EVALUATOR', 'HEADS']) {
    expect(stdout).toContain(`env.${binding}`);
  }
  expect(stdout.match(/--dry-run: exiting now/g)).toHaveLength(2);
});

test('every file and script that the page names is there', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  for (const [, script = ''] of PAGE.matchAll(/npm run ([\w:-]+)/g)) expect(scripts).toHaveProperty([script]);
  for (const config of ['control-plane/wrangler.jsonc', 'evaluator/edge/wrangler.jsonc']) {
    expect(PAGE).toContain(config);
    expect(readFileSync(join(ROOT, config), 'utf8')).toContain(`"id": "${'0'.repeat(32)}"`);
  }
});

test('all of it runs locally: a flag made through the API is evaluated over OFREP, at one address', async () => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const [, token = ''] = /admin token `(hly_\S+)`/.exec(PAGE) ?? [];
  const command = `${block('locally')} -- --port ${port} --inspector-port 0 --persist-to ${folder}`;
  const dev: ChildProcess = spawn('sh', ['-c', command], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  try {
    await printed(dev, /Ready on/);
    const ask = async (path: string, body: object) => {
      const answer = await fetch(`${url}/client/v4/accounts/default/flagship${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return (await answer.json()).result;
    };
    const app = await ask('/apps', { name: 'shop' });
    await ask(`/apps/${app.id}/flags`, {
      key: 'new-checkout',
      enabled: true,
      variations: { on: true, off: false },
      default_variation: 'on',
      rules: [],
    });
    const { secret } = await ask('/tokens', { name: 'shop', permission: 'evaluate', app_ids: [app.id] });
    await eventually('the flag is evaluated', async () => {
      const answer = await fetch(`${url}/ofrep/v1/evaluate/flags/new-checkout`, {
        method: 'POST',
        headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
        body: '{"context":{"targetingKey":"ada"}}',
      });
      return answer.ok && (await answer.json()).value === true;
    });
    const page = await fetch(`${url}/dashboard/`);
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
    expect(await page.text()).toContain('<div id="root">');
  } finally {
    if (dev.pid !== undefined) process.kill(-dev.pid, 'SIGTERM');
  }
});
