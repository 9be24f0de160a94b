import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { ApiError } from './api.ts';
import { flagSearchOf } from './flags/flag-search.ts';
import { FlagsPage } from './flags/flags-page.tsx';
import { isSpan, type Span } from './history/span.ts';
import { basePath } from './place.ts';
import { appsQuery, type ChangelogSearch, type FlagSearch, flagsQuery, sessionQuery } from './queries.ts';
import { FLAG_TABS, type FlagTab, SEGMENT_TABS, type SegmentTab } from './router-search.ts';
import { signIn } from './session/session.ts';
import { Frame } from './shell/frame.tsx';
import { NotFoundPage } from './shell/not-found-page.tsx';
import { Failure, Loading } from './shell/states.tsx';
import { strings } from './strings.ts';

interface Search {
  readonly [name: string]: unknown;
}
const text = (search: Search, name: string): string | undefined => {
  const value = search[name];
  // The router reads what looks like JSON as JSON: a flag called 42, a context written into the address by hand.
  const read = typeof value === 'object' ? JSON.stringify(value, null, 2) : String(value ?? '');
  return read === '' || read === 'null' ? undefined : read;
};
const given = <K extends string>(name: K, value: string | undefined): { readonly [N in K]?: string } => {
  if (value === undefined) return {};
  // A computed name is widened to string; the value is set under exactly that name.
  return { [name]: value } as { readonly [N in K]?: string };
};

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

const root = createRootRouteWithContext<{ readonly client: QueryClient }>()({ component: Outlet });

/** Takes the one-time secret out of the address, before anything else sees it. */
const takeLink = (): string | null => {
  const link = new URLSearchParams(window.location.hash.slice(1)).get('link');
  if (link !== null) window.history.replaceState(null, '', window.location.pathname + window.location.search);
  return link;
};

const signInRoute = createRoute({
  getParentRoute: () => root,
  path: 'sign-in',
  validateSearch: (search: Search) =>
    given('to', text(search, 'to')?.startsWith('/') ? text(search, 'to') : undefined),
  loader: async () => {
    const link = takeLink();
    if (link === null) return { linkProblem: null };
    try {
      await signIn({ link });
    } catch (error) {
      return { linkProblem: error instanceof Error ? error.message : String(error) };
    }
    throw redirect({ to: '/', replace: true });
  },
  component: lazyRouteComponent(() => import('./session/sign-in-page.tsx'), 'SignInPage'),
});

const signedIn = createRoute({
  getParentRoute: () => root,
  id: 'signed-in',
  beforeLoad: async ({ context, location }) => {
    try {
      await context.client.ensureQueryData(sessionQuery);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      throw redirect({ to: '/sign-in', search: given('to', location.href), replace: true });
    }
  },
  component: Frame,
  // In place of the frame, whose main part the pages' own failures are in.
  errorComponent: ({ error, reset }) => (
    <main>
      <Failure whole error={asError(error)} retry={reset} />
    </main>
  ),
  pendingComponent: Loading,
});

const appsRoute = createRoute({
  getParentRoute: () => signedIn,
  path: '/',
  component: lazyRouteComponent(() => import('./apps/apps-page.tsx'), 'AppsPage'),
});

const tokensRoute = createRoute({
  getParentRoute: () => signedIn,
  path: 'tokens',
  component: lazyRouteComponent(() => import('./tokens/tokens-page.tsx'), 'TokensPage'),
});

const accountLogRoute = createRoute({
  getParentRoute: () => signedIn,
  path: 'log',
  component: lazyRouteComponent(() => import('./account-log/account-log-page.tsx'), 'AccountLogPage'),
});

const appRoute = createRoute({
  getParentRoute: () => signedIn,
  path: 'apps/$app',
  loader: async ({ context }) => {
    const { account } = await context.client.ensureQueryData(sessionQuery);
    void context.client.prefetchQuery(appsQuery(account));
  },
});

const appIndexRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/',
  beforeLoad: ({ params }) => {
    throw redirect({ to: '/apps/$app/flags', params, replace: true });
  },
});

const flagsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: 'flags',
  validateSearch: (search: Search): FlagSearch => flagSearchOf(search),
  loaderDeps: ({ search }) => search,
  // Asks before the page is drawn: by then the answer is on its way.
  loader: async ({ context, params, deps }) => {
    const { account } = await context.client.ensureQueryData(sessionQuery);
    void context.client.prefetchInfiniteQuery(flagsQuery(account, params.app, deps));
  },
  component: FlagsPage,
});

const flagRoute = createRoute({
  getParentRoute: () => appRoute,
  path: 'flags/$key',
  validateSearch: (
    search: Search,
  ): { readonly tab?: FlagTab; readonly entry?: string; readonly context?: string } => {
    const tab = FLAG_TABS.find((each) => each === search['tab']);
    return {
      ...(tab === undefined ? {} : { tab }),
      ...given('entry', text(search, 'entry')),
      ...given('context', text(search, 'context')),
    };
  },
  component: lazyRouteComponent(() => import('./flag/flag-page.tsx'), 'FlagPage'),
});

const segmentsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: 'segments',
  validateSearch: (search: Search): { readonly q?: string } => given('q', text(search, 'q')),
  component: lazyRouteComponent(() => import('./segments/segments-page.tsx'), 'SegmentsPage'),
});

const segmentRoute = createRoute({
  getParentRoute: () => appRoute,
  path: 'segments/$key',
  validateSearch: (search: Search): { readonly tab?: SegmentTab; readonly entry?: string } => {
    const tab = SEGMENT_TABS.find((each) => each === search['tab']);
    return { ...(tab === undefined ? {} : { tab }), ...given('entry', text(search, 'entry')) };
  },
  component: lazyRouteComponent(() => import('./segments/segment-page.tsx'), 'SegmentPage'),
});

const historyRoute = createRoute({
  getParentRoute: () => appRoute,
  path: 'history',
  validateSearch: (
    search: Search,
  ): Omit<ChangelogSearch, 'key'> & { readonly entry?: string; readonly last?: Span } => {
    const commit = Number(search['commit']);
    const last = search['last'];
    return {
      ...given('flag', text(search, 'flag')),
      ...given('actor', text(search, 'actor')),
      ...given('since', text(search, 'since')),
      ...given('until', text(search, 'until')),
      ...given('entry', text(search, 'entry')),
      ...(Number.isSafeInteger(commit) && commit > 0 ? { commit } : {}),
      ...(isSpan(last) ? { last } : {}),
    };
  },
  component: lazyRouteComponent(() => import('./history/history-page.tsx'), 'HistoryPage'),
});

const edgesRoute = createRoute({
  getParentRoute: () => appRoute,
  path: 'edges',
  component: lazyRouteComponent(() => import('./edges/edges-page.tsx'), 'EdgesPage'),
});

const connectRoute = createRoute({
  getParentRoute: () => appRoute,
  path: 'connect',
  component: lazyRouteComponent(() => import('./connect/connect-page.tsx'), 'ConnectPage'),
});

const settingsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: 'settings',
  component: lazyRouteComponent(() => import('./apps/settings-page.tsx'), 'SettingsPage'),
});

/** Whatever no other page answers to. */
const nowhereRoute = createRoute({
  getParentRoute: () => signedIn,
  path: '$',
  component: NotFoundPage,
});

const tree = root.addChildren([
  signInRoute,
  signedIn.addChildren([
    appsRoute,
    tokensRoute,
    accountLogRoute,
    nowhereRoute,
    appRoute.addChildren([
      appIndexRoute,
      flagsRoute,
      flagRoute,
      segmentsRoute,
      segmentRoute,
      historyRoute,
      edgesRoute,
      connectRoute,
      settingsRoute,
    ]),
  ]),
]);

export const createAppRouter = (client: QueryClient) =>
  createRouter({
    routeTree: tree,
    basepath: `${basePath}/dashboard`,
    context: { client },
    defaultPreload: 'intent',
    // TanStack Query decides what is fresh.
    defaultPreloadStaleTime: 0,
    scrollRestoration: true,
    defaultErrorComponent: ({ error, reset }) => <Failure whole error={asError(error)} retry={reset} />,
    defaultNotFoundComponent: () => (
      <main>
        <Failure whole error={new ApiError(404, [], strings.failure.noPage)} retry={() => undefined} />
      </main>
    ),
  });

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
