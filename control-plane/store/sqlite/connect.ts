import { resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { Problem } from '../../model/problem.ts';
import { makeDirectory, makePrivate } from './private-files.ts';

/** How long SQLite waits for another process (a token made on the command line, say) that holds the file. */
const BUSY_MS = 5_000;

/** "HALY": tells our files from other programs' (https://www.sqlite.org/pragma.html#pragma_application_id). */
export const APPLICATION_ID = 0x48414c59;

/** The absolute path, or null for a database in memory. */
export const pathOfUrl = (url: string): string | null => {
  if (url === ':memory:' || url === 'file::memory:') return null;
  if (!url.startsWith('file:') || url.length === 'file:'.length) {
    throw new Problem('invalid', {
      message: `The database URL ${JSON.stringify(url)} is none of SQLite's; expected file:PATH, such as file:./data/halyard.db, or :memory:.`,
    });
  }
  return url.startsWith('file://') ? fileURLToPath(url) : resolve(url.slice('file:'.length));
};

/**
 * Opens the file for writing, creating it and its directory if need be.
 *
 * @throws Problem `unavailable` with what to do about it.
 */
export const openWriter = (path: string | null): DatabaseSync => {
  if (path !== null) makeDirectory(path);
  return opened(path, (database) => {
    if (path !== null) {
      refuseForeign(database, path);
      refuseDamaged(database, path);
    }
    // FULL: a commit has reached the disk before it is answered, also when the power fails.
    database.exec('pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on');
    // A long reader must not leave the log at its largest size for ever.
    database.exec(`pragma journal_size_limit = ${64 * 1024 * 1024}`);
    if (Number(pragma(database, 'application_id')) === 0) {
      database.exec(`pragma application_id = ${APPLICATION_ID}`);
    }
  });
};

/** A connection that cannot write, to a file that is there. */
export const openReader = (path: string): DatabaseSync =>
  opened(path, (database) => database.exec('pragma query_only = on'));

const opened = (path: string | null, prepare: (database: DatabaseSync) => void): DatabaseSync => {
  let database: DatabaseSync | null = null;
  try {
    if (path !== null) makePrivate(path);
    database = new DatabaseSync(path ?? ':memory:', { timeout: BUSY_MS });
    prepare(database);
    return database;
  } catch (error) {
    database?.close();
    if (error instanceof Problem) throw error;
    throw new Problem('unavailable', { message: `${path ?? ':memory:'}: ${adviceOn(error)}` });
  }
};

const refuseForeign = (database: DatabaseSync, path: string): void => {
  const id = Number(pragma(database, 'application_id'));
  const tables = database.prepare("select count(*) as n from sqlite_schema where type = 'table'").get();
  if (id === APPLICATION_ID || (id === 0 && tables?.['n'] === 0)) return;
  throw new Problem('unavailable', {
    message: `${path} is a SQLite database of another program; name another file with HALYARD_DATABASE_URL.`,
  });
};

/** Damage is found now, not by the request that happens upon it, nor by a backup that is made of it. */
const refuseDamaged = (database: DatabaseSync, path: string): void => {
  const found = pragma(database, 'quick_check(1)');
  if (found === 'ok') return;
  throw new Problem('unavailable', {
    message: `${path} is damaged (${String(found).replaceAll('\n', ' ')}); move it away with its -wal and -shm files and restore a backup with "halyard restore FILE".`,
  });
};

const pragma = (database: DatabaseSync, name: string): unknown =>
  Object.values(database.prepare(`pragma ${name}`).get() ?? {})[0];

/** Result codes: https://www.sqlite.org/rescode.html. */
const adviceOn = (error: unknown): string => {
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
  const message = messageOf(error);
  switch (code) {
    case 5:
      return `another process holds the database (${message}); stop it and try again.`;
    case 8:
    case 14:
      return `the database cannot be opened for writing (${message}); make the file and its directory writable for this user, or name another file with HALYARD_DATABASE_URL.`;
    case 11:
    case 26:
      return `the file is damaged or not a SQLite database (${message}); restore a backup, or move it away to start empty.`;
    case 13:
      return `the disk is full (${message}); make room and start again.`;
    default:
      return `the database cannot be opened (${message}); see that the file and its directory are readable and writable for this user.`;
  }
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
