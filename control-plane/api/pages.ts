import type { Context, Hono } from 'hono';
import type { ExchangeEnv } from './exchange.ts';
import { PAGE_SECURITY } from './security.ts';

export interface PageFile {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly contentType: string;
  /** The name carries a hash of the content: it may be kept for ever. */
  readonly immutable: boolean;
}

/** Reads a file of the built dashboard by its path relative to `/dashboard/`; null if there is none. */
export type DashboardFiles = (path: string) => Promise<PageFile | null>;

const INDEX = 'index.html';

/** The dashboard's files; a path that names no file is one of its client-side routes and gets the index. */
export const servePages = (app: Hono<ExchangeEnv>, files: DashboardFiles | null): void => {
  app.get('/', (c) => c.redirect('/dashboard/', 302));
  app.get('/dashboard', (c) => c.redirect('/dashboard/', 302));
  app.get('/dashboard/*', async (c) => {
    if (files === null) return notBuilt(c);
    const path = c.req.path.slice('/dashboard/'.length) || INDEX;
    const file = await files(path);
    if (file !== null) return page(file, path);
    // A missing asset must not be answered by a page: a browser would try to run it.
    if (/^assets\/|\.[a-z0-9]{2,5}$/i.test(path)) return c.text('There is no such file.', 404, PAGE_SECURITY);
    const index = await files(INDEX);
    return index === null ? notBuilt(c) : page(index, INDEX);
  });
};

const page = ({ body, contentType, immutable }: PageFile, path: string): Response =>
  new Response(body, {
    headers: {
      ...PAGE_SECURITY,
      'content-type': contentType,
      'cache-control': immutable && path !== INDEX ? 'public, max-age=31536000, immutable' : 'no-cache',
    },
  });

const notBuilt = (c: Context): Response =>
  c.text('The dashboard is not built; run `npm run prepare` and start again.', 503, PAGE_SECURITY);
