import type { Hono } from 'hono';
import type { OpenApiDocument } from './document.ts';
import type { ExchangeEnv } from './exchange.ts';
import { referencePage } from './reference.ts';
import { REFERENCE_STYLE } from './reference-style.ts';
import { API_SECURITY, PAGE_SECURITY } from './security.ts';

/** `/openapi.json` and the page made of it: no script, nothing from anywhere else. */
export const serveDocs = (app: Hono<ExchangeEnv>, document: () => OpenApiDocument): void => {
  const cache = { 'cache-control': 'no-cache' };
  app.get('/openapi.json', (c) => c.json(document(), 200, { ...API_SECURITY, ...cache }));
  app.get('/docs', (c) => c.html(referencePage(document()), 200, { ...PAGE_SECURITY, ...cache }));
  app.get('/docs/reference.css', (c) =>
    c.body(REFERENCE_STYLE, 200, { ...PAGE_SECURITY, ...cache, 'content-type': 'text/css; charset=UTF-8' }),
  );
};
