import { execFileSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Stores } from '../port.ts';
import { verifyChain } from '../sql/audit.ts';
import type { StoreLog } from '../sql/log.ts';
import { by, commit, create, settle, toggle } from '../testing/contract/fixture.ts';
import { clock } from '../testing/contract.ts';
import { openSqliteStores } from './index.ts';

const MIB = 1024 * 1024;
let directory: string;
let mounted = false;
let stores: Stores | null = null;
const logged: string[] = [];
const write = (_: object, message: string): void => {
  logged.push(message);
};
const log: StoreLog = { debug: write, info: write, warn: write, error: write };

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'halyard-full-'));
  logged.length = 0;
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=40m', 'tmpfs', directory], { stdio: 'ignore' });
    mounted = true;
  } catch {
    mounted = false;
  }
});
afterEach(async () => {
  await stores?.close();
  stores = null;
  if (mounted) execFileSync('umount', ['-l', directory]);
  rmSync(directory, { recursive: true, force: true });
});

const openServer = async (): Promise<Stores> => {
  const opened = await openSqliteStores(`file:${directory}/halyard.db`, { now: clock, log });
  opened.lead((signal) => new Promise((ended) => signal.addEventListener('abort', () => ended())));
  return opened;
};

/** Fills the disk to its last byte, as somebody else's logs do. */
const fill = (name: string): string => {
  const file = join(directory, name);
  const descriptor = openSync(file, 'w');
  for (const bytes of [MIB, 4_096]) {
    try {
      for (;;) writeSync(descriptor, Buffer.alloc(bytes));
    } catch {
      // Full.
    }
  }
  closeSync(descriptor);
  return file;
};

const free = (): number => {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize;
};

const messageOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'it was written',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );

test('a full disk does not keep people from switching a flag off', async (context) => {
  if (!mounted) return context.skip('a small file system can only be mounted by root');
  stores = await openServer();
  const app = await settle(stores);
  await commit(app, [create('kill-switch', { enabled: true })]);
  const ballast = fill('logs');
  expect(free()).toBe(0);

  // The write-ahead log has room for some writes; then the reserve is needed.
  for (let n = 2; logged.every((message) => !message.startsWith('The disk is full.')); n += 1) {
    await app.commit(toggle('kill-switch', by('ann', n)));
    expect(n).toBeLessThan(2_000);
  }
  for (let n = 0; n < 50; n += 1) await app.commit(toggle('kill-switch', by('ann', 5_000 + n)));
  expect(existsSync(`${directory}/halyard.db-reserve`)).toBe(false);

  const large = Array.from({ length: 6 }, (_, n) =>
    create(`large-${n}`, { description: 'x'.repeat(200_000) }),
  );
  expect(await messageOf(commit(app, large, by('ann', 9_000)))).toBe(
    'The disk is full: only changes of up to 1024 KiB, such as switching a flag off, can be made until there is room again. Nothing needs to be restarted then.',
  );
  // Neither did the refusal of a large one stop the small ones.
  await app.commit(toggle('kill-switch', by('ann', 9_001)));

  rmSync(ballast);
  expect(await messageOf(commit(app, large, by('ann', 9_002)))).toBe('it was written');
  expect(existsSync(`${directory}/halyard.db-reserve`)).toBe(true);
  expect(logged).toContain('There is room on the disk again, and a reserve.');
  expect((await verifyChain(app.everyEntry())).ok).toBe(true);
});

test('writes that wait together when the disk becomes full are all made, and none twice', async (context) => {
  if (!mounted) return context.skip('a small file system can only be mounted by root');
  stores = await openServer();
  const app = await settle(stores);
  await commit(
    app,
    Array.from({ length: 5 }, (_, n) => create(`flag-${n}`)),
  );
  fill('logs');
  const before = (await app.outbox.version()) ?? 0;
  const writes = Array.from({ length: 300 }, (_, n) => app.commit(toggle(`flag-${n % 5}`, by('ann', n + 2))));
  await Promise.all(writes);
  expect(logged.filter((message) => message.startsWith('The disk is full.'))).toHaveLength(1);
  expect(await app.outbox.version()).toBe(before + 300);
});
