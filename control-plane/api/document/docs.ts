import type { Context, Hono } from 'hono';
import { sha256Hex } from '../../access/secret.ts';
import type { ExchangeEnv } from '../http/exchange.ts';
import { noneMatches } from '../http/headers.ts';
import { API_SECURITY, PAGE_SECURITY } from '../http/security.ts';
import type { OpenApiDocument } from './document.ts';
import { referencePage } from './reference.ts';
import { REFERENCE_STYLE } from './reference-style.ts';

interface Page {
  readonly text: string;
  readonly etag: string;
}

/** `/openapi.json` and the page made of it: no script, nothing from anywhere else. Each is made once, when it is first asked for. */
export const serveDocs = (app: Hono<ExchangeEnv>, document: () => OpenApiDocument): void => {
  const serve = (path: string, make: () => string, headers: Readonly<Record<string, string>>): void => {
    const page = madeOnce(make);
    app.get(path, async (c) => answer(c, await page(), headers));
  };
  serve('/openapi.json', () => JSON.stringify(document()), {
    ...API_SECURITY,
    'content-type': 'application/json',
  });
  serve('/docs', () => referencePage(document()), {
    ...PAGE_SECURITY,
    'content-type': 'text/html; charset=UTF-8',
  });
  serve('/docs/reference.css', () => REFERENCE_STYLE, {
    ...PAGE_SECURITY,
    'content-type': 'text/css; charset=UTF-8',
  });
};

const madeOnce = (make: () => string): (() => Promise<Page>) => {
  let made: Promise<Page> | null = null;
  const page = async (): Promise<Page> => {
    const text = make();
    return { text, etag: `"${(await sha256Hex(text)).slice(0, 32)}"` };
  };
  return () => {
    made ??= page();
    return made;
  };
};

const answer = (c: Context, { text, etag }: Page, headers: Readonly<Record<string, string>>): Response => {
  const given = { ...headers, etag, 'cache-control': 'no-cache' };
  return noneMatches(c.req.raw.headers, etag) ? c.body(null, 304, given) : c.body(text, 200, given);
};
