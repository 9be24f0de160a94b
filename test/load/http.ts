/**
 * The HTTP benchmark: `npm run bench:http`. Real processes on this machine; the load comes from this process, so both share its cores.
 * Prints ratios where two things are compared in one run: evaluation against a bare Hono route that parses the same body and answers
 * the same bytes.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Started, startHalyard, startNode } from '../process/halyard.ts';
import { ask, hangUp } from './calls.ts';

const SECONDS = Number(process.env['SECONDS'] ?? 4);
const WRITERS = 8;
const READERS = 16;

/** Calls a second, by `workers` that each wait for their answer. */
const rate = async (
  workers: number,
  call: (worker: number, turn: number) => Promise<unknown>,
): Promise<number> => {
  const until = performance.now() + SECONDS * 1000;
  const from = performance.now();
  let calls = 0;
  await Promise.all(
    Array.from({ length: workers }, async (_, worker) => {
      for (let turn = 0; performance.now() < until; turn += 1) {
        await call(worker, turn);
        calls += 1;
      }
    }),
  );
  return calls / ((performance.now() - from) / 1000);
};

const cwd = mkdtempSync(join(tmpdir(), 'halyard-bench-'));
const token = 'benchmark-benchmark-benchmark';
const json = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
const started: Started[] = [];

try {
  const halyard = startHalyard(['start', '--port', '0', '--no-example'], {
    cwd,
    env: { HALYARD_ADMIN_TOKEN: token, HALYARD_LOG: 'warn' },
  });
  started.push(halyard);
  const [, url = ''] = await halyard.printed(/running on (\S+)/);
  const base = `${url}/client/v4/accounts/default/flagship`;
  const app = JSON.parse(await ask(`${base}/apps`, 'POST', json, '{"name":"bench"}')).result.id;
  for (let i = 0; i < WRITERS; i += 1) {
    await ask(
      `${base}/apps/${app}/flags`,
      'POST',
      json,
      JSON.stringify({
        key: `flag-${i}`,
        enabled: true,
        variations: { on: true, off: false },
        default_variation: 'off',
        rules: [
          {
            priority: 1,
            conditions: [{ attribute: 'plan', operator: 'equals', value: 'pro' }],
            serve_variation: 'on',
          },
        ],
      }),
    );
  }
  const commits = await rate(WRITERS, (worker, turn) =>
    ask(`${base}/apps/${app}/flags/flag-${worker}`, 'PATCH', json, `{"enabled":${turn % 2 === 1}}`),
  );
  console.log(`durable commits a second, ${WRITERS} writers, SQLite: ${Math.round(commits)} (goal: 1,000)`);

  const page = JSON.parse(
    await ask(
      `${base}/tokens`,
      'POST',
      json,
      JSON.stringify({ name: 'page', permission: 'evaluate', app_ids: [app] }),
    ),
  ).result.secret;
  const headers = { authorization: `Bearer ${page}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ context: { targetingKey: 'user-42', plan: 'pro', country: 'us' } });
  const evaluate = `${url}/ofrep/v1/evaluate/flags/flag-0`;
  const answer = await ask(evaluate, 'POST', headers, body);
  const bare = startNode('test/load/bare.ts', [], { cwd, env: { ANSWER: answer } });
  started.push(bare);
  const [, bareUrl = ''] = await bare.printed(/on (\S+)/);
  const ratios: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    const ours = await rate(READERS, () => ask(evaluate, 'POST', headers, body));
    const theirs = await rate(READERS, () => ask(`${bareUrl}/evaluate`, 'POST', headers, body));
    ratios.push(ours / theirs);
    console.log(
      `OFREP single: ${Math.round(ours)} a second, a bare Hono route ${Math.round(theirs)}: ${(ours / theirs).toFixed(2)}×`,
    );
  }
  console.log(`OFREP single, median ratio: ${ratios.toSorted()[1]?.toFixed(2)}× (goal: at least 0.85×)`);
} finally {
  for (const process of started) await process.kill('SIGKILL');
  hangUp();
}
