import type { ErrorCode, EvaluationContext, ResolutionDetails } from '@openfeature/web-sdk';
import { contextBody } from '../in-process/context-json.ts';

export interface EdgeOptions {
  /** The edge's origin, or `{origin}/apps/{app}`. Of several, the first that answers is asked; earlier ones again once they are back. */
  readonly url: string | readonly string[];
  /** A browser token: `evaluate`, with this page's origin among its allowed ones. It can be read by anyone. */
  readonly token: string;
  /** The app's id; left out where `url` names it or the token is good for one app only. */
  readonly app?: string;
  /** The flags to load; default all that a browser may see. */
  readonly keys?: readonly string[];
  /** How long an answer may take, in milliseconds; default 10,000. */
  readonly timeoutMs?: number;
  readonly fetch?: typeof fetch;
}

/** One flag of an OFREP bulk answer: a value, or why there is none. */
export interface BulkFlag {
  readonly key: string;
  readonly value?: unknown;
  readonly variant?: string;
  readonly reason?: string;
  readonly metadata?: ResolutionDetails<boolean>['flagMetadata'];
  readonly errorCode?: string;
  readonly errorDetails?: string;
}

/** The parts of an OFREP bulk answer that are used here; also the form of a bootstrap. */
export interface BulkAnswer {
  readonly flags: readonly BulkFlag[];
  readonly eventStreams?: readonly {
    readonly type: string;
    readonly url?: string;
    readonly endpoint?: { readonly origin?: string; readonly requestUri: string };
  }[];
}

/** What was loaded for one context. `etag` is absent for a bootstrap. */
export interface Loaded {
  readonly answer: BulkAnswer;
  readonly etag?: string | undefined;
}

/** A timer that is told more than 24 days fires at once, and a page does not live for that long. */
const LONGEST_PAUSE_MS = 86_400_000;

export class BulkError extends Error {
  /** 401 or 403: asking again with this token is of no use. */
  readonly refused: boolean;
  /** Milliseconds that the edge asked for; 0 where it did not. */
  readonly retryAfterMs: number;
  /** Set where it ends the provider. */
  code?: ErrorCode;

  constructor(message: string, status = 0, retryAfter: string | null = null) {
    super(message);
    this.refused = status === 401 || status === 403;
    this.retryAfterMs = Math.min((Number(retryAfter) || 0) * 1000, LONGEST_PAUSE_MS);
  }
}

/** A border: whatever has a list of objects with keys is taken for a bulk answer. */
export const parseBulk = (value: unknown): BulkAnswer => {
  const flags = Object(value)['flags'];
  if (!Array.isArray(flags) || !flags.every((flag) => typeof Object(flag)['key'] === 'string'))
    throw new BulkError('not an OFREP bulk answer');
  // Checked in the line above as far as it is used: a value is checked against the asked-for type at each evaluation.
  return value as BulkAnswer;
};

/** Where the app is evaluated, by each edge. */
export const basesOf = ({ url, app }: EdgeOptions): string[] =>
  [url].flat().map((each) => each.replace(/\/+$/, '') + (app ? `/apps/${encodeURIComponent(app)}` : ''));

/**
 * Asks an edge for the flags of a context. Null: nothing changed since `etag`. Rejects with a BulkError.
 *
 * @param notice the `etag` of the notice that led here: the edge answers with that configuration or a newer one
 */
export const fetchBulk = async (
  base: string,
  options: EdgeOptions,
  context: EvaluationContext,
  etag: string | undefined,
  notice: string | undefined,
  signal: AbortSignal,
): Promise<Loaded | null> => {
  const { keys, token, timeoutMs = 10_000, fetch: ask = fetch } = options;
  const query = new URLSearchParams();
  if (keys) query.set('keys', keys.join());
  if (notice) query.set('flagConfigEtag', notice);
  try {
    const response = await ask(`${base}/ofrep/v1/evaluate/flags?${query}`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${token}`,
        'Content-Type': 'application/json',
        ...(etag && { 'If-None-Match': etag }),
      },
      body: contextBody(context),
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    const { status, headers } = response;
    if (status === 304) return null;
    if (status !== 200)
      throw new BulkError(`the edge answered ${status}`, status, headers.get('Retry-After'));
    return { answer: parseBulk(await response.json()), etag: headers.get('ETag') ?? undefined };
  } catch (error) {
    throw error instanceof BulkError ? error : new BulkError(`the edge could not be asked: ${error}`);
  }
};
