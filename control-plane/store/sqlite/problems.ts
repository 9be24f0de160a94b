import { Problem } from '../../model/problem.ts';

/** SQLite's primary result codes (https://www.sqlite.org/rescode.html) that mean: not now, or not this file. */
const UNAVAILABLE = new Map<number, string>([
  [5, 'another process holds it; it is tried again by itself'],
  [6, 'another process holds it; it is tried again by itself'],
  [8, 'it is read-only; make its file and directory writable for this user'],
  [10, 'reading or writing the file failed; look at the disk'],
  [11, 'the file is damaged; stop Halyard and restore a backup'],
  [13, 'the disk is full; make room, nothing needs to be restarted'],
  [14, 'the file cannot be opened; see that its directory exists and is writable for this user'],
  [23, 'access is denied'],
  [26, 'the file is not a SQLite database; move it away to start empty, or restore a backup'],
]);

const RETRY_AFTER_S = 1;

/** A `Problem` of kind `unavailable` where SQLite says that the database cannot be used, else the error itself. */
export const problemOf = (error: unknown): unknown => {
  const code = resultCode(error);
  const reason = code === null ? undefined : UNAVAILABLE.get(code);
  if (reason === undefined) return error;
  return new Problem(
    'unavailable',
    { message: `The database cannot be used: ${reason} (${String(Reflect.get(Object(error), 'message'))}).` },
    RETRY_AFTER_S,
  );
};

export const isBusy = (error: unknown): boolean => resultCode(error) === 5;

export const isFull = (error: unknown): boolean => resultCode(error) === 13;

/** The primary result code of an error of `node:sqlite`, or null. */
const resultCode = (error: unknown): number | null => {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return null;
  return error.errcode & 0xff;
};
