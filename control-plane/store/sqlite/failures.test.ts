import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { verifyChain } from '../sql/audit.ts';
import {
  ACCOUNT,
  APP,
  by,
  commit,
  create,
  refusal,
  settle,
  toggle,
  until,
} from '../testing/contract/fixture.ts';
import { clock } from '../testing/contract.ts';
import { quiet } from '../testing/quiet-log.ts';
import { openSqliteStores } from './index.ts';

const options = { now: clock, log: quiet };
let directory: string;
let path: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'halyard-failures-'));
  path = join(directory, 'halyard.db');
});
afterEach(() => rm(directory, { recursive: true }));

/** A process that opens the stores at `path`, leads, and commits one flag a line that it is told. */
const startChild = (): { child: ChildProcess; tell: (line: string) => Promise<string> } => {
  const child = spawn(
    process.execPath,
    [
      '--conditions=halyard-source',
      fileURLToPath(new URL('../testing/obedient-process.ts', import.meta.url)),
      `file:${path}`,
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    child,
    async tell(line) {
      child.stdin.write(`${line}\n`);
      return String((await lines.next()).value);
    },
  };
};

const hasPrlimit = (): boolean => {
  try {
    execFileSync('prlimit', ['--version']);
    return true;
  } catch {
    return false;
  }
};

// A limit on the size of its files is what a full disk looks like to one process.
test.runIf(hasPrlimit())(
  'a full disk refuses writes, keeps reading, and heals without a restart',
  async () => {
    const { child, tell } = startChild();
    expect(await tell('commit a')).toBe('1');
    const { size } = await stat(`${path}-wal`);
    const limit = (bytes: string): void => {
      execFileSync('prlimit', ['--pid', String(child.pid), `--fsize=${bytes}:`]);
    };
    limit(String(size + 2_000));
    expect(await tell('commit b')).toBe('unavailable');
    expect(await tell('commit c')).toBe('unavailable');
    expect(await tell('list')).toBe('a');
    limit('unlimited');
    expect(await tell('commit b')).toBe('2');
    expect(await tell('list')).toBe('a,b');
    child.stdin?.end();
    await once(child, 'exit');

    const stores = await openSqliteStores(`file:${path}`, options);
    expect((await verifyChain(stores.app(ACCOUNT, APP).everyEntry())).ok).toBe(true);
    await stores.close();
  },
);

test('the leadership of a process that was killed passes to another', async () => {
  const { child, tell } = startChild();
  expect(await tell('lead')).toBe('leading');
  const stores = await openSqliteStores(`file:${path}`, options);
  let leads = false;
  const subscription = stores.lead(async (signal) => {
    leads = true;
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve());
    });
  });
  await new Promise((resolve) => setTimeout(resolve, 700));
  expect(leads).toBe(false);
  child.kill('SIGKILL');
  expect(await until(() => leads)).toBe(true);
  await subscription.close();
  await stores.close();
});

test('a write waits for another process that holds the file, without holding up this one', async () => {
  const stores = await openSqliteStores(`file:${path}`, options);
  const app = await settle(stores);
  await commit(app, [create('a')]);
  const holder = new DatabaseSync(path);
  holder.exec('begin immediate');
  let ticks = 0;
  const ticking = setInterval(() => {
    ticks += 1;
  }, 5);
  const write = app.commit(toggle('a', by('ann', 2)));
  let settled = false;
  void write.finally(() => {
    settled = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(settled).toBe(false);
  expect(ticks > 4).toBe(true);
  // Reads go on meanwhile.
  expect((await app.flag('a'))?.version).toBe(1);
  holder.exec('rollback');
  holder.close();
  await write;
  clearInterval(ticking);
  expect((await app.flag('a'))?.version).toBe(2);
  await stores.close();
});

test('a closed store refuses writes as unavailable, after it has finished those under way', async () => {
  const stores = await openSqliteStores(`file:${path}`, options);
  const app = await settle(stores);
  const underWay = commit(app, [create('a')]);
  const closing = stores.close();
  expect((await underWay).appVersion).toBe(1);
  await closing;
  expect(await refusal(commit(app, [create('b')]))).toBe('unavailable');
});

test('a listener that fails does not fail the commit', async () => {
  const stores = await openSqliteStores(`file:${path}`, options);
  const app = await settle(stores);
  const heard: (string | null)[] = [];
  stores.onCommit(() => {
    throw new Error('not my day');
  });
  stores.onCommit((place) => heard.push(place.app));
  await commit(app, [create('a')]);
  expect(await until(() => heard.includes(APP))).toBe(true);
  await stores.close();
});
