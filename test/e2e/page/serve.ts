import { mkdtemp, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { build } from 'vite';

const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript' };

/** Builds the page as its owner would, and serves it from an origin of its own. */
export const servePage = async (): Promise<{ readonly origin: string; close(): Promise<void> }> => {
  const outDir = await mkdtemp(join(tmpdir(), 'halyard-page-'));
  await build({
    root: import.meta.dirname,
    base: './',
    logLevel: 'error',
    configFile: false,
    resolve: { conditions: ['halyard-source', 'module', 'browser', 'development|production'] },
    build: { outDir, emptyOutDir: true, target: 'esnext' },
  });
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '/', 'http://page').pathname;
    try {
      const file = join(outDir, path === '/' ? 'index.html' : path);
      const body = await readFile(file);
      response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the page is not listening');
  return {
    origin: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
