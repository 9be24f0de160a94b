import type { Context, Hono } from 'hono';
import type { ExchangeEnv } from './exchange.ts';
import { refuseOtherMethods } from './methods.ts';
import { PAGE_SECURITY } from './security.ts';

export interface PageFile {
  readonly body: Uint8Array<ArrayBuffer>;
  /** The same, compressed, for browsers that take it. */
  readonly br?: Uint8Array<ArrayBuffer>;
  readonly gzip?: Uint8Array<ArrayBuffer>;
  readonly contentType: string;
  /** The name carries a hash of the content: it may be kept for ever. */
  readonly immutable: boolean;
}

/** Reads a file of the built dashboard by its path relative to `/dashboard/`; null if there is none. */
export type DashboardFiles = (path: string) => Promise<PageFile | null>;

/** Where the dashboard is, and where it sends those who evaluate. */
export interface DashboardPlace {
  /** In front of `/dashboard/`. */
  readonly basePath: string;
  /** Null: evaluations are answered where the dashboard is. */
  readonly edgeUrl: string | null;
}

const INDEX = 'index.html';

/** The dashboard's files; a path that names no file is one of its client-side routes and gets the index. */
export const servePages = (
  app: Hono<ExchangeEnv>,
  files: DashboardFiles | null,
  place: DashboardPlace,
): void => {
  const home = `${place.basePath}/dashboard/`;
  app.get('/', (c) => c.redirect(home, 302));
  app.get('/dashboard', (c) => c.redirect(home, 302));
  app.get('/dashboard/*', async (c) => {
    if (files === null) return notBuilt(c);
    const path = c.req.path.slice('/dashboard/'.length) || INDEX;
    const file = await files(path);
    if (file !== null) return page(c, path === INDEX ? placed(file, home, place) : file, path);
    // A missing asset must not be answered by a page: a browser would try to run it.
    if (/^assets\/|\.[a-z0-9]{2,5}$/i.test(path)) return c.text('There is no such file.', 404, PAGE_SECURITY);
    const index = await files(INDEX);
    return index === null ? notBuilt(c) : page(c, placed(index, home, place), INDEX);
  });
  for (const path of ['/', '/dashboard', '/dashboard/*']) refuseOtherMethods(app, path, new Set(['GET']));
};

/** The build refers to its files by `./`; every route of the dashboard gets the same index, so it must name them in full. */
const placed = (index: PageFile, home: string, { edgeUrl }: DashboardPlace): PageFile => {
  const html = new TextDecoder()
    .decode(index.body)
    .replaceAll(/(src|href)="\.\//g, `$1="${home}`)
    .replace(
      '</head>',
      edgeUrl === null ? '</head>' : `<meta name="halyard-edge-url" content="${edgeUrl}" />\n  </head>`,
    );
  return { body: new TextEncoder().encode(html), contentType: index.contentType, immutable: false };
};

const page = (c: Context, file: PageFile, path: string): Response => {
  const accepted = c.req.header('accept-encoding') ?? '';
  const coding = (['br', 'gzip'] as const).find((each) => file[each] !== undefined && takes(accepted, each));
  return new Response((coding && file[coding]) ?? file.body, {
    headers: {
      ...PAGE_SECURITY,
      'content-type': file.contentType,
      'cache-control': file.immutable && path !== INDEX ? 'public, max-age=31536000, immutable' : 'no-cache',
      vary: 'Accept-Encoding',
      ...(coding === undefined ? {} : { 'content-encoding': coding }),
    },
  });
};

/** Whether `Accept-Encoding` names the coding, and not with `q=0` (RFC 9110, section 12.5.3). */
const takes = (accepted: string, coding: string): boolean =>
  accepted.split(',').some((each) => {
    const [name, weight] = each.split(';');
    return name?.trim().toLowerCase() === coding && !/^\s*q=0(?:\.0*)?\s*$/i.test(weight ?? '');
  });

const notBuilt = (c: Context): Response =>
  c.text('The dashboard is not built; run `npm run prepare` and start again.', 503, PAGE_SECURITY);
