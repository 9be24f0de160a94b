/**
 * The one error class for expected failures of the control plane. The API maps `kind` to status and code in one table
 * (api/http/problems.ts); nothing else decides a status.
 */
export type ProblemKind =
  | 'malformed' // 400, not JSON
  | 'invalid' // 400, fails validation
  | 'failing_tests' // 400, tests of flags fail, and the app refuses such writes
  | 'unparsable' // 422, a stored flag that cannot be evaluated
  | 'unauthenticated' // 401
  | 'forbidden' // 403
  | 'not_found' // 404
  | 'method' // 405
  | 'conflict' // 409, the key or name exists, or an idempotency key with another body
  | 'limit' // 409, a limit is reached
  | 'precondition' // 412, If-Match names another version
  | 'too_large' // 413
  | 'media_type' // 415
  | 'precondition_required' // 428, the call needs If-Match
  | 'rate_limited' // 429
  | 'busy' // 503, as many as may be are open already
  | 'unavailable'; // 503, the database cannot be reached; nothing was written

export interface Issue {
  /** JSON Pointer (RFC 6901) into the request's body; absent when the problem is no place in it. */
  readonly pointer?: string;
  /** What was found, what was expected, and the key's name, in one sentence. */
  readonly message: string;
  /** The current version, with `precondition`. */
  readonly version?: number;
}

export class Problem extends Error {
  override readonly name = 'Problem';
  readonly kind: ProblemKind;
  readonly issues: readonly [Issue, ...Issue[]];
  /** Seconds, with `rate_limited`, `busy` and `unavailable`. */
  readonly retryAfter?: number;

  constructor(kind: ProblemKind, issues: Issue | readonly [Issue, ...Issue[]], retryAfter?: number) {
    const list: readonly [Issue, ...Issue[]] = 'message' in issues ? [issues] : issues;
    super(list.map((issue) => issue.message).join(' '));
    this.kind = kind;
    this.issues = list;
    if (retryAfter !== undefined) this.retryAfter = retryAfter;
  }
}
