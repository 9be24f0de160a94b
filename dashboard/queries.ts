import type { FlagType } from '@halyard/engine';
import {
  infiniteQueryOptions,
  keepPreviousData,
  MutationCache,
  QueryCache,
  QueryClient,
  queryOptions,
} from '@tanstack/react-query';
import {
  type AccountEvent,
  type AccountLogEntry,
  type Answer,
  ApiError,
  type App,
  accountPath,
  appPath,
  type ChangelogEntry,
  call,
  type FlagEntry,
  flagPath,
  type Propagation,
  type SegmentUses,
  type Session,
  type StoredFlag,
  type StoredSegment,
  search,
  segmentPath,
  type Token,
} from './api.ts';
import { noteFailure, noteSuccess } from './session/connection.ts';
import { takeEarlySession } from './session/early-session.ts';

const retry = (count: number, error: Error): boolean =>
  count < 2 && error instanceof ApiError && (error.status === 0 || error.status === 503);

export const createQueryClient = (): QueryClient =>
  new QueryClient({
    queryCache: new QueryCache({ onError: noteFailure, onSuccess: noteSuccess }),
    mutationCache: new MutationCache({ onError: noteFailure, onSuccess: noteSuccess }),
    defaultOptions: {
      // A 4xx says the same the second time; only an outage is worth another try.
      queries: { retry, retryDelay: 500, staleTime: 5_000, networkMode: 'always' },
      mutations: { retry: false, networkMode: 'always' },
    },
  });

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }) =>
    (await call<Session>('/session', { signal, early: takeEarlySession() })).result,
  staleTime: 60_000,
});

export const appsQuery = (account: string) =>
  queryOptions({
    queryKey: [account, 'apps'],
    queryFn: async ({ signal }) => (await call<App[]>(`${accountPath(account)}/apps`, { signal })).result,
  });

export interface FlagSearch {
  /** Pieces of keys, descriptions and tags, in any order. */
  readonly q?: string;
  /** All of them. */
  readonly tag?: readonly string[];
  readonly state?: 'enabled' | 'disabled';
  readonly type?: FlagType;
  /** Part of the name of who changed it last. */
  readonly by?: string;
  /** Default: by key. */
  readonly sort?: 'updated';
}

/** Where one page of the flags is asked for. */
const flagsPath = (
  account: string,
  app: string,
  { tag = [], ...query }: FlagSearch,
  page: { readonly limit: number; readonly cursor: string | null },
): string =>
  `${appPath(account, app)}/flags${search({ ...query, ...page })}${tag.map((each) => `&tag=${encodeURIComponent(each)}`).join('')}`;

const nextCursor = (page: Answer<unknown>): string | null => page.info.cursor ?? null;
const firstPage: string | null = null;

export const flagsKey = (account: string, app: string) => [account, app, 'flags'] as const;

/** Those of them that are read page by page. */
export const flagListsKey = (account: string, app: string) => [...flagsKey(account, app), 'lists'] as const;

export const flagsQuery = (account: string, app: string, query: FlagSearch) =>
  infiniteQueryOptions({
    queryKey: [...flagListsKey(account, app), query],
    queryFn: ({ signal, pageParam }) =>
      call<StoredFlag[]>(flagsPath(account, app, query, { limit: 100, cursor: pageParam }), { signal }),
    initialPageParam: firstPage,
    getNextPageParam: nextCursor,
    placeholderData: keepPreviousData,
  });

/** The few flags of an app that a search finds first: for the palette, which asks many apps. */
export const fewFlagsQuery = (account: string, app: string, q: string) =>
  queryOptions({
    queryKey: [...flagsKey(account, app), 'few', q],
    queryFn: async ({ signal }) =>
      (await call<StoredFlag[]>(flagsPath(account, app, { q }, { limit: 8, cursor: null }), { signal }))
        .result,
    placeholderData: keepPreviousData,
  });

export const segmentsKey = (account: string, app: string) => [account, app, 'segments'] as const;

const segmentsPath = (account: string, app: string, query: Parameters<typeof search>[0]): string =>
  `${appPath(account, app)}/segments${search(query)}`;

/** The few segments of an app whose keys or descriptions hold this. */
export const fewSegmentsQuery = (account: string, app: string, q: string) =>
  queryOptions({
    queryKey: [...segmentsKey(account, app), 'few', q],
    queryFn: async ({ signal }) =>
      (await call<StoredSegment[]>(segmentsPath(account, app, { q, limit: 20 }), { signal })).result,
    placeholderData: keepPreviousData,
  });

export const segmentsQuery = (account: string, app: string, q: string) =>
  infiniteQueryOptions({
    queryKey: [...segmentsKey(account, app), 'lists', q],
    queryFn: ({ signal, pageParam }) =>
      call<StoredSegment[]>(segmentsPath(account, app, { q, limit: 100, cursor: pageParam }), { signal }),
    initialPageParam: firstPage,
    getNextPageParam: nextCursor,
    placeholderData: keepPreviousData,
  });

export const segmentQuery = (account: string, app: string, key: string) =>
  queryOptions({
    queryKey: [account, app, 'segment', key],
    queryFn: async ({ signal }) =>
      (await call<StoredSegment>(segmentPath(account, app, key), { signal })).result,
  });

export const segmentUsesQuery = (account: string, app: string, key: string) =>
  queryOptions({
    queryKey: [...segmentsKey(account, app), 'uses', key],
    queryFn: async ({ signal }) =>
      (await call<SegmentUses>(`${segmentPath(account, app, key)}/uses`, { signal })).result,
  });

export const flagQuery = (account: string, app: string, key: string) =>
  queryOptions({
    queryKey: [account, app, 'flag', key],
    queryFn: async ({ signal }) => (await call<StoredFlag>(flagPath(account, app, key), { signal })).result,
  });

export interface ChangelogSearch {
  /** Only this flag's changes. */
  readonly key?: string;
  /** Of a flag: changes of segments through which it changed are among them. */
  readonly through?: true;
  /** Only this segment's changes. */
  readonly segment?: string;
  /** Parts of a flag's key and of an actor's name, in any case. */
  readonly flag?: string;
  readonly actor?: string;
  /** The app's version that a commit made. */
  readonly commit?: number;
  /** ISO 8601, inclusive. */
  readonly since?: string;
  readonly until?: string;
}

/** Where one page of an app's changelog, or of one flag's, is asked for. */
export const changelogPath = (
  account: string,
  app: string,
  { key, through, segment, flag, actor, ...filter }: ChangelogSearch,
  page: { readonly limit: number; readonly cursor: string | null },
): string => {
  const rest = search({ by: actor, ...filter, ...page });
  if (key !== undefined) {
    const whole = search({ by: actor, ...filter, ...page, through: through ? 1 : null });
    return `${flagPath(account, app, key)}/changelog${whole}`;
  }
  if (segment !== undefined) return `${segmentPath(account, app, segment)}/changelog${rest}`;
  return `${appPath(account, app)}/changelog${search({ flag, by: actor, ...filter, ...page })}`;
};

export const changelogQuery = (account: string, app: string, query: ChangelogSearch) =>
  infiniteQueryOptions({
    queryKey: [account, app, 'changelog', query],
    queryFn: ({ signal, pageParam }) =>
      call<ChangelogEntry[]>(changelogPath(account, app, query, { limit: 50, cursor: pageParam }), {
        signal,
      }),
    initialPageParam: firstPage,
    getNextPageParam: nextCursor,
    placeholderData: keepPreviousData,
  });

/** A flag's newest change: its own version, and that of the app by which edges say what they have. */
export const flagCommitQuery = (account: string, app: string, key: string) =>
  queryOptions({
    queryKey: [account, app, 'changelog', { flag: key }, 'newest'],
    queryFn: async ({ signal }) => {
      const { result } = await call<{ readonly version: number; readonly app_version: number }[]>(
        `${flagPath(account, app, key)}/changelog${search({ limit: 1 })}`,
        { signal },
      );
      const [newest] = result;
      return newest === undefined ? null : { version: newest.version, app_version: newest.app_version };
    },
    staleTime: 0,
  });

/** The newest change of an app; null: there was none. */
export const lastChangeQuery = (account: string, app: string) =>
  queryOptions({
    queryKey: [account, app, 'changelog', 'last'],
    queryFn: async ({ signal }) =>
      (await call<ChangelogEntry[]>(changelogPath(account, app, {}, { limit: 1, cursor: null }), { signal }))
        .result[0] ?? null,
  });

/** The newest change of a flag, whole; null: there was none. */
export const lastOfFlagQuery = (account: string, app: string, key: string) =>
  queryOptions({
    queryKey: [account, app, 'changelog', { flag: key }, 'last'],
    queryFn: async ({ signal }) =>
      (await call<FlagEntry[]>(changelogPath(account, app, { key }, { limit: 1, cursor: null }), { signal }))
        .result[0] ?? null,
    staleTime: 0,
  });

export const propagationQuery = (account: string, app: string) =>
  queryOptions({
    queryKey: [account, app, 'propagation'],
    queryFn: async ({ signal }) =>
      (await call<Propagation>(`${appPath(account, app)}/propagation`, { signal })).result,
    staleTime: 0,
  });

export const tokensQuery = (account: string) =>
  queryOptions({
    queryKey: [account, 'tokens'],
    queryFn: async ({ signal }) => (await call<Token[]>(`${accountPath(account)}/tokens`, { signal })).result,
  });

/** The account's own log; no events: all of them. */
export const accountLogQuery = (account: string, events: readonly AccountEvent[]) =>
  infiniteQueryOptions({
    queryKey: [account, 'log', events],
    queryFn: ({ signal, pageParam }) =>
      call<AccountLogEntry[]>(
        `${accountPath(account)}/log${search({ event: events.join(','), limit: 50, cursor: pageParam })}`,
        { signal },
      ),
    initialPageParam: firstPage,
    getNextPageParam: nextCursor,
    placeholderData: keepPreviousData,
  });
