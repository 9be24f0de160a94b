/**
 * How fast a commit is everywhere: `npm run bench:propagation`. Real processes on this machine: a control plane on SQLite, a Redis or
 * NATS of the benchmark's own, and edges; what asks is this process, so all share the machine's cores.
 *
 * - From the answer of a commit to its being visible by evaluation on each of 20 edges. An evaluation that names the commit's version
 *   (`flagConfigEtag`) is answered when the edge has it, so nothing polls.
 * - To each of 1,000 subscribers of the configuration stream of one edge.
 * - The same with 100 and with 100,000 flags in the app, on three edges.
 * - Start of an edge with 10,000 flags, and its memory over an empty one's.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type ClientRequest, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer, type Technology } from '../faults/server-process.ts';
import { type Started, startHalyard } from '../process/halyard.ts';
import { ask, hangUp, type Management, managementOf, percentile } from './calls.ts';

const COMMITS = Number(process.env['COMMITS'] ?? 200);
const EDGES = Number(process.env['EDGES'] ?? 20);
const SUBSCRIBERS = Number(process.env['SUBSCRIBERS'] ?? 1_000);
/** Between commits, so that each is measured alone. */
const PAUSE_MS = 50;
const TOKEN = 'benchmark-benchmark-benchmark';

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const flagOf = (key: string) => ({
  key,
  enabled: true,
  variations: { on: true, off: false },
  default_variation: 'off',
  rules: [
    {
      priority: 1,
      conditions: [{ attribute: 'plan', operator: 'equals', value: 'pro' }],
      serve_variation: 'on',
    },
    { priority: 2, conditions: [], rollout: { percentage: 25 }, serve_variation: 'on' },
  ],
});

const report = (what: string, values: readonly number[], goalMs: number): void => {
  const at = (share: number): string => percentile(values, share).toFixed(1);
  console.log(`${what}: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${at(1)} ms (goal: p99 ${goalMs} ms)`);
};

interface Fleet {
  readonly manage: Management;
  readonly startEdge: () => Promise<{ readonly url: string; readonly process: Started }>;
  readonly end: () => Promise<void>;
}

const startFleet = async (technology: Technology): Promise<Fleet> => {
  const cwd = mkdtempSync(join(tmpdir(), 'halyard-bench-'));
  const server = await startServer(technology);
  const started: Started[] = [];
  const env = {
    HALYARD_CACHE_URL: `${technology}://127.0.0.1:${server.port}`,
    HALYARD_ADMIN_TOKEN: TOKEN,
    HALYARD_LOG: 'warn',
  };
  const writer = startHalyard(['control-plane', '--port', '0', '--no-example'], { cwd, env });
  started.push(writer);
  const [, url = ''] = await writer.printed(/running on (\S+)/);
  return {
    manage: managementOf(url, TOKEN),
    async startEdge() {
      const edge = startHalyard(['edge', '--port', '0'], { cwd, env });
      started.push(edge);
      const [, at = ''] = await edge.printed(/running on (\S+)/);
      return { url: at, process: edge };
    },
    async end() {
      for (const { kill } of started) await kill('SIGKILL');
      await server.end();
      rmSync(cwd, { recursive: true, force: true });
    },
  };
};

/** An app with that many flags, and a token that evaluates it and reads its configuration. */
const appOf = async (manage: Management, flags: number): Promise<{ app: string; secret: string }> => {
  const { id: app } = await manage('POST', '/apps', { name: `with-${flags}` });
  const lines = Array.from({ length: flags }, (_, i) => JSON.stringify(flagOf(`flag-${i}`)));
  await manage('POST', `/apps/${app}/import`, lines.join('\n'));
  const token = { name: `of-${app}`, permission: 'config', app_ids: [app] };
  const { secret } = await manage('POST', '/tokens', token);
  return { app, secret };
};

const toggle = async (manage: Management, app: string, turn: number): Promise<number> => {
  const changes = [{ op: 'patch', key: 'flag-0', flag: { enabled: turn % 2 === 1 } }];
  return (await manage('POST', `/apps/${app}/changes`, { changes })).app_version;
};

/** Resolves when the edge evaluates with the version. */
const visible = (edge: string, secret: string, version: number): Promise<string> =>
  ask(
    `${edge}/ofrep/v1/evaluate/flags/flag-0?flagConfigEtag=${version}`,
    'POST',
    { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    '{"context":{"targetingKey":"user-42","plan":"pro"}}',
  );

/** Waits for an edge that is still loading the app. */
const warm = async (edge: string, secret: string, version: number): Promise<void> => {
  for (let attempt = 0; attempt < 30; attempt += 1) {
    try {
      await visible(edge, secret, version);
      return;
    } catch {
      await sleep(500);
    }
  }
  throw new Error(`${edge} did not load the app.`);
};

/** Milliseconds from the answer of each commit to its being visible on each edge. */
const toEdges = async (
  manage: Management,
  edges: readonly string[],
  { app, secret }: { readonly app: string; readonly secret: string },
): Promise<{ readonly each: readonly number[]; readonly last: readonly number[] }> => {
  const each: number[] = [];
  const last: number[] = [];
  await Promise.all(edges.map((edge) => warm(edge, secret, 1)));
  for (let turn = 0; turn < COMMITS; turn += 1) {
    const version = await toggle(manage, app, turn);
    const answered = performance.now();
    const took = await Promise.all(
      edges.map(async (edge) => {
        await visible(edge, secret, version);
        return performance.now() - answered;
      }),
    );
    // The first ones open the connections.
    if (turn >= 5) {
      each.push(...took);
      last.push(Math.max(...took));
    }
    await sleep(PAUSE_MS);
  }
  return { each, last };
};

interface Subscriber {
  readonly request: ClientRequest;
  /** By version, when this reader had it. */
  readonly at: Map<number, number>;
}

const subscribe = (edge: string, app: string, secret: string): Promise<Subscriber> =>
  new Promise((resolve, reject) => {
    const at = new Map<number, number>();
    const request = get(
      `${edge}/apps/${app}/stream`,
      { agent: false, headers: { authorization: `Bearer ${secret}` } },
      (answer) => {
        answer.setEncoding('utf8').on('data', (text: string) => {
          const now = performance.now();
          for (const [, version] of text.matchAll(/^id: ?(\d+)/gm)) at.set(Number(version), now);
          resolve({ request, at });
        });
      },
    );
    request.on('error', reject);
  });

const toSubscribers = async (
  manage: Management,
  edge: string,
  { app, secret }: { readonly app: string; readonly secret: string },
): Promise<readonly number[]> => {
  const subscribers: Subscriber[] = [];
  for (let i = 0; i < SUBSCRIBERS; i += 50) {
    const opening = Array.from({ length: 50 }, () => subscribe(edge, app, secret));
    subscribers.push(...(await Promise.all(opening)));
  }
  const took: number[] = [];
  for (let turn = 0; turn < COMMITS / 4; turn += 1) {
    const version = await toggle(manage, app, turn);
    const answered = performance.now();
    while (!subscribers.every(({ at }) => at.has(version))) {
      if (performance.now() - answered > 10_000) throw new Error('A subscriber was not told in 10 s.');
      await sleep(1);
    }
    for (const { at } of subscribers) took.push(Math.max(0, (at.get(version) ?? 0) - answered));
    await sleep(PAUSE_MS);
  }
  for (const { request } of subscribers) request.on('error', () => undefined).destroy();
  return took;
};

/** Resident memory of a process in MB; Linux only, else not a number. */
const residentOf = ({ process: { pid } }: Started): number => {
  try {
    return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
  } catch {
    return Number.NaN;
  }
};

/** Until the first evaluation of the app, until all its flags were evaluated, and the memory a while later. */
const startOf = async (
  fleet: Fleet,
  secret: string | null,
): Promise<{ readonly ms: number; readonly allMs: number; readonly mb: number }> => {
  const from = performance.now();
  const edge = await fleet.startEdge();
  if (secret !== null) await visible(edge.url, secret, 1);
  const ms = performance.now() - from;
  if (secret !== null) {
    const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' };
    await ask(
      `${edge.url}/ofrep/v1/evaluate/flags`,
      'POST',
      headers,
      '{"context":{"targetingKey":"user-42"}}',
    );
  }
  const allMs = performance.now() - from;
  await sleep(2_000);
  const mb = residentOf(edge.process);
  await edge.process.kill('SIGKILL');
  return { ms, allMs, mb };
};

for (const technology of ['redis', 'nats'] satisfies Technology[]) {
  const fleet = await startFleet(technology);
  try {
    const { manage } = fleet;
    const small = await appOf(manage, 100);
    const three = [];
    for (let i = 0; i < 3; i += 1) three.push((await fleet.startEdge()).url);
    const few = await toEdges(manage, three, small);

    const edges = [...three];
    for (let i = three.length; i < EDGES; i += 1) edges.push((await fleet.startEdge()).url);
    const all = await toEdges(manage, edges, small);
    report(`${technology}, a commit to each of ${edges.length} edges`, all.each, 50);
    report(`${technology}, a commit to the last of ${edges.length} edges`, all.last, 50);
    report(
      `${technology}, to ${SUBSCRIBERS} subscribers of one edge`,
      await toSubscribers(manage, edges[0] ?? '', small),
      250,
    );
    console.log(`${technology}, to 3 edges, 100 flags: p50 ${percentile(few.each, 0.5).toFixed(1)} ms`);
  } finally {
    await fleet.end();
  }

  const large = await startFleet(technology);
  try {
    const empty = await startOf(large, null);
    const ten = await appOf(large.manage, 10_000);
    const full = await startOf(large, ten.secret);
    console.log(
      `${technology}, start of an edge: ${Math.round(full.ms)} ms with 10,000 flags to the first evaluation, ${Math.round(full.allMs)} ms to one of them all, ${Math.round(empty.ms)} ms without any (goal: 1,000 ms); ${(full.mb - empty.mb).toFixed(1)} MB over the empty edge's ${empty.mb.toFixed(1)} MB (goal: 60 MB)`,
    );
  } finally {
    await large.end();
  }

  const huge = await startFleet(technology);
  try {
    const many = await appOf(huge.manage, 100_000);
    const three = [];
    for (let i = 0; i < 3; i += 1) three.push((await huge.startEdge()).url);
    const took = await toEdges(huge.manage, three, many);
    report(`${technology}, a toggle among 100,000 flags to each of 3 edges`, took.each, 50);
  } finally {
    await huge.end();
  }
}
hangUp();
