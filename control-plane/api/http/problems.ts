import type { ProblemKind } from '../../model/problem.ts';

export interface ProblemRow {
  readonly status: 400 | 401 | 403 | 404 | 405 | 409 | 412 | 413 | 415 | 422 | 428 | 429 | 503;
  /** Stable; clients may rely on it. */
  readonly code: number;
  readonly when: string;
}

/** The one place where the kind of a problem becomes a status and a code. The reference page shows it as it is. */
export const PROBLEMS: Readonly<Record<ProblemKind, ProblemRow>> = {
  malformed: { status: 400, code: 1000, when: 'The body is not JSON, or not UTF-8.' },
  invalid: {
    status: 400,
    code: 1001,
    when: 'Validation failed; every issue is listed, with a pointer into the body. Unknown query parameters are refused too.',
  },
  unauthenticated: {
    status: 401,
    code: 1002,
    when: 'No token, or one that is unknown, expired or revoked.',
  },
  forbidden: {
    status: 403,
    code: 1003,
    when: 'A good token without the permission, or for another account or app.',
  },
  not_found: { status: 404, code: 1004, when: 'No such account, app, flag, token or changelog entry.' },
  method: {
    status: 405,
    code: 1005,
    when: 'The path exists, the method does not; `Allow` names those that do.',
  },
  conflict: {
    status: 409,
    code: 1006,
    when: 'The key or name exists, or an Idempotency-Key was used before with another request or, where the answer shows a secret, another credential.',
  },
  limit: { status: 409, code: 1007, when: 'A limit is reached.' },
  precondition: {
    status: 412,
    code: 1008,
    when: 'If-Match names another version; the error carries the current one as `version`.',
  },
  too_large: {
    status: 413,
    code: 1009,
    when: 'The body is over 1 MiB (an import: 256 MiB, a line of it 1 MiB; a context: 64 KiB).',
  },
  media_type: {
    status: 415,
    code: 1010,
    when: 'The body is not JSON by its content type, or it is compressed.',
  },
  failing_tests: {
    status: 400,
    code: 1015,
    when: 'Tests of flags fail, and the app refuses such writes; each is listed with what was expected and got.',
  },
  unparsable: {
    status: 422,
    code: 1011,
    when: 'PARSE_ERROR: the stored flag cannot be evaluated by this release.',
  },
  precondition_required: { status: 428, code: 1012, when: 'The call needs If-Match.' },
  rate_limited: {
    status: 429,
    code: 1013,
    when: 'Too many failed attempts from this address; `Retry-After` says in how many seconds to try again.',
  },
  busy: {
    status: 503,
    code: 1016,
    when: 'As many streams or exports as may be are open already; `Retry-After` in seconds.',
  },
  unavailable: {
    status: 503,
    code: 1014,
    when: 'The database cannot be reached; nothing was written; `Retry-After` in seconds.',
  },
};

/** 500 is a fault of ours and has no kind: nothing throws it on purpose. */
export const FAULT = { status: 500, code: 1500, message: 'Something went wrong on the server.' } as const;
