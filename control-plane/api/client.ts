import type { z } from '@hono/zod-openapi';
import type { ChangesWrite, SplitWeights } from '../flags/body/schema-changes.ts';
import type { FlagCreate, FlagPatch, FlagReplace } from '../flags/body/schema-flag.ts';
import type { RulePatch } from '../flags/body/schema-rule.ts';
import type {
  SegmentCreate,
  SegmentMembers,
  SegmentPatch,
  SegmentReplace,
  SegmentUses,
} from '../flags/segments/schema-segment.ts';
import type { FlagView } from '../flags/view.ts';
import type { AccountLogEntry } from '../model/account-log.ts';
import type { ChangelogEntry, FlagEntry } from '../model/changelog.ts';
import type { SegmentView } from '../model/segment.ts';
import type {
  EnvironmentPatch,
  NewEnvironment,
  NewProject,
  ProjectView,
} from '../projects/schema-project.ts';
import type {
  Account,
  App,
  AppPatch,
  ImportResult,
  MintedToken,
  NewApp,
  NewToken,
  Propagation,
  Session,
  SignInLink,
  Token,
} from './document/schemas.ts';
import type { PageInfo, WireError } from './http/envelope.ts';

export type {
  Account,
  AccountLogEntry,
  App,
  AppPatch,
  ChangelogEntry,
  FlagEntry,
  FlagView,
  MintedToken,
  NewToken,
  ProjectView,
  Propagation,
  SegmentView,
  Session,
  SignInLink,
  Token,
};

type NewFlag = z.input<typeof FlagCreate>;
type WholeFlag = z.input<typeof FlagReplace>;
type SomeFields = z.input<typeof FlagPatch>;
type SomeOfRule = z.input<typeof RulePatch>;
type Batch = z.input<typeof ChangesWrite>;
type Weights = z.input<typeof SplitWeights>;
type Imported = z.infer<typeof ImportResult>;

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
}

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

/** A client of the management API. Every method resolves to the result or rejects with `ApiError`. */
export const createClient = ({ baseUrl = '', account, token, fetch = globalThis.fetch }: ClientOptions) => {
  const root = `/client/v4/accounts/${encodeURIComponent(account)}/flagship`;
  const appPath = (app: string): string => `${root}/apps/${encodeURIComponent(app)}`;
  const flagPath = (app: string, key: string): string => `${appPath(app)}/flags/${encodeURIComponent(key)}`;

  const segmentPath = (app: string, key: string): string =>
    `${appPath(app)}/segments/${encodeURIComponent(key)}`;

  const projectPath = (project: string): string => `${root}/projects/${encodeURIComponent(project)}`;
  const environmentPath = (project: string, key: string): string =>
    `${projectPath(project)}/environments/${encodeURIComponent(key)}`;

  const send = async (method: string, path: string, body?: unknown, write: WriteOptions = {}) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(`${baseUrl}${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined
          ? {}
          : { 'content-type': typeof body === 'string' ? 'application/x-ndjson' : 'application/json' }),
        ...writeHeaders(write),
      },
      ...(text === undefined ? {} : { body: text }),
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

  const page = async <T>(path: string, query: object): Promise<Page<T>> => {
    const envelope = (await (await send('GET', path + search(query))).json()) as Envelope;
    const { cursor = null, ...info } = { ...envelope.result_info };
    return { items: envelope.result as readonly T[], cursor, info };
  };

  return {
    listAccounts: () => ask<Account[]>('GET', '/client/v4/accounts'),
    getSession: () => ask<Session>('GET', '/client/v4/session'),
    signIn: (credential: { token: string } | { link: string }) =>
      ask<Session>('POST', '/client/v4/session', credential),
    signOut: () => ask<object>('DELETE', '/client/v4/session'),

    listApps: () => ask<App[]>('GET', `${root}/apps`),
    createApp: (app: NewApp) => ask<App>('POST', `${root}/apps`, app),
    getApp: (app: string) => ask<App>('GET', appPath(app)),
    renameApp: (app: string, name: string) => ask<App>('PUT', appPath(app), { name }),
    patchApp: (app: string, patch: AppPatch, write?: Pick<WriteOptions, 'comment' | 'idempotencyKey'>) =>
      ask<App>('PATCH', appPath(app), patch, write),
    deleteApp: (app: string, query: { keep_history?: 0 } = {}) =>
      ask<{ id: string }>('DELETE', `${appPath(app)}${search(query)}`),

    listFlags: (
      app: string,
      query: {
        q?: string;
        tag?: string;
        state?: 'enabled' | 'disabled';
        type?: FlagView['type'];
        by?: string;
        sort?: 'key' | 'updated';
        limit?: number;
        cursor?: string;
      } = {},
    ) => page<FlagView>(`${appPath(app)}/flags`, query),
    getFlag: (app: string, key: string) => ask<FlagView>('GET', flagPath(app, key)),
    createFlag: (app: string, flag: NewFlag, write?: WriteOptions) =>
      ask<FlagView>('POST', `${appPath(app)}/flags`, flag, write),
    replaceFlag: (app: string, key: string, flag: WholeFlag, write?: WriteOptions) =>
      ask<FlagView>('PUT', flagPath(app, key), flag, write),
    patchFlag: (app: string, key: string, patch: SomeFields, write?: WriteOptions) =>
      ask<FlagView>('PATCH', flagPath(app, key), patch, write),
    deleteFlag: (app: string, key: string, write?: WriteOptions) =>
      ask<{ key: string }>('DELETE', flagPath(app, key), undefined, write),
    patchRule: (
      app: string,
      key: string,
      priority: number,
      patch: SomeOfRule,
      write: WriteOptions & { ifMatch: number },
    ) => ask<FlagView>('PATCH', `${flagPath(app, key)}/rules/${priority}`, patch, write),
    reweightRule: (
      app: string,
      key: string,
      priority: number,
      weights: Weights,
      write: WriteOptions & { ifMatch: number; dryRun?: boolean },
    ) =>
      ask<Partial<FlagView> & { moved: number }>(
        'PUT',
        `${flagPath(app, key)}/rules/${priority}/split${write.dryRun === true ? '?dry_run=1' : ''}`,
        weights,
        write,
      ),
    changeFlags: (app: string, changes: Batch, write?: WriteOptions) =>
      ask<{ app_version: number; flags: FlagView[]; segments?: SegmentView[] }>(
        'POST',
        `${appPath(app)}/changes`,
        changes,
        write,
      ),
    restoreFlag: (app: string, key: string, changelogId: string, write?: WriteOptions) =>
      ask<FlagView>('POST', `${flagPath(app, key)}/restore`, { changelog_id: changelogId }, write),

    listSegments: (app: string, query: { q?: string; limit?: number; cursor?: string } = {}) =>
      page<SegmentView>(`${appPath(app)}/segments`, query),
    getSegment: (app: string, key: string) => ask<SegmentView>('GET', segmentPath(app, key)),
    createSegment: (app: string, segment: z.input<typeof SegmentCreate>, write?: WriteOptions) =>
      ask<SegmentView>('POST', `${appPath(app)}/segments`, segment, write),
    replaceSegment: (
      app: string,
      key: string,
      segment: z.input<typeof SegmentReplace>,
      write?: WriteOptions,
    ) => ask<SegmentView>('PUT', segmentPath(app, key), segment, write),
    patchSegment: (app: string, key: string, patch: z.input<typeof SegmentPatch>, write?: WriteOptions) =>
      ask<SegmentView>('PATCH', segmentPath(app, key), patch, write),
    deleteSegment: (app: string, key: string, write?: WriteOptions) =>
      ask<{ key: string }>('DELETE', segmentPath(app, key), undefined, write),
    changeMembers: (
      app: string,
      key: string,
      members: z.input<typeof SegmentMembers>,
      write?: WriteOptions,
    ) => ask<SegmentView>('POST', `${segmentPath(app, key)}/members`, members, write),
    restoreSegment: (app: string, key: string, changelogId: string, write?: WriteOptions) =>
      ask<SegmentView>('POST', `${segmentPath(app, key)}/restore`, { changelog_id: changelogId }, write),
    listSegmentUses: (app: string, key: string) =>
      ask<z.infer<typeof SegmentUses>>('GET', `${segmentPath(app, key)}/uses`),

    listChanges: (
      app: string,
      query: {
        flag?: string;
        /** With `flag`: changes of segments that the flag reached are among them. */
        through?: 1;
        segment?: string;
        actor?: string;
        since?: string;
        until?: string;
        limit?: number;
        cursor?: string;
      } = {},
    ) => {
      const { flag, segment, ...rest } = query;
      const of =
        flag !== undefined
          ? flagPath(app, flag)
          : segment !== undefined
            ? segmentPath(app, segment)
            : appPath(app);
      return page<ChangelogEntry>(`${of}/changelog`, rest);
    },
    explainFlag: (app: string, key: string, context: object) =>
      ask<Record<string, unknown>>('POST', `${appPath(app)}/explain`, { key, context }),
    getPropagation: (app: string) => ask<Propagation>('GET', `${appPath(app)}/propagation`),
    /** NDJSON, one flag a line. */
    exportFlags: async (app: string) => (await send('GET', `${appPath(app)}/export`)).text(),
    importFlags: (
      app: string,
      lines: string,
      query: { mode?: 'merge' | 'replace'; dry_run?: 1; allow_empty?: 1; flagship_account?: string } = {},
      write?: WriteOptions,
    ) => ask<Imported>('POST', `${appPath(app)}/import${search(query)}`, lines, write),

    listProjects: () => ask<ProjectView[]>('GET', `${root}/projects`),
    getProject: (project: string) => ask<ProjectView>('GET', projectPath(project)),
    createProject: (given: z.input<typeof NewProject>) => ask<ProjectView>('POST', `${root}/projects`, given),
    renameProject: (project: string, name: string) =>
      ask<ProjectView>('PATCH', projectPath(project), { name }),
    deleteProject: (project: string, query: { apps?: 1 } = {}) =>
      ask<{ id: string }>('DELETE', `${projectPath(project)}${search(query)}`),
    addEnvironment: (project: string, given: z.input<typeof NewEnvironment>) =>
      ask<ProjectView>('POST', `${projectPath(project)}/environments`, given),
    changeEnvironment: (project: string, key: string, patch: z.input<typeof EnvironmentPatch>) =>
      ask<ProjectView>('PATCH', environmentPath(project, key), patch),
    removeEnvironment: (project: string, key: string, query: { app?: 1 } = {}) =>
      ask<{ key: string }>('DELETE', `${environmentPath(project, key)}${search(query)}`),

    listAccountLog: (
      query: {
        event?: string;
        actor?: string;
        since?: string;
        until?: string;
        limit?: number;
        cursor?: string;
      } = {},
    ) => page<AccountLogEntry>(`${root}/log`, query),
    listTokens: () => ask<Token[]>('GET', `${root}/tokens`),
    createToken: (given: NewToken) => ask<MintedToken>('POST', `${root}/tokens`, given),
    revokeToken: (id: string) => ask<{ id: string }>('DELETE', `${root}/tokens/${encodeURIComponent(id)}`),
    createSignInLink: (id: string) =>
      ask<SignInLink>('POST', `${root}/tokens/${encodeURIComponent(id)}/link`),
  };
};

export type Client = ReturnType<typeof createClient>;

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

const search = (query: object): string => {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
};
