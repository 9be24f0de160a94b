import { retryAfterMs } from './retry-after.ts';
import { ServerSentEventReader } from './server-sent-events.ts';
import {
  type Configuration,
  type ConfigurationChange,
  NotAConfiguration,
  parseChange,
  parseConfiguration,
  parseJson,
  parseSnapshot,
} from './wire.ts';

export interface EdgeOptions {
  /** The edge's origin, or `{origin}/apps/{app}`. Of several, the first that answers is asked; earlier ones again once they are back. */
  readonly url: string | readonly string[];
  /** A token with the permission `config`. */
  readonly token: string;
  /** The app's id; left out where `url` names it or the token is good for one app only. */
  readonly app?: string | undefined;
  readonly fetch?: typeof fetch | undefined;
}

/** `refused`: the token is no good here. `absent`: there is no such app, or this is no edge. `unavailable`: it may work later. */
export type EdgeProblem = 'refused' | 'absent' | 'unavailable';

export class EdgeError extends Error {
  override readonly name = 'EdgeError';
  readonly problem: EdgeProblem;
  /** How long the edge asked to be left alone, in milliseconds; 0 where it did not. */
  readonly retryAfterMs: number;

  constructor(problem: EdgeProblem, message: string, retryAfter = 0) {
    super(message);
    this.problem = problem;
    this.retryAfterMs = retryAfter;
  }
}

export interface Loaded {
  readonly configuration: Configuration;
  readonly etag: string | null;
}

export type StreamEvent =
  | { readonly kind: 'snapshot'; readonly configuration: Configuration }
  | { readonly kind: 'change'; readonly change: ConfigurationChange };

/** Where the app is served, by each edge. */
export const baseUrls = ({ url, app }: Pick<EdgeOptions, 'url' | 'app'>): readonly string[] =>
  [url].flat().map((each) => {
    const base = each.replace(/\/+$/, '');
    return app === undefined ? base : `${base}/apps/${encodeURIComponent(app)}`;
  });

const problemOf = (status: number): EdgeProblem => {
  if (status === 401 || status === 403) return 'refused';
  // 400: a token of several apps without the name of one.
  return status === 400 || status === 404 ? 'absent' : 'unavailable';
};

const explain = (status: number, url: string): string => {
  switch (problemOf(status)) {
    case 'refused':
      return status === 401
        ? `the token was not accepted (401 from ${url}): it is unknown, expired or revoked`
        : `the token may not read this configuration (403 from ${url}): it needs the permission config, for this app`;
    case 'absent':
      return url.includes('/apps/')
        ? `there is no configuration at ${url} (${status}): check the url and the app's id`
        : `there is no configuration at ${url} (${status}): name the app, by the option app or at the end of url as /apps/ID`;
    case 'unavailable':
      return `${url} answered ${status}`;
  }
};

/** What a failed request says for itself; Node hides the reason (ECONNREFUSED, …) in the cause. */
const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
  return `${error.message}: ${cause.message === '' ? code : cause.message}`;
};

/** The two calls that a provider makes of an edge. Both reject with an EdgeError, and leave no connection behind when they do. */
export class ConfigurationEdge {
  readonly #base: string;
  readonly #token: string;
  readonly #fetch: typeof fetch;

  /** @param base where the app is served */
  constructor(base: string, options: Pick<EdgeOptions, 'token' | 'fetch'>) {
    this.#base = base;
    this.#token = options.token;
    // Workers and browsers refuse a `fetch` that is called as somebody's method.
    const given = options.fetch ?? fetch;
    this.#fetch = (input, init) => given(input, init);
  }

  /** The configuration with its ETag, or null where `etag` still names the present one. */
  async load(signal: AbortSignal, timeoutMs: number, etag: string | null): Promise<Loaded | null> {
    const url = `${this.#base}/config`;
    return this.#limited(url, signal, timeoutMs, async (limited) => {
      const headers: Record<string, string> = { Authorization: `Bearer ${this.#token}` };
      if (etag !== null) headers['If-None-Match'] = etag;
      const response = await this.#fetch(url, { headers, signal: limited });
      if (response.status === 304) {
        await response.body?.cancel();
        return null;
      }
      if (response.status !== 200) throw await refusal(response, url);
      const configuration = parseConfiguration(parseJson(await response.text()));
      return { configuration, etag: response.headers.get('ETag') };
    });
  }

  /**
   * Follows the stream from what `revision` answers on and calls back for each of its events, in order. Resolves with the number of bytes that
   * came when the stream ends, or when `onEvent` answers false; rejects when nothing (not even a comment) came for `idleMs`.
   *
   * @param limits `timeoutMs`: how long the edge may take to accept
   * @param onOpen called once it has
   */
  async follow(
    revision: () => string,
    account: string,
    limits: { readonly timeoutMs: number; readonly idleMs: number },
    signal: AbortSignal,
    onOpen: () => void,
    onEvent: (event: StreamEvent) => boolean,
  ): Promise<number> {
    const url = `${this.#base}/stream`;
    const ending = new AbortController();
    const end = (): void => ending.abort();
    signal.addEventListener('abort', end);
    let timer = setTimeout(end, limits.timeoutMs);
    let received = 0;
    try {
      if (signal.aborted) return 0;
      const response = await this.#fetch(url, {
        headers: {
          Authorization: `Bearer ${this.#token}`,
          Accept: 'text/event-stream',
          'Last-Event-ID': revision(),
        },
        signal: ending.signal,
      });
      if (response.status !== 200) throw await refusal(response, url);
      const type = response.headers.get('Content-Type') ?? '';
      if (!type.startsWith('text/event-stream') || response.body === null) {
        await response.body?.cancel();
        throw new NotAConfiguration(`${url} answered ${type === '' ? 'nothing' : type}; expected a stream`);
      }
      onOpen();
      let go = true;
      const reader = new ServerSentEventReader((event) => {
        if (!go) return;
        const parsed = parseEvent(event, account);
        if (parsed !== null) go = onEvent(parsed);
      });
      const decoder = new TextDecoder();
      const body = response.body.getReader();
      while (go) {
        clearTimeout(timer);
        timer = setTimeout(end, limits.idleMs);
        const { done, value } = await body.read();
        if (done) break;
        received += value.byteLength;
        reader.read(decoder.decode(value, { stream: true }));
      }
      return received;
    } catch (error) {
      const silent = ending.signal.aborted && !signal.aborted;
      // Bytes had come, so the stream did open: how it ended is no news, unless it said hello and was held back from then on.
      if (received > 0 && !silent && !(error instanceof NotAConfiguration)) return received;
      throw asEdgeError(error, url, limits.timeoutMs, silent);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      ending.abort();
    }
  }

  async #limited<T>(
    url: string,
    signal: AbortSignal,
    timeoutMs: number,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const ending = new AbortController();
    const end = (): void => ending.abort();
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
    const timer = setTimeout(end, timeoutMs);
    try {
      return await work(ending.signal);
    } catch (error) {
      throw asEdgeError(error, url, timeoutMs, ending.signal.aborted && !signal.aborted);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      ending.abort();
    }
  }
}

const parseEvent = (
  event: { readonly type: string; readonly data: string },
  account: string,
): StreamEvent | null => {
  switch (event.type) {
    case 'snapshot':
      return { kind: 'snapshot', configuration: parseSnapshot(parseJson(event.data), account) };
    case 'change':
      return { kind: 'change', change: parseChange(parseJson(event.data)) };
    default:
      // A later edge may say more than this provider knows.
      return null;
  }
};

const refusal = async (response: Response, url: string): Promise<EdgeError> => {
  await response.body?.cancel();
  const { status, headers } = response;
  const pause = retryAfterMs(headers.get('Retry-After'), Date.now());
  return new EdgeError(problemOf(status), explain(status, url), pause);
};

const asEdgeError = (error: unknown, url: string, timeoutMs: number, timedOut: boolean): EdgeError => {
  if (error instanceof EdgeError) return error;
  if (timedOut) return new EdgeError('unavailable', `${url} did not answer within ${timeoutMs} ms`);
  return new EdgeError('unavailable', `${url}: ${reasonOf(error)}`);
};
