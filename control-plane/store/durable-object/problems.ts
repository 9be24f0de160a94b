import { Problem } from '../../model/problem.ts';

/** Names of SQLite's result codes, as workerd ends its messages with, that mean: not now (https://www.sqlite.org/rescode.html). */
const UNAVAILABLE = /: SQLITE_(FULL|IOERR|CORRUPT|NOMEM|INTERRUPT|BUSY|LOCKED|CANTOPEN|READONLY)\b/;

/** A `Problem` of kind `unavailable` where the object says that its database cannot be used, else the error itself. */
export const problemOf = (error: unknown): unknown =>
  error instanceof Error && UNAVAILABLE.test(error.message)
    ? new Problem('unavailable', { message: `The database cannot be used (${error.message}).` }, 1)
    : error;
