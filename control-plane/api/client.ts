import type { z } from '@hono/zod-openapi';
import type { SavedContextSchema } from '../flags/body/saved-context.ts';
import type { ChangesWrite, SplitResult, SplitWeights } from '../flags/body/schema-changes.ts';
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
import type { Vendor } from '../importers/index.ts';
import type { AccountLogEntry } from '../model/account-log.ts';
import type { ChangelogEntry, FlagEntry } from '../model/changelog.ts';
import type { SegmentView } from '../model/segment.ts';
import type {
  EnvironmentPatch,
  NewEnvironment,
  NewProject,
  ProjectView,
} from '../projects/schema-project.ts';
import {
  type ClientOptions,
  createTransport,
  type DryRun,
  search,
  type WriteOptions,
} from './client/transport.ts';
import type {
  Comparison,
  EverywhereResult,
  MatrixRowSchema,
  PromotionResult,
  PromotionWrite,
} from './document/schema-promotion.ts';
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
import type { FlagNumbers, FlagUse } from './document/schemas-numbers.ts';

export {
  ApiError,
  type ClientOptions,
  type DryRun,
  type Page,
  type WriteOptions,
} from './client/transport.ts';
export type {
  Account,
  AccountLogEntry,
  App,
  AppPatch,
  ChangelogEntry,
  FlagEntry,
  FlagNumbers,
  FlagUse,
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
type Moved = z.infer<typeof SplitResult>;
type SavedContext = z.infer<typeof SavedContextSchema>;

/** A client of the management API. Every method resolves to the result or rejects with `ApiError`. */
export const createClient = ({ account, ...options }: ClientOptions) => {
  const { send, ask, writing, page } = createTransport(options);
  const root = `/client/v4/accounts/${encodeURIComponent(account)}/flagship`;
  const appPath = (app: string): string => `${root}/apps/${encodeURIComponent(app)}`;
  const flagPath = (app: string, key: string): string => `${appPath(app)}/flags/${encodeURIComponent(key)}`;

  const segmentPath = (app: string, key: string): string =>
    `${appPath(app)}/segments/${encodeURIComponent(key)}`;

  const contextPath = (app: string, name: string): string =>
    `${appPath(app)}/contexts/${encodeURIComponent(name)}`;

  const projectPath = (project: string): string => `${root}/projects/${encodeURIComponent(project)}`;
  const environmentPath = (project: string, key: string): string =>
    `${projectPath(project)}/environments/${encodeURIComponent(key)}`;

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
    patchApp: (app: string, patch: AppPatch, write?: Omit<WriteOptions, 'ifMatch' | 'dryRun'>) =>
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
    getFlagNumbers: (app: string, key: string, query: { last?: '1h' | '24h' | '30d' } = {}) =>
      ask<FlagNumbers>('GET', `${flagPath(app, key)}/numbers${search(query)}`),
    listNumbers: (app: string, query: { keys?: string; status?: FlagUse['status'] } = {}) =>
      ask<{ flags: FlagUse[] }>('GET', `${appPath(app)}/numbers${search(query)}`),
    createFlag: <W extends WriteOptions>(app: string, flag: NewFlag, write?: W) =>
      writing<FlagView, W>('POST', `${appPath(app)}/flags`, flag, write),
    replaceFlag: <W extends WriteOptions>(app: string, key: string, flag: WholeFlag, write?: W) =>
      writing<FlagView, W>('PUT', flagPath(app, key), flag, write),
    patchFlag: <W extends WriteOptions>(app: string, key: string, patch: SomeFields, write?: W) =>
      writing<FlagView, W>('PATCH', flagPath(app, key), patch, write),
    deleteFlag: <W extends WriteOptions>(app: string, key: string, write?: W) =>
      writing<{ key: string }, W>('DELETE', flagPath(app, key), undefined, write),
    patchRule: <W extends WriteOptions & { ifMatch: number }>(
      app: string,
      key: string,
      priority: number,
      patch: SomeOfRule,
      write: W,
    ) => writing<FlagView, W>('PATCH', `${flagPath(app, key)}/rules/${priority}`, patch, write),
    reweightRule: <W extends WriteOptions & { ifMatch: number }>(
      app: string,
      key: string,
      priority: number,
      weights: Weights,
      write: W,
    ) =>
      writing<FlagView & Moved, W, DryRun & Moved>(
        'PUT',
        `${flagPath(app, key)}/rules/${priority}/split`,
        weights,
        write,
      ),
    changeFlags: <W extends WriteOptions>(app: string, changes: Batch, write?: W) =>
      writing<{ app_version: number; flags: FlagView[]; segments?: SegmentView[] }, W>(
        'POST',
        `${appPath(app)}/changes`,
        changes,
        write,
      ),
    restoreFlag: <W extends WriteOptions>(app: string, key: string, changelogId: string, write?: W) =>
      writing<FlagView, W>('POST', `${flagPath(app, key)}/restore`, { changelog_id: changelogId }, write),

    listSegments: (app: string, query: { q?: string; limit?: number; cursor?: string } = {}) =>
      page<SegmentView>(`${appPath(app)}/segments`, query),
    getSegment: (app: string, key: string) => ask<SegmentView>('GET', segmentPath(app, key)),
    createSegment: <W extends WriteOptions>(app: string, segment: z.input<typeof SegmentCreate>, write?: W) =>
      writing<SegmentView, W>('POST', `${appPath(app)}/segments`, segment, write),
    replaceSegment: <W extends WriteOptions>(
      app: string,
      key: string,
      segment: z.input<typeof SegmentReplace>,
      write?: W,
    ) => writing<SegmentView, W>('PUT', segmentPath(app, key), segment, write),
    patchSegment: <W extends WriteOptions>(
      app: string,
      key: string,
      patch: z.input<typeof SegmentPatch>,
      write?: W,
    ) => writing<SegmentView, W>('PATCH', segmentPath(app, key), patch, write),
    deleteSegment: <W extends WriteOptions>(app: string, key: string, write?: W) =>
      writing<{ key: string }, W>('DELETE', segmentPath(app, key), undefined, write),
    changeMembers: <W extends WriteOptions>(
      app: string,
      key: string,
      members: z.input<typeof SegmentMembers>,
      write?: W,
    ) => writing<SegmentView, W>('POST', `${segmentPath(app, key)}/members`, members, write),
    restoreSegment: <W extends WriteOptions>(app: string, key: string, changelogId: string, write?: W) =>
      writing<SegmentView, W>(
        'POST',
        `${segmentPath(app, key)}/restore`,
        { changelog_id: changelogId },
        write,
      ),
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
    /** NDJSON, one flag or segment a line. */
    exportFlags: async (app: string) => (await send('GET', `${appPath(app)}/export`)).text(),
    importFlags: <W extends WriteOptions>(
      app: string,
      lines: string,
      query: { mode?: 'merge' | 'replace'; allow_empty?: 1; flagship_account?: string } = {},
      write?: W,
    ) =>
      writing<Imported, W, DryRun & Imported>('POST', `${appPath(app)}/import${search(query)}`, lines, write),

    /** Another vendor's document, of the type application/json or application/yaml. */
    importFrom: <W extends WriteOptions>(
      app: string,
      document: Blob,
      query: {
        from: Vendor;
        environment?: string;
        targeting_key?: string;
        flagship_account?: string;
        only?: 'exact';
        mode?: 'merge' | 'replace';
        allow_empty?: 1;
      },
      write?: W,
    ) =>
      writing<Imported, W, DryRun & Imported>(
        'POST',
        `${appPath(app)}/import${search(query)}`,
        document,
        write,
      ),

    listContexts: (app: string) => ask<SavedContext[]>('GET', `${appPath(app)}/contexts`),
    getContext: (app: string, name: string) => ask<SavedContext>('GET', contextPath(app, name)),
    saveContext: (app: string, name: string, context: SavedContext['context']) =>
      ask<SavedContext>('PUT', contextPath(app, name), { context }),
    deleteContext: (app: string, name: string) => ask<{ name: string }>('DELETE', contextPath(app, name)),

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

    compareEnvironments: (project: string, query: { from: string; to: string; key?: string }) =>
      ask<z.infer<typeof Comparison>[]>('GET', `${projectPath(project)}/compare${search(query)}`),
    promote: (project: string, asked: z.input<typeof PromotionWrite>, write?: WriteOptions) =>
      ask<z.infer<typeof PromotionResult>>('POST', `${projectPath(project)}/promote`, asked, write),
    listProjectFlags: (
      project: string,
      query: {
        q?: string;
        tag?: string;
        state?: 'drifted' | 'missing';
        limit?: number;
        cursor?: string;
      } = {},
    ) => page<z.infer<typeof MatrixRowSchema>>(`${projectPath(project)}/flags`, query),
    createProjectFlag: (project: string, flag: NewFlag, write?: WriteOptions) =>
      ask<z.infer<typeof EverywhereResult>>('POST', `${projectPath(project)}/flags`, flag, write),
    deleteProjectFlag: (project: string, key: string, write?: WriteOptions) =>
      ask<z.infer<typeof EverywhereResult>>(
        'DELETE',
        `${projectPath(project)}/flags/${encodeURIComponent(key)}`,
        undefined,
        write,
      ),

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
