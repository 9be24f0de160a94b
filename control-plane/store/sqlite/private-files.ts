import { chmodSync, closeSync, mkdirSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { Problem } from '../../model/problem.ts';
import type { StoreLog } from '../sql/log.ts';

/** Names, hashes of secrets and every flag are in these files: nobody but the server's user reads them. */
const FILE_MODE = 0o600;
const DIRECTORY_MODE = 0o700;
const OTHERS = 0o077;
/** What lies beside a database file. */
const BESIDE = ['', '-wal', '-shm', '-journal', '-leader', '-reserve'];

/** The directory of a file, with those above it. One that is there stays as it is. */
export const makeDirectory = (path: string): void => {
  const directory = dirname(path);
  try {
    mkdirSync(directory, { recursive: true, mode: DIRECTORY_MODE });
  } catch (error) {
    throw new Problem('unavailable', {
      message: `The directory ${directory} cannot be created (${error instanceof Error ? error.message : error}); create it yourself and make it writable for this user, or name another.`,
    });
  }
};

/**
 * An empty file, which SQLite takes for a new database and gives its mode to what it puts beside it. Existing ones stay as they are; where
 * none can be made, SQLite will say so when it opens it.
 */
export const makePrivate = (path: string): void => {
  try {
    closeSync(openSync(path, 'a', FILE_MODE));
  } catch {
    // Read-only, a directory, not permitted.
  }
};

/** Takes the files of a database away from other users, where an earlier version or somebody else gave them away. */
export const tighten = (path: string, log: Pick<StoreLog, 'info' | 'warn'>): void => {
  for (const file of BESIDE.map((suffix) => path + suffix)) {
    const mode = statSync(file, { throwIfNoEntry: false })?.mode;
    if (mode === undefined || (mode & OTHERS) === 0) continue;
    const was = (mode & 0o777).toString(8);
    try {
      chmodSync(file, FILE_MODE);
      log.info({ file, was }, 'Other users could reach a file of the database; its mode is 600 now.');
    } catch (error) {
      log.warn({ file, was, error: String(error) }, 'Other users can reach a file of the database.');
    }
  }
};

const CHUNK = 1024 * 1024;

/** Copies a file to a new one that only this user can read, from its first byte on. */
export const copyPrivately = (from: string, to: string): void => {
  const source = openSync(from, 'r');
  try {
    const target = openSync(to, 'w', FILE_MODE);
    try {
      const buffer = Buffer.alloc(CHUNK);
      for (let read = readSync(source, buffer); read > 0; read = readSync(source, buffer)) {
        for (let written = 0; written < read; ) written += writeSync(target, buffer, written, read - written);
      }
    } finally {
      closeSync(target);
    }
  } finally {
    closeSync(source);
  }
};
