import { Problem } from '../../model/problem.ts';

const RETRY_AFTER_S = 1;

/** Transactions that PostgreSQL gave up for another's sake; run again they succeed. */
const RETRY = new Set(['40001', '40P01']);

/**
 * SQLSTATE classes (PostgreSQL, appendix A): connection exception, the role is refused, no such database, insufficient resources, operator
 * intervention, system error.
 */
const UNAVAILABLE_CLASSES = new Set(['08', '28', '3D', '53', '57', '58']);
/** The role lost its rights on a table: the database is there, and not for us. */
const NO_PRIVILEGE = '42501';
const READ_ONLY = '25006';

const SOCKET_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
]);

/** pg has no codes for these. */
const LOST_MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|timeout expired|Query read timeout|Client has encountered a connection error|Client was closed|Cannot use a pool after calling end)/;

export const mayRetry = (error: unknown): boolean => RETRY.has(codeOf(error) ?? '');

/** The connection is no more, so what became of the statement is not known. */
export const isLost = (error: unknown): boolean => {
  const code = codeOf(error);
  if (code !== null) return SOCKET_CODES.has(code) || code.startsWith('08') || code.startsWith('57P');
  return LOST_MESSAGES.test(messageOf(error));
};

/** A `Problem` of kind `unavailable` where PostgreSQL cannot be used now, else the error itself. */
export const problemOf = (error: unknown): unknown => {
  if (error instanceof Problem) return error;
  const code = codeOf(error);
  if (
    !isLost(error) &&
    code !== READ_ONLY &&
    code !== NO_PRIVILEGE &&
    !(code !== null && code.length === 5 && UNAVAILABLE_CLASSES.has(code.slice(0, 2)))
  ) {
    return error;
  }
  return unavailable(error);
};

/** Of a connection that could not be made, for whatever reason: nothing was asked yet. */
export const notConnected = (error: unknown): Problem =>
  error instanceof Problem ? error : unavailable(error);

const unavailable = (error: unknown): Problem =>
  new Problem(
    'unavailable',
    {
      message: `PostgreSQL cannot be used now (${messageOf(error)}); nothing was written, and it is tried again by itself.`,
    },
    RETRY_AFTER_S,
  );

const codeOf = (error: unknown): string | null =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;

export const messageOf = (error: unknown): string => {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ');
  return error instanceof Error ? error.message : String(error);
};
