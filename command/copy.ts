import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { withoutPassword, withoutPasswords } from '@halyard/caches/without-password';
import { type Copied, copyDatabase, type Database } from '@halyard/control-plane/copy';
import { Problem } from '@halyard/control-plane/problem';
import { backupSqlite, restoreSqlite } from '@halyard/control-plane/sqlite';
import type { Logger } from 'pino';
import { COMMAND_ACTOR } from './actor.ts';
import { type Command, UsageError } from './command-line.ts';
import { CannotStart } from './listen.ts';
import { openStores } from './open-stores.ts';
import type { Settings } from './settings.ts';

const DATABASE = /^(file:|postgres(ql)?:\/\/)/;

/** `halyard copy`: the whole database into an empty one; what it prints. */
export const copyCommand = async (
  { databaseUrl }: Settings,
  command: Command,
  log: Logger,
): Promise<string> => {
  const [from = databaseUrl] = command.options.get('--from') ?? [];
  const [to = databaseUrl] = command.options.get('--to') ?? [];
  for (const [flag, url] of [
    ['--from', from],
    ['--to', to],
  ] as const) {
    if (DATABASE.test(url)) continue;
    throw new UsageError(
      `${flag} is ${withoutPassword(url)}; expected file:PATH or postgres://USER@HOST/DATABASE.`,
    );
  }
  if (from === to) {
    throw new UsageError(
      'A copy has two databases, as in "halyard copy --from file:./data/halyard.db --to postgres://halyard@db/halyard"; the one left out is HALYARD_DATABASE_URL.',
    );
  }
  const { resumed, rows } = await copy(from, to, 'begin', log);
  return [
    `${resumed ? 'Finished the copy' : 'Copied everything'} from ${withoutPassword(from)} to ${withoutPassword(to)}, and compared every row:`,
    ...Object.entries(rows).map(([table, count]) => `  ${table.padEnd(14)} ${count}`),
    'What the old database commits from now on is not in the new one: set HALYARD_DATABASE_URL to the new one and start no server on the old one any more.',
  ].join('\n');
};

/** `halyard backup`: one SQLite file, whichever database it is of. */
export const backupCommand = async (
  { databaseUrl }: Settings,
  command: Command,
  log: Logger,
): Promise<string> => {
  const file = command.words[0];
  if (file === undefined)
    throw new UsageError('A backup needs a file to write, as in "halyard backup flags.db".');
  if (existsSync(file)) {
    throw new Problem('invalid', { message: `${resolve(file)} exists; name another file for the backup.` });
  }
  if (databaseUrl.startsWith('file:')) backupSqlite(databaseUrl, file);
  else await backupPostgres(databaseUrl, resolve(file), log);
  return `Wrote ${file}. "halyard restore ${file}" puts it into an empty database.`;
};

/** `halyard restore`: into an empty database only. */
export const restoreCommand = async (
  { databaseUrl }: Settings,
  command: Command,
  log: Logger,
): Promise<string> => {
  const file = command.words[0];
  if (file === undefined)
    throw new UsageError('Name the backup to restore, as in "halyard restore flags.db".');
  if (databaseUrl.startsWith('file:')) restoreSqlite(file, databaseUrl);
  else {
    // A copy of it is opened: opening brings a schema up to date, and a backup stays as it is.
    await inFolderBeside(resolve(file), async (folder) => {
      const url = `file:${join(folder, 'restoring.db')}`;
      restoreSqlite(file, url);
      await copy(url, databaseUrl, 'begin', log);
    });
  }
  await noteRestored(databaseUrl, file, log);
  return `Restored ${file} to ${withoutPassword(databaseUrl)}.`;
};

/** What was done after the backup is gone from the log too: it says at least where it was cut. */
const noteRestored = async (databaseUrl: string, file: string, log: Logger): Promise<void> => {
  const { accounts, close } = await openStores(databaseUrl, log);
  try {
    const note = { event: 'database_restored', detail: { file: basename(file) } } as const;
    const write = { actor: COMMAND_ACTOR, at: new Date().toISOString(), comment: null };
    for (const { id } of await accounts.accounts()) await accounts.note(id, note, write);
  } finally {
    await close();
  }
};

/** Appears under its name when it is whole, and is one moment of a database that goes on being written. */
const backupPostgres = async (url: string, file: string, log: Logger): Promise<void> => {
  await inFolderBeside(file, async (folder) => {
    const part = `file:${join(folder, 'backup.db')}`;
    await copy(url, part, 'keep', log);
    backupSqlite(part, file);
  });
};

const inFolderBeside = async (file: string, work: (folder: string) => Promise<void>): Promise<void> => {
  let folder: string;
  try {
    // Of this user alone, and on the disk that has the room.
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    folder = mkdtempSync(join(dirname(file), `.halyard-${randomBytes(4).toString('hex')}-`));
  } catch (error) {
    throw new Problem('invalid', {
      message: `Nothing can be written beside ${file} (${String(error)}); name a file in a folder that is there and writable.`,
    });
  }
  try {
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const copy = async (from: string, to: string, epochs: 'begin' | 'keep', log: Logger): Promise<Copied> => {
  if (from.startsWith('file:') && !existsSync(from.slice('file:'.length))) {
    // Opening would make one.
    throw new Problem('invalid', { message: `There is no SQLite database at ${from}.` });
  }
  const source = await open(from, false, log);
  try {
    const target = await open(to, true, log);
    try {
      return await copyDatabase(source, target, { epochs, now: Date.now });
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
};

const open = async (url: string, copying: boolean, log: Logger): Promise<Database> => {
  const options = { now: Date.now, log, copying };
  try {
    return url.startsWith('file:')
      ? await (await import('@halyard/control-plane/sqlite')).openSqliteDatabase(url, options)
      : await (await import('@halyard/control-plane/postgres')).openPostgresDatabase(url, options);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    throw new CannotStart(`${withoutPassword(url)} cannot be used: ${withoutPasswords(error.message)}`);
  }
};
