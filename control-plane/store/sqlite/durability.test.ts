import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { ChangelogEntry } from '../../model/changelog.ts';
import type { AppStore, Stores } from '../port.ts';
import { openPostgresStores } from '../postgres/index.ts';
import { verifyChain } from '../sql/audit.ts';
import { ACCOUNT, APP } from '../testing/durable-writer.ts';
import { quiet } from '../testing/quiet-log.ts';
import { createTestDatabase, usePostgres } from '../testing/test-database.ts';
import { openSqliteStores } from './index.ts';

const WRITER = fileURLToPath(new URL('../testing/durable-writer.ts', import.meta.url));
const options = { now: Date.now, log: quiet };
const TIMEOUT_MS = 300_000;
const postgres = await usePostgres();

/** Operation → the app version it was answered with. */
type Answers = Map<string, number>;

/** Runs the writer until it is killed, some time after its first answer; gathers what it had answered until then. */
const killAWriter = async (kind: string, url: string, round: number, answers: Answers): Promise<void> => {
  const child = spawn(process.execPath, ['--conditions=halyard-source', WRITER, kind, url, `r${round}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stdout.once('data', () => setTimeout(() => child.kill('SIGKILL'), Math.random() * 250));
  const [code, signal] = await once(child, 'close');
  expect([code, signal]).toEqual([null, 'SIGKILL']);
  // The last line may have been cut off by the kill.
  for (const line of output.split('\n').slice(0, -1)) {
    const [operation = '', version = ''] = line.split(' ');
    answers.set(operation, Number(version));
  }
};

const gather = async (app: AppStore): Promise<readonly ChangelogEntry[]> => {
  const entries: ChangelogEntry[] = [];
  for await (const entry of app.everyEntry()) entries.push(entry);
  return entries;
};

const expectNothingLostOrHalf = async (stores: Stores, answers: Answers): Promise<void> => {
  const app = stores.app(ACCOUNT, APP);
  const entries = await gather(app);

  const commits = new Map<string, ChangelogEntry[]>();
  for (const entry of entries) {
    const commit = commits.get(entry.comment ?? '') ?? [];
    commit.push(entry);
    commits.set(entry.comment ?? '', commit);
  }
  const written = new Map<string, number>();
  for (const [comment, commit] of commits) {
    const [operation = '', size = ''] = comment.split(' ');
    expect(commit.length, `the entries of ${operation}`).toBe(Number(size));
    expect(new Set(commit.map((entry) => entry.app_version)).size, `the versions of ${operation}`).toBe(1);
    written.set(operation, commit[0]?.app_version ?? 0);
  }
  for (const [operation, version] of answers) {
    expect(written.get(operation), `the answered ${operation}`).toBe(version);
  }

  const versions = [...new Set(entries.map((entry) => entry.app_version))];
  expect(versions).toEqual(Array.from({ length: versions.length }, (_, n) => n + 1));
  expect(await app.outbox.version()).toBe(versions.length);
  expect(await verifyChain(entries)).toEqual({
    ok: true,
    length: entries.length,
    last: entries.at(-1)?.hash ?? null,
  });

  const perFlag = new Map<string, number>();
  for (const { version, ...entry } of entries) {
    const flag_key = entry.kind === 'segment' ? entry.segment_key : entry.flag_key;
    expect(version, `a version of ${flag_key}`).toBe((perFlag.get(flag_key) ?? 0) + 1);
    perFlag.set(flag_key, version);
  }

  const replayed = new Map<string, string>();
  const rows = await app.outbox.commits(0, 1_000_000);
  expect(rows.map((row) => row.version)).toEqual(versions);
  for (const { key, value } of rows.flatMap((row) => row.changes)) {
    if (value === null) replayed.delete(key);
    else replayed.set(key, value);
  }
  const snapshot = await app.outbox.snapshot();
  expect(new Map([...replayed].sort())).toEqual(new Map([...(snapshot?.entries ?? [])].sort()));
};

describe('killed under load, again and again', () => {
  test(
    'SQLite has every answered write exactly once, and no half of one',
    async () => {
      const directory = await mkdtemp(join(tmpdir(), 'halyard-durability-'));
      const url = `file:${join(directory, 'halyard.db')}`;
      const answers: Answers = new Map();
      try {
        for (let round = 0; round < 8; round += 1) {
          await killAWriter('sqlite', url, round, answers);
          const stores = await openSqliteStores(url, options);
          await expectNothingLostOrHalf(stores, answers);
          await stores.close();
        }
        console.log(`SQLite: ${answers.size} answered writes survived eight kills.`);
      } finally {
        await rm(directory, { recursive: true });
      }
    },
    TIMEOUT_MS,
  );

  test.runIf(postgres)(
    'PostgreSQL has every answered write exactly once, and no half of one',
    async () => {
      const database = await createTestDatabase();
      const answers: Answers = new Map();
      try {
        for (let round = 0; round < 5; round += 1) {
          await killAWriter('postgres', database.url, round, answers);
          const stores = await openPostgresStores(database.url, options);
          await expectNothingLostOrHalf(stores, answers);
          await stores.close();
        }
        console.log(`PostgreSQL: ${answers.size} answered writes survived five kills.`);
      } finally {
        await database.drop();
      }
    },
    TIMEOUT_MS,
  );
});
