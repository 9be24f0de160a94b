import { mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { build } from 'vite';

const ROOT = join(import.meta.dirname, '..', '..');

/** Notes every text that the page shows, from before its first script on. */
const WATCH = `window.shown = [];
new MutationObserver(() => {
  const text = document.body?.textContent ?? '';
  if (text !== '' && window.shown.at(-1) !== text) window.shown.push(text);
}).observe(document, { childList: true, subtree: true, characterData: true });`;

export interface Site {
  /** Known before the page is built, for a token that allows it. */
  readonly origin: string;
  /** Builds a page of one script, as its owner would, with these `import.meta.env`. */
  build(script: string, language: 'ts' | 'tsx', env: Readonly<Record<string, string>>): Promise<void>;
  close(): void;
}

export const openSite = async (): Promise<Site> => {
  let files = '';
  const app = new Hono();
  app.get('/*', (c) => {
    const path = c.req.path === '/' ? 'index.html' : c.req.path.slice(1);
    const type = path.endsWith('.js') ? 'text/javascript' : 'text/html';
    return c.body(readFileSync(join(files, path), 'utf8'), 200, { 'content-type': type });
  });
  return new Promise((resolve) => {
    const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) =>
      resolve({
        origin: `http://127.0.0.1:${port}`,
        async build(script, language, env) {
          const folder = mkdtempSync(join(tmpdir(), 'halyard-page-'));
          symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
          writeFileSync(join(folder, `page.${language}`), script);
          writeFileSync(
            join(folder, 'index.html'),
            `<!doctype html><link rel="icon" href="data:," /><script>${WATCH}</script><body><script type="module" src="./page.${language}"></script></body>`,
          );
          await build({
            root: folder,
            base: './',
            configFile: false,
            logLevel: 'error',
            resolve: { conditions: ['halyard-source', 'module', 'browser', 'development|production'] },
            define: Object.fromEntries(
              Object.entries(env).map(([key, value]) => [`import.meta.env.${key}`, JSON.stringify(value)]),
            ),
            build: { target: 'esnext' },
          });
          files = join(folder, 'dist');
        },
        close: () => server.close(),
      }),
    );
  });
};
