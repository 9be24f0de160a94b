import {
  ErrorCode,
  type EvaluationContext,
  type JsonValue,
  type ResolutionDetails,
} from '@openfeature/server-sdk';
import { baseUrl, type EdgeOptions } from '../configuration/edge.ts';
import type { Start } from '../configuration/in-process.ts';
import type { AskedType } from '../configuration/local-flags.ts';
import type { StatusEvents } from './events.ts';
import type { Resolver } from './resolver.ts';

export interface RemoteOptions extends EdgeOptions {
  readonly timeoutMs?: number | undefined;
  readonly now?: (() => number) | undefined;
}

const DEFAULT_TIMEOUT_MS = 5_000;

const CODES: ReadonlyMap<unknown, ErrorCode> = new Map(
  [
    ErrorCode.FLAG_NOT_FOUND,
    ErrorCode.PARSE_ERROR,
    ErrorCode.TARGETING_KEY_MISSING,
    ErrorCode.INVALID_CONTEXT,
    ErrorCode.GENERAL,
  ].map((code) => [code, code]),
);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isOfType = (value: unknown, type: AskedType): boolean =>
  type === 'object'
    ? typeof value === 'object' && value !== null
    : typeof value === type && (type !== 'number' || Number.isFinite(value));

/** Asks an edge for each evaluation (OFREP), for a runtime that does not live long enough to follow a stream. */
export class RemoteResolver implements Resolver {
  readonly #options: RemoteOptions;
  readonly #fetch: typeof fetch;
  readonly #events: StatusEvents;
  #underWay = new AbortController();
  /** Epoch milliseconds before which the edge asked not to be asked. */
  #notBefore = 0;

  constructor(options: RemoteOptions, events: StatusEvents) {
    this.#options = options;
    this.#events = events;
    const given = options.fetch ?? fetch;
    this.#fetch = (input, init) => given(input, init);
  }

  /** Nothing is asked before the first evaluation: a short life has no request to spare. */
  async start(): Promise<Start> {
    this.#underWay = new AbortController();
    return { kind: 'ready' };
  }

  async close(): Promise<void> {
    this.#underWay.abort();
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
    const now = this.#options.now ?? Date.now;
    if (now() < this.#notBefore)
      return failed(ErrorCode.GENERAL, 'the edge asked for fewer requests (429) and is not asked now');

    const timeoutMs = this.#options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const ending = new AbortController();
    const end = (): void => ending.abort();
    const closing = this.#underWay.signal;
    closing.addEventListener('abort', end);
    if (closing.aborted) end();
    const timer = setTimeout(end, timeoutMs);
    try {
      const response = await this.#fetch(
        `${baseUrl(this.#options)}/ofrep/v1/evaluate/flags/${encodeURIComponent(key)}`,
        {
          method: 'POST',
          headers: {
            Authorization: `Bearer ${this.#options.token}`,
            'Content-Type': 'application/json',
          },
          body: JSON.stringify({ context }),
          signal: ending.signal,
        },
      );
      const text = await response.text();
      if (response.status === 401 || response.status === 403) {
        const message = `the token was not accepted (${response.status})`;
        this.#events.is('fatal', message);
        return failed(ErrorCode.PROVIDER_FATAL, message);
      }
      if (response.status === 429) {
        const seconds = Number(response.headers.get('Retry-After'));
        this.#notBefore = now() + (seconds > 0 ? seconds : 1) * 1000;
        return failed(ErrorCode.GENERAL, 'the edge asked for fewer requests (429)');
      }
      const body = json(text);
      if (response.status !== 200) {
        const code = (isRecord(body) ? CODES.get(body['errorCode']) : undefined) ?? ErrorCode.GENERAL;
        const said = isRecord(body) ? body['errorDetails'] : undefined;
        if (response.status >= 500) this.#events.is('error', `the edge answered ${response.status}`);
        else this.#events.is('ready', 'the edge answers');
        return failed(code, typeof said === 'string' ? said : `the edge answered ${response.status}`);
      }
      if (!isRecord(body) || body['value'] === undefined)
        return failed(ErrorCode.PARSE_ERROR, 'the edge answered something that is no evaluation');
      this.#events.is('ready', 'the edge answers');
      if (!isOfType(body['value'], type))
        return failed(ErrorCode.TYPE_MISMATCH, `flag ${JSON.stringify(key)} is not of the type ${type}`);
      return {
        // Its type was checked in the line above.
        value: body['value'] as T,
        ...(typeof body['variant'] === 'string' && { variant: body['variant'] }),
        ...(typeof body['reason'] === 'string' && { reason: body['reason'] }),
        flagMetadata: metadata(body['metadata']),
      };
    } catch (error) {
      const timedOut = ending.signal.aborted && !closing.aborted;
      const message = timedOut
        ? `the edge did not answer within ${timeoutMs} ms`
        : `the edge could not be asked: ${error instanceof Error ? error.message : String(error)}`;
      if (!closing.aborted) this.#events.is('error', message);
      return failed(ErrorCode.GENERAL, message);
    } finally {
      clearTimeout(timer);
      closing.removeEventListener('abort', end);
    }
  }
}

const json = (text: string): unknown => {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
};

const metadata = (value: unknown): Record<string, string | number | boolean> => {
  const kept: Record<string, string | number | boolean> = {};
  if (!isRecord(value)) return kept;
  for (const [name, entry] of Object.entries(value))
    if (typeof entry === 'string' || typeof entry === 'number' || typeof entry === 'boolean')
      kept[name] = entry;
  return kept;
};
