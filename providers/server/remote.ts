import {
  ErrorCode,
  type EvaluationContext,
  type JsonValue,
  type ResolutionDetails,
} from '@openfeature/server-sdk';
import { LONGEST_MS, REFUSED_MS } from '../in-process/backoff.ts';
import { contextBody } from '../in-process/context-json.ts';
import { baseUrls, type EdgeOptions } from '../in-process/edge.ts';
import { EdgeChoice } from '../in-process/edge-choice.ts';
import type { Start } from '../in-process/in-process.ts';
import type { AskedType } from '../in-process/local-flags.ts';
import { retryAfterMs } from '../in-process/retry-after.ts';
import type { StatusEvents } from './events.ts';
import { type OfrepAnswer, readAnswer } from './ofrep-answer.ts';
import type { Resolver } from './resolver.ts';
import { UnderWay } from './under-way.ts';

export interface RemoteOptions extends EdgeOptions {
  /** For each of the edges. */
  readonly timeoutMs?: number | undefined;
  /** About how long an edge that failed is asked only where all others fail too, in milliseconds; default 30,000. */
  readonly pollMs?: number | undefined;
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
  readonly #bases: readonly string[];
  readonly #choice: EdgeChoice;
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
    this.#bases = baseUrls(options);
    this.#choice = new EdgeChoice(this.#bases.length, {
      restMs: options.pollMs ?? LONGEST_MS,
      now: this.#now,
      random: this.#random,
    });
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
    if (answer.kind === 'unanswered') {
      if (!this.#underWay.closed) this.#events.is('error', answer.message);
      return failed(ErrorCode.GENERAL, answer.message);
    }
    const { status, text, pauseMs } = answer;
    if (isRefusal(status)) {
      const message = `the token was not accepted (${status})`;
      this.#refusedUntil = this.#now() + REFUSED_MS * (0.75 + this.#random() / 2);
      this.#events.is('fatal', message);
      return failed(ErrorCode.PROVIDER_FATAL, message);
    }
    if (status === 429 || status === 503) {
      this.#notBefore = this.#now() + pauseMs;
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

  /** Asks one edge after the other until one answers for itself; else what they said, as one. */
  async #ask(key: string, body: string): Promise<Asked> {
    const all: Asked[] = [];
    for (const position of this.#choice.order()) {
      const asked = await this.#askOne(this.#bases[position] ?? '', key, body);
      if (!isFailure(asked)) {
        this.#choice.answered(position);
        return asked;
      }
      all.push(asked);
      this.#choice.failed(position, asked.pauseMs);
      if (this.#underWay.closed) break;
    }
    const refusal = all.find((asked) => asked.kind === 'answered' && isRefusal(asked.status));
    const [first = NOT_ASKED] = all;
    return refusal ?? { ...first, pauseMs: Math.min(...all.map(({ pauseMs }) => pauseMs)) };
  }

  async #askOne(base: string, key: string, body: string): Promise<Asked> {
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
      const url = `${base}/ofrep/v1/evaluate/flags/${encodeURIComponent(key)}`;
      const response = await this.#fetch(url, {
        method: 'POST',
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
        body,
        signal: ending.signal,
      });
      const text = await response.text();
      const { status, headers } = response;
      const limited = status === 429 || status === 503;
      const pauseMs = limited ? retryAfterMs(headers.get('Retry-After'), this.#now()) : 0;
      return { kind: 'answered', status, text, pauseMs: pauseMs || (status === 429 ? 1_000 : 0) };
    } catch (error) {
      const message = timedOut
        ? `the edge did not answer within ${timeoutMs} ms`
        : `the edge could not be asked: ${messageOf(error)}`;
      return { kind: 'unanswered', message, pauseMs: 0 };
    } finally {
      clearTimeout(timer);
      leave();
    }
  }
}

/** `pauseMs`: for how long the edge asked to be left alone. */
type Asked =
  | { readonly kind: 'answered'; readonly status: number; readonly text: string; readonly pauseMs: number }
  | { readonly kind: 'unanswered'; readonly message: string; readonly pauseMs: number };

const NOT_ASKED: Asked = { kind: 'unanswered', message: 'there is no edge to ask', pauseMs: 0 };

const isRefusal = (status: number): boolean => status === 401 || status === 403;

/** Whether another edge may do better. */
const isFailure = (asked: Asked): boolean =>
  asked.kind === 'unanswered' || isRefusal(asked.status) || asked.status === 429 || asked.status >= 500;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
