import type { z } from '@hono/zod-openapi';
import type { DryRunResult } from '../document/schema-dry-run.ts';
import type { PageInfo, WireError } from '../http/envelope.ts';

/** The server refused a call, or did not answer (`status` 0). */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly errors: readonly WireError[];

  constructor(status: number, errors: readonly WireError[]) {
    super(errors.map((error) => error.message).join(' ') || `The server answered ${status}.`);
    this.status = status;
    this.errors = errors;
  }
}

export interface ClientOptions {
  /** Where the server is, without a path; default the page's own origin. */
  readonly baseUrl?: string;
  readonly account: string;
  /** Default: the session's cookie. */
  readonly token?: string;
  readonly fetch?: typeof globalThis.fetch;
}

export interface WriteOptions {
  /** The flag's version that the change was made from; another one by now is 412. */
  readonly ifMatch?: number;
  /** Why, for the changelog. */
  readonly comment?: string;
  readonly idempotencyKey?: string;
  /** Seconds to wait until every live edge has the change. */
  readonly wait?: number;
  /** Answers what the write would do, and writes nothing. `read` suffices. */
  readonly dryRun?: true;
}

/** What a write with these options is answered with. */
export type Written<Done, W extends WriteOptions, Tried = DryRun> = W extends { readonly dryRun: true }
  ? Tried
  : Done;

/** What a dry run is answered with. */
export type DryRun = z.infer<typeof DryRunResult>;

export interface Page<T> {
  readonly items: readonly T[];
  /** For the next page; null on the last. */
  readonly cursor: string | null;
  /** What else the answer says of the list, such as where a chain of hashes stands. */
  readonly info: Readonly<Record<string, unknown>>;
}

interface Envelope {
  readonly result: unknown;
  readonly result_info?: PageInfo;
}

/** Asks the server, below any path. Every call resolves to the result or rejects with `ApiError`. */
export const createTransport = ({
  baseUrl = '',
  token,
  fetch = globalThis.fetch,
}: Omit<ClientOptions, 'account'>) => {
  const send = async (method: string, path: string, body?: unknown, write: WriteOptions = {}) => {
    const sent = typeof body === 'string' || body instanceof Blob ? body : JSON.stringify(body);
    const response = await fetch(`${baseUrl}${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': typeOf(body) }),
        ...writeHeaders(write),
      },
      ...(sent === undefined ? {} : { body: sent }),
    }).catch((error: unknown): never => {
      throw new ApiError(0, [{ code: 0, message: `The server does not answer: ${String(error)}` }]);
    });
    if (!response.ok) throw new ApiError(response.status, await errorsOf(response));
    return response;
  };

  // The result is what the server's own schema of the call says: the types here are inferred from those.
  const ask = async <T>(method: string, path: string, body?: unknown, write?: WriteOptions): Promise<T> => {
    const response = await send(method, path, body, write);
    return ((await response.json()) as Envelope).result as T;
  };

  const writing = <Done, W extends WriteOptions, Tried = DryRun>(
    method: string,
    path: string,
    body?: unknown,
    options?: W,
  ): Promise<Written<Done, W, Tried>> =>
    ask(
      method,
      options?.dryRun === true ? `${path}${path.includes('?') ? '&' : '?'}dry_run=1` : path,
      body,
      options,
    );

  const page = async <T>(path: string, query: object): Promise<Page<T>> => {
    const envelope = (await (await send('GET', path + search(query))).json()) as Envelope;
    const { cursor = null, ...info } = { ...envelope.result_info };
    return { items: envelope.result as readonly T[], cursor, info };
  };

  return { send, ask, writing, page };
};

const typeOf = (body: unknown): string => {
  if (body instanceof Blob) return body.type;
  return typeof body === 'string' ? 'application/x-ndjson' : 'application/json';
};

/** fetch takes header values as Latin-1; the server reads their bytes as UTF-8. */
const headerText = (text: string): string => String.fromCharCode(...new TextEncoder().encode(text));

const writeHeaders = ({ ifMatch, comment, idempotencyKey, wait }: WriteOptions): Record<string, string> => ({
  ...(ifMatch === undefined ? {} : { 'if-match': `"${ifMatch}"` }),
  ...(comment === undefined ? {} : { 'x-halyard-comment': headerText(comment) }),
  ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
  ...(wait === undefined ? {} : { prefer: `wait=${wait}` }),
});

const errorsOf = async (response: Response): Promise<readonly WireError[]> => {
  try {
    const { errors } = (await response.json()) as { readonly errors: readonly WireError[] };
    return Array.isArray(errors) ? errors : [];
  } catch {
    // A proxy in between answers in its own words.
    return [{ code: 0, message: `The server answered ${response.status} without a reason.` }];
  }
};

export const search = (query: object): string => {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
};
