import type {
  AccountLogEntry,
  App,
  AppPatch,
  MintedToken,
  ChangelogEntry as ServerEntry,
  Propagation as ServerPropagation,
  Session,
  Token,
} from '@halyard/control-plane/client';
import { allows } from '@halyard/control-plane/permission';
import type { Bucketing, Flag, FlagType, JsonValue } from '@halyard/engine';
import { basePath } from './place.ts';

export type { AccountLogEntry, App, AppPatch, MintedToken, Session, Token };
export type Permission = Session['permission'];
export type AccountEvent = AccountLogEntry['event'];

export type StoredFlag = Flag & {
  readonly type: FlagType;
  readonly version: number;
  readonly bucketing: Bucketing;
  /** The largest share of contexts that can get anything but what off serves, 0 to 100. Older servers do not say. */
  readonly exposure?: { readonly share: number };
  readonly created_at: string;
  readonly updated_at: string;
  readonly updated_by: string;
};

export type Diff = Readonly<Record<string, { readonly from?: JsonValue; readonly to?: JsonValue }>>;

export type FlagEntry = Omit<Extract<ServerEntry, { readonly flag_key: string }>, 'after' | 'diff'> & {
  readonly after: Flag & { readonly bucketing: Bucketing };
  readonly diff?: Diff;
};
export type SegmentEntry = Extract<ServerEntry, { readonly kind: 'segment' }>;
export type ChangelogEntry = FlagEntry | SegmentEntry;

export type SegmentState = SegmentEntry['after'];

/** A segment as it is answered. */
export type StoredSegment = SegmentState & {
  readonly version: number;
  readonly created_at: string;
  readonly updated_at: string;
  readonly updated_by: string;
};

/** What reaches a segment, through whatever lies between. */
export interface SegmentUses {
  readonly flags: readonly { readonly key: string; readonly rules: readonly string[] }[];
  readonly segments: readonly string[];
}

export interface Propagation {
  readonly version: number;
  readonly edges: readonly EdgeReceipt[];
  /** Only where edges do not report: the version that the flag cache has. */
  readonly published_version?: number | null;
  /** Only where there are some: edges that fell silent without signing off. */
  readonly silent_edges?: readonly SilentEdge[];
}
export interface SilentEdge {
  readonly id: string;
  readonly applied_version: number;
  readonly last_seen: string;
}
export type EdgeReceipt = ServerPropagation['edges'][number];

export interface ApiIssue {
  readonly code: number;
  readonly message: string;
  readonly pointer?: string;
  /** With 412: the version the flag has now. */
  readonly version?: number;
}

/** A call that did not succeed. `status` is 0 when no answer came: the server or the network is away. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly issues: readonly ApiIssue[];

  constructor(status: number, issues: readonly ApiIssue[], message: string) {
    super(message);
    this.status = status;
    this.issues = issues;
  }
}

export interface ResultInfo {
  readonly count?: number;
  readonly cursor?: string | null;
  readonly propagation?: unknown;
}

export interface Answer<T> {
  readonly result: T;
  readonly info: ResultInfo;
  readonly messages: readonly { readonly message: string }[];
}

export interface Ask {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly body?: unknown;
  /** A flag's version: the write is refused with 412 if it has another by now. */
  readonly ifMatch?: number;
  /** The reason that goes into the changelog. */
  readonly comment?: string;
  /** Seconds to wait until every live edge has applied the change. */
  readonly wait?: number;
  readonly ndjson?: string;
  readonly signal?: AbortSignal;
  /** An answer to the same call that is on its way already; null: there is none. */
  readonly early?: Promise<Response | null>;
}

interface Envelope<T> {
  readonly success: boolean;
  readonly errors: readonly ApiIssue[];
  readonly messages?: readonly { readonly message: string }[];
  readonly result: T;
  readonly result_info?: ResultInfo | null;
}

/** fetch takes header values as Latin-1 characters; the server reads their bytes as UTF-8. A line break would end the header. */
const headerText = (text: string): string =>
  String.fromCharCode(...new TextEncoder().encode(text.replace(/\s+/g, ' ').trim()));

const headersOf = (ask: Ask): Record<string, string> => ({
  ...(ask.body === undefined ? {} : { 'Content-Type': 'application/json' }),
  ...(ask.ndjson === undefined ? {} : { 'Content-Type': 'application/x-ndjson' }),
  ...(ask.ifMatch === undefined ? {} : { 'If-Match': `"${ask.ifMatch}"` }),
  ...(ask.comment ? { 'X-Halyard-Comment': headerText(ask.comment) } : {}),
  ...(ask.wait === undefined ? {} : { Prefer: `wait=${ask.wait}` }),
});

const send = async (path: string, ask: Ask): Promise<Response> => {
  try {
    return await fetch(`${basePath}/client/v4${path}`, {
      method: ask.method ?? 'GET',
      headers: headersOf(ask),
      body: ask.ndjson ?? (ask.body === undefined ? null : JSON.stringify(ask.body)),
      credentials: 'same-origin',
      ...(ask.signal === undefined ? {} : { signal: ask.signal }),
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError(0, [], 'The server does not answer.');
  }
};

/** Sends one call of the management API, `path` being what follows `/client/v4`; throws `ApiError`, or `AbortError` as fetch does. */
export const call = async <T>(path: string, ask: Ask = {}): Promise<Answer<T>> => {
  const response = (await ask.early) ?? (await send(path, ask));
  const text = await response.text();
  let envelope: Envelope<T>;
  try {
    // The server is ours and of the same release; what it answers is its own schema's type.
    envelope = JSON.parse(text) as Envelope<T>;
  } catch {
    throw new ApiError(response.status, [], `The server answered ${response.status} without a reason.`);
  }
  if (!response.ok || !envelope.success) {
    const issues = envelope.errors ?? [];
    const message = issues.map((issue) => issue.message).join(' ');
    throw new ApiError(response.status, issues, message || `The server answered ${response.status}.`);
  }
  return { result: envelope.result, info: envelope.result_info ?? {}, messages: envelope.messages ?? [] };
};

/** A call whose answer is not in the envelope: an export. */
export const download = async (path: string): Promise<string> => {
  const response = await send(path, {});
  if (!response.ok) throw new ApiError(response.status, [], `The server answered ${response.status}.`);
  return response.text();
};

const part = encodeURIComponent;

export const accountPath = (account: string): string => `/accounts/${part(account)}/flagship`;
export const appPath = (account: string, app: string): string => `${accountPath(account)}/apps/${part(app)}`;
export const segmentPath = (account: string, app: string, key: string): string =>
  `${appPath(account, app)}/segments/${part(key)}`;
export const flagPath = (account: string, app: string, key: string): string =>
  `${appPath(account, app)}/flags/${part(key)}`;

/** `?a=1&b=2` of what is set, or nothing. */
export const search = (parameters: Readonly<Record<string, string | number | null | undefined>>): string => {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== null && value !== '') query.set(name, String(value));
  }
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
};

export const permits = (session: Session, needed: Permission): boolean => allows(session.permission, needed);
