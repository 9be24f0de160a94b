import type { StoredAnswer, WriteInfo } from '../../model/commit.ts';
import type { Caller } from './caller.ts';
import { type Message, success } from './envelope.ts';
import type { DryRun } from './operation.ts';

/** One authenticated, authorized and parsed request, as a handler is given it. */
export interface Call<Query = undefined, Body = undefined> {
  readonly request: Request;
  /** What the server gave with the request. */
  readonly env: unknown;
  readonly caller: Caller;
  readonly account: string;
  /** The path's parameters, percent-decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly body: Body;
  /** Who, when and why, for the audit trail. */
  readonly write: WriteInfo;
  /** Not null: `?dry_run=1` of a write of one thing, or of several. Nothing may be written. */
  readonly dryRun: DryRun | null;
  /** `If-Match`; null: the last writer wins. */
  readonly ifMatch: number | null;
  /** `Idempotency-Key`; the fingerprint tells another request under the same key. */
  readonly idempotency: { readonly key: string; readonly fingerprint: string } | null;
}

/** What a handler decided, before it becomes bytes. */
export interface Answer {
  readonly status?: 200 | 201;
  readonly result: unknown;
  readonly info?: Readonly<Record<string, unknown>>;
  readonly messages?: readonly Message[];
  readonly headers?: Readonly<Record<string, string>>;
  /** The write is durable at this version: the answer may wait for edges to have it. App null: the account itself. */
  readonly committed?: { readonly app: string | null; readonly version: number };
}

/** The first answer to a repeated request, as it was. */
export interface Repeated {
  readonly repeated: StoredAnswer;
}

/** Bytes that are not in the envelope. */
export interface Raw {
  /** A stream is opened only for who reads it: to a HEAD nobody would ever end it. */
  readonly raw: string | null | (() => Promise<ReadableStream<Uint8Array>>);
  readonly status?: 200 | 304;
  readonly headers: Readonly<Record<string, string>>;
}

export type Outcome = Answer | Repeated | Raw;

export const render = (answer: Answer): StoredAnswer => ({
  status: answer.status ?? 200,
  body: success(answer.result, answer.info, answer.messages),
  ...(answer.headers === undefined ? {} : { headers: answer.headers }),
});
