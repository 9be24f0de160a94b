/**
 * The HTTP benchmark: `npm run bench:http`. Real processes on this machine; the load comes from this process, so both share its cores.
 * Prints ratios where two things are compared in one run: evaluation against a bare Hono route that parses the same body and answers
 * the same bytes.
 */
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HalyardProvider } from '@halyard/providers/server';
import { type Started, startHalyard, startNode } from '../process/halyard.ts';
import { ask, hangUp, managementOf, percentile, send } from './calls.ts';

const SECONDS = Number(process.env['SECONDS'] ?? 4);
const WRITERS = 8;
const READERS = 16;
const BULK_FLAGS = 350;
const READY_FLAGS = 1_000;

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

const bulkFlag = (i: number) => ({
  key: `flag-${i}`,
  enabled: i % 10 !== 0,
  variations: { on: true, off: false },
  default_variation: 'off',
  rules: [
    {
      priority: 1,
      conditions: [{ attribute: 'plan', operator: 'equals', value: i % 2 === 0 ? 'pro' : 'team' }],
      serve_variation: 'on',
    },
    { priority: 2, conditions: [], rollout: { percentage: 25 }, serve_variation: 'on' },
  ].slice(i % 3),
});

interface Subject {
  readonly server: Started;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Seconds of processor time a process has used; Linux only, else not a number. */
const processorSeconds = ({ process: { pid } }: Started): number => {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return Number.NaN;
  }
};

/** Answers a second, as seen from outside and for each second of processor time the server took. */
const load = async (subject: Subject, body: () => string): Promise<{ seen: number; core: number }> => {
  const before = processorSeconds(subject.server);
  let calls = 0;
  const seen = await rate(READERS, async () => {
    calls += 1;
    await send(subject.url, subject.headers, body());
  });
  return { seen, core: calls / (processorSeconds(subject.server) - before) };
};

/** Prints how many evaluations a second there are, as a ratio to a bare route that parses the same bodies and answers the same bytes. */
const compare = async (what: string, goal: number, subject: Subject, body: () => string): Promise<void> => {
  const answer = await ask(subject.url, 'POST', subject.headers, body());
  const bare = startNode('test/load/bare.ts', [], { cwd, env: { ANSWER: answer } });
  started.push(bare);
  const [, bareUrl = ''] = await bare.printed(/on (\S+)/);
  const limit = { server: bare, url: `${bareUrl}/evaluate`, headers: subject.headers };
  const ratios: { seen: number; core: number }[] = [];
  // The first round warms both up.
  for (let round = 0; round < 4; round += 1) {
    const ours = await load(subject, body);
    const theirs = await load(limit, body);
    if (round === 0) continue;
    ratios.push({ seen: ours.seen / theirs.seen, core: ours.core / theirs.core });
    console.log(
      `${what}, ${answer.length} bytes: ${Math.round(ours.seen)} a second (${Math.round(ours.core)} a core), a bare Hono route ${Math.round(theirs.seen)} (${Math.round(theirs.core)} a core)`,
    );
  }
  const median = (of: 'seen' | 'core'): string =>
    ratios
      .map((ratio) => ratio[of])
      .toSorted((a, b) => a - b)[1]
      ?.toFixed(2) ?? '';
  console.log(`${what}: ${median('core')}× a core, ${median('seen')}× as seen (goal: at least ${goal}×)`);
  await bare.kill('SIGKILL');
};

const cwd = mkdtempSync(join(tmpdir(), 'halyard-bench-'));
const token = 'benchmark-benchmark-benchmark';
const started: Started[] = [];

try {
  const halyard = startHalyard(['start', '--port', '0', '--no-example'], {
    cwd,
    env: { HALYARD_ADMIN_TOKEN: token, HALYARD_LOG: 'warn' },
  });
  started.push(halyard);
  const [, url = ''] = await halyard.printed(/running on (\S+)/);
  const manage = managementOf(url, token);
  const { id: app } = await manage('POST', '/apps', { name: 'bench' });
  for (let i = 0; i < WRITERS; i += 1) {
    await manage('POST', `/apps/${app}/flags`, {
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
    });
  }
  const commits = await rate(WRITERS, (worker, turn) =>
    manage('PATCH', `/apps/${app}/flags/flag-${worker}`, { enabled: turn % 2 === 1 }),
  );
  console.log(`durable commits a second, ${WRITERS} writers, SQLite: ${Math.round(commits)} (goal: 1,000)`);

  const headersFor = async (evaluated: string): Promise<Record<string, string>> => {
    const asked = { name: `page of ${evaluated}`, permission: 'evaluate', app_ids: [evaluated] };
    const { secret } = await manage('POST', '/tokens', asked);
    return { authorization: `Bearer ${secret}`, 'content-type': 'application/json' };
  };
  const contextOf = (user: number): string =>
    JSON.stringify({
      context: { targetingKey: `user-${user}`, plan: user % 2 === 0 ? 'pro' : 'free', country: 'us' },
    });
  const single = {
    server: halyard,
    url: `${url}/ofrep/v1/evaluate/flags/flag-0`,
    headers: await headersFor(app),
  };
  await compare('OFREP single', 0.85, single, () => contextOf(42));

  const { id: shop } = await manage('POST', '/apps', { name: 'bulk' });
  const lines = Array.from({ length: BULK_FLAGS }, (_, i) => JSON.stringify(bulkFlag(i)));
  await manage('POST', `/apps/${shop}/import`, lines.join('\n'));
  const bulk = { server: halyard, url: `${url}/ofrep/v1/evaluate/flags`, headers: await headersFor(shop) };
  let users = 0;
  await compare(`OFREP bulk of ${BULK_FLAGS}, every context another`, 0.7, bulk, () => {
    users += 1;
    return contextOf(users);
  });
  await compare(`OFREP bulk of ${BULK_FLAGS}, the same context`, 0.7, bulk, () => contextOf(42));

  const { id: large } = await manage('POST', '/apps', { name: 'large' });
  const many = Array.from({ length: READY_FLAGS }, (_, i) => JSON.stringify(bulkFlag(i)));
  await manage('POST', `/apps/${large}/import`, many.join('\n'));
  const { secret } = await manage('POST', '/tokens', {
    name: 'service',
    permission: 'config',
    app_ids: [large],
  });
  const took: number[] = [];
  for (let turn = 0; turn < 50; turn += 1) {
    const provider = new HalyardProvider({ url, token: secret });
    const from = performance.now();
    await provider.initialize();
    took.push(performance.now() - from);
    await provider.onClose();
  }
  console.log(
    `a provider is ready with ${READY_FLAGS} flags of a warm edge: p50 ${percentile(took, 0.5).toFixed(1)} ms, p90 ${percentile(took, 0.9).toFixed(1)} ms (goal: 50 ms)`,
  );
} finally {
  for (const process of started) await process.kill('SIGKILL');
  hangUp();
}
