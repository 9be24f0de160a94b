import {
  ErrorCode,
  type EvaluationContext,
  type JsonValue,
  type ResolutionDetails,
} from '@openfeature/server-sdk';
import { REFUSED_MS } from '../in-process/backoff.ts';
import { contextBody } from '../in-process/context-json.ts';
import { baseUrl, type EdgeOptions } from '../in-process/edge.ts';
import type { Start } from '../in-process/in-process.ts';
import type { AskedType } from '../in-process/local-flags.ts';
import { retryAfterMs } from '../in-process/retry-after.ts';
import type { StatusEvents } from './events.ts';
import { type OfrepAnswer, readAnswer } from './ofrep-answer.ts';
import type { Resolver } from './resolver.ts';
import { UnderWay } from './under-way.ts';

export interface RemoteOptions extends EdgeOptions {
  readonly timeoutMs?: number | undefined;
  readonly now?: (() => number) | undefined;
  readonly random?: (() => number) | undefined;
}

const DEFAULT_TIMEOUT_MS = 5_000;

/**
 * Asks an edge for each evaluation (OFREP), for a runtime that does not live long enough to follow a stream.
 *
 * An isolate of a Worker serves many requests with one instance, and what one request made (a signal, a timer, a connection) throws
 * when another touches it. So nothing is kept here but numbers, and what belongs to an evaluation is made and ended by it.
 */
export class RemoteResolver implements Resolver {
  readonly asks = true;
  readonly #options: RemoteOptions;
  readonly #fetch: typeof fetch;
  readonly #events: StatusEvents;
  readonly #now: () => number;
  readonly #random: () => number;
  readonly #underWay = new UnderWay();
  /** Epoch milliseconds before which the edge asked not to be asked. */
  #notBefore = 0;
  /** Epoch milliseconds until which the SDK is told that the token is no good. */
  #refusedUntil = 0;

  constructor(options: RemoteOptions, events: StatusEvents) {
    this.#options = options;
    this.#events = events;
    this.#now = options.now ?? Date.now;
    this.#random = options.random ?? Math.random;
    const given = options.fetch ?? fetch;
    this.#fetch = (input, init) => given(input, init);
  }

  /** Nothing is asked before the first evaluation: a short life has no request to spare. */
  async start(): Promise<Start> {
    this.#underWay.open();
    return { kind: 'ready' };
  }

  async close(): Promise<void> {
    this.#underWay.close();
  }

  /**
   * The SDK asks a FATAL provider nothing, so the provider would stay so for ever. After about a minute it is in ERROR instead, and
   * the evaluation that is about to begin asks the edge. No timer does this: it would belong to the request that started it.
   */
  beforeEvaluation(): void {
    if (this.#refusedUntil === 0 || this.#now() < this.#refusedUntil) return;
    this.#refusedUntil = 0;
    this.#events.is('error', 'the token was not accepted a minute ago; it is tried again');
  }

  async resolve<T extends JsonValue>(
    key: string,
    type: AskedType,
    fallback: T,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<T>> {
    const failed = (errorCode: ErrorCode, errorMessage: string): ResolutionDetails<T> => ({
      value: fallback,
      reason: 'ERROR',
      errorCode,
      errorMessage,
    });
    if (this.#now() < this.#notBefore)
      return failed(ErrorCode.GENERAL, 'the edge asked for fewer requests and is not asked now');
    let body: string;
    try {
      body = contextBody(context);
    } catch (error) {
      return failed(ErrorCode.INVALID_CONTEXT, `the context cannot be sent as JSON: ${messageOf(error)}`);
    }
    const answer = await this.#ask(key, body);
    if (answer.kind === 'unanswered') return failed(ErrorCode.GENERAL, answer.message);
    const { status, text, retryAfter } = answer;
    if (status === 401 || status === 403) {
      const message = `the token was not accepted (${status})`;
      this.#refusedUntil = this.#now() + REFUSED_MS * (0.75 + this.#random() / 2);
      this.#events.is('fatal', message);
      return failed(ErrorCode.PROVIDER_FATAL, message);
    }
    if (status === 429 || status === 503) {
      const pause = retryAfterMs(retryAfter, this.#now()) || (status === 429 ? 1_000 : 0);
      this.#notBefore = this.#now() + pause;
      if (status === 429) return failed(ErrorCode.GENERAL, 'the edge asked for fewer requests (429)');
    }
    const read = readAnswer(status, text, key, type);
    this.#say(status, read);
    return read.kind === 'failed'
      ? failed(read.code, read.message)
      : // Its type was checked where it was read.
        { ...read.details, value: (read.details.value ?? fallback) as T };
  }

  #say(status: number, read: OfrepAnswer): void {
    if (status >= 500) this.#events.is('error', `the edge answered ${status}`);
    else if (status !== 200 || read.kind === 'served' || read.code !== ErrorCode.PARSE_ERROR)
      this.#events.is('ready', 'the edge answers');
  }

  async #ask(
    key: string,
    body: string,
  ): Promise<
    | {
        readonly kind: 'answered';
        readonly status: number;
        readonly text: string;
        readonly retryAfter: string | null;
      }
    | { readonly kind: 'unanswered'; readonly message: string }
  > {
    const { token, timeoutMs = DEFAULT_TIMEOUT_MS } = this.#options;
    const ending = new AbortController();
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      ending.abort();
    }, timeoutMs);
    const leave = this.#underWay.enter(() => ending.abort(), this.#now(), this.#now() + timeoutMs);
    try {
      if (this.#underWay.closed) throw new Error('the provider is closed');
      const url = `${baseUrl(this.#options)}/ofrep/v1/evaluate/flags/${encodeURIComponent(key)}`;
      const response = await this.#fetch(url, {
        method: 'POST',
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
        body,
        signal: ending.signal,
      });
      const text = await response.text();
      return {
        kind: 'answered',
        status: response.status,
        text,
        retryAfter: response.headers.get('Retry-After'),
      };
    } catch (error) {
      const message = timedOut
        ? `the edge did not answer within ${timeoutMs} ms`
        : `the edge could not be asked: ${messageOf(error)}`;
      if (!this.#underWay.closed) this.#events.is('error', message);
      return { kind: 'unanswered', message };
    } finally {
      clearTimeout(timer);
      leave();
    }
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
