/**
 * What somebody with a `read` or `write` token can take from everybody else: `npm run bench:starving`.
 * One real control plane on SQLite; what asks is this process, so both share the machine's cores.
 *
 * - The time of a commit while STREAMS dashboards follow the app, whose newest 200 changes are of large flags.
 * - An import of one endless line, and one of nothing but mistakes.
 * - `explain` of a long context against a flag of many conditions.
 */
import { mkdtempSync, readFileSync } from 'node:fs';
import { type ClientRequest, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startHalyard } from '../process/halyard.ts';
import { percentile } from './calls.ts';

const TOKEN = 'benchmark-benchmark-benchmark';
const STREAMS = (process.env['STREAMS'] ?? '0,10,30').split(',').map(Number);
const COMMITS = Number(process.env['COMMITS'] ?? 20);
const MIB = 1024 * 1024;

const server = startHalyard(['start', '--port', '0', '--no-example'], {
  cwd: mkdtempSync(join(tmpdir(), 'halyard-starving-')),
  env: { HALYARD_ADMIN_TOKEN: TOKEN },
});
const [url = ''] = await server.printed(/http:\/\/127\.0\.0\.1:\d+/);
const root = `${url}/client/v4/accounts/default/flagship`;
const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };

const most = (): number => {
  const status = readFileSync(`/proc/${server.process.pid}/status`, 'utf8');
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
};

const ask = async (method: string, path: string, body?: BodyInit, type = 'application/json') => {
  const from = performance.now();
  try {
    const response = await fetch(`${root}${path}`, {
      method,
      headers: { ...headers, 'content-type': type },
      ...(body === undefined ? {} : { body, duplex: 'half' as const }),
    });
    const text = await response.text();
    return { status: response.status, text, ms: performance.now() - from };
  } catch (error) {
    return { status: 0, text: String(error), ms: performance.now() - from };
  }
};

const say = (what: string): void => console.log(`${what}; most memory so far ${most()} MB`);

const app: string = JSON.parse((await ask('POST', '/apps', '{"name":"starved"}')).text).result.id;
const flag = (key: string, more: object = {}) => ({
  key,
  enabled: true,
  variations: { on: true, off: false },
  default_variation: 'off',
  rules: [],
  ...more,
});
const put = (key: string, more: object) =>
  ask('PUT', `/apps/${app}/flags/${key}`, JSON.stringify(flag(key, more)));

const large = { description: 'x'.repeat(60_000) };
for (let n = 0; n < 200; n += 1) {
  await ask('POST', `/apps/${app}/flags`, JSON.stringify(flag(`large-${n}`, large)));
}
await ask('POST', `/apps/${app}/flags`, JSON.stringify(flag('small')));
say('ready');

const open: ClientRequest[] = [];
for (const streams of STREAMS) {
  while (open.length < streams) {
    const request = get(`${root}/apps/${app}/events`, { headers, agent: false }, (answer) => answer.resume());
    request.on('error', () => {});
    open.push(request);
  }
  await ask('GET', `/apps/${app}`);
  const took: number[] = [];
  for (let n = 0; n < COMMITS; n += 1) {
    took.push((await put('small', { enabled: n % 2 === 0 })).ms);
  }
  say(
    `${streams} streams: a commit takes p50 ${percentile(took, 0.5).toFixed(1)} ms, most ${percentile(took, 1).toFixed(1)} ms`,
  );
}
for (const request of open) request.destroy();

const conditions = Array.from({ length: 2_000 }, () => ({
  attribute: 'a',
  operator: 'contains',
  value: 'b',
}));
await ask(
  'POST',
  `/apps/${app}/flags`,
  JSON.stringify(flag('conditions', { rules: [{ priority: 1, conditions, serve_variation: 'on' }] })),
);
for (const kib of [60, 900]) {
  const body = JSON.stringify({ key: 'conditions', context: { a: 'x'.repeat(kib * 1024) } });
  const { status, text, ms } = await ask('POST', `/apps/${app}/explain`, body);
  say(`explain of ${kib} KiB: ${status}, ${text.length} characters in ${ms.toFixed(0)} ms`);
}

const repeated = (text: string, size: number) => {
  let left = size;
  const piece = new TextEncoder().encode(text.repeat(Math.ceil(65_536 / text.length)));
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      left -= piece.length;
      controller.enqueue(piece);
      if (left <= 0) controller.close();
    },
  });
};
for (const [what, text, size] of [
  ['20 MB of {} lines', '{}\n', 20 * MIB],
  ['one line of 200 MB', 'x', 200 * MIB],
] as const) {
  const { status, ms } = await ask(
    'POST',
    `/apps/${app}/import`,
    repeated(text, size),
    'application/x-ndjson',
  );
  say(`import of ${what}: ${status} in ${ms.toFixed(0)} ms`);
}
await server.kill('SIGKILL');
process.exit(0);
