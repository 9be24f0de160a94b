import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { newEpoch } from '@halyard/caches';
import { Problem } from '../../model/problem.ts';
import { APPLICATION_ID, openReader, pathOfUrl } from './connect.ts';
import { copyPrivately, makeDirectory, makePrivate } from './private-files.ts';

/**
 * Writes the database at `url` as it is at one moment to a new file, compacted. A server may be running on it: it goes on writing
 * and is not waited for. The file appears under its name only when it is complete and on the disk.
 *
 * @throws Problem `invalid` if there is no such database or `file` exists; `unavailable` if it cannot be read or written.
 */
export const backupSqlite = (url: string, file: string): void => {
  const path = pathOfUrl(url);
  if (path === null || !existsSync(path)) {
    throw new Problem('invalid', {
      message: `There is no SQLite database at ${url} that could be backed up.`,
    });
  }
  const target = resolve(file);
  refuseExisting(target, 'name another file for the backup');
  makeDirectory(target);
  const part = `${target}.part`;
  rmSync(part, { force: true });
  const source = openReader(path);
  try {
    // VACUUM INTO writes to the new file only, but SQLite counts it as a write.
    source.exec('pragma query_only = off');
    makePrivate(part);
    source.prepare('vacuum into ?').run(part);
    flush(part);
    renameSync(part, target);
    flush(dirname(target));
  } catch (error) {
    rmSync(part, { force: true });
    throw new Problem('unavailable', {
      message: `The backup ${target} could not be written: ${String(error)}`,
    });
  } finally {
    source.close();
  }
};

/**
 * Puts a backup where no database is. An existing one is not replaced, not even its write-ahead log, which would be taken for the
 * backup's own.
 *
 * @throws Problem `invalid` if `file` is no intact backup of Halyard or a database exists at `url`.
 */
export const restoreSqlite = (file: string, url: string): void => {
  const path = pathOfUrl(url);
  if (path === null)
    throw new Problem('invalid', { message: 'A backup is restored to a file, not to memory.' });
  const source = resolve(file);
  refuseDamaged(source);
  for (const part of [path, `${path}-wal`, `${path}-shm`]) {
    refuseExisting(part, 'stop Halyard and move it away before a backup is restored');
  }
  makeDirectory(path);
  copyPrivately(source, `${path}.part`);
  beginEpochs(`${path}.part`);
  flush(`${path}.part`);
  renameSync(`${path}.part`, path);
  flush(dirname(path));
};

/**
 * What was committed after the backup is undone, and the next commits count on from its versions: they must not be taken for those
 * that caches, edges and providers have under the same numbers. A backup of a release without epochs is given some when it is opened.
 */
const beginEpochs = (file: string): void => {
  const database = new DatabaseSync(file);
  try {
    for (const table of ['account', 'app']) {
      const columns = database.prepare(`select name from pragma_table_info('${table}')`).all();
      if (!columns.some(({ name }) => name === 'epoch')) continue;
      for (const { rowid, epoch } of database.prepare(`select rowid, epoch from ${table}`).all()) {
        database
          .prepare(`update ${table} set epoch = ? where rowid = ?`)
          .run(newEpoch(Date.now(), String(epoch)), rowid ?? null);
      }
    }
  } finally {
    database.close();
  }
};

const refuseExisting = (path: string, advice: string): void => {
  if (existsSync(path)) throw new Problem('invalid', { message: `${path} exists; ${advice}.` });
};

const refuseDamaged = (file: string): void => {
  let found: unknown;
  try {
    const backup = new DatabaseSync(file, { readOnly: true });
    try {
      const id = backup.prepare('pragma application_id').get()?.['application_id'];
      found =
        id === APPLICATION_ID ? backup.prepare('pragma integrity_check').get()?.['integrity_check'] : id;
    } finally {
      backup.close();
    }
  } catch (error) {
    found = error;
  }
  if (found !== 'ok') {
    throw new Problem('invalid', {
      message: `${file} is no intact backup of Halyard (${String(found)}); use another one.`,
    });
  }
};

const flush = (path: string): void => {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
};
