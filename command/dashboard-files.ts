import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';

export interface DashboardFile {
  readonly body: Uint8Array<ArrayBuffer>;
  /** The same, compressed by the build; small files are not. */
  readonly br?: Uint8Array<ArrayBuffer>;
  readonly gzip?: Uint8Array<ArrayBuffer>;
  readonly contentType: string;
  /** The name carries a hash of the content: it may be kept for ever. */
  readonly immutable: boolean;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.json': 'application/json',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};

/** The built dashboard, read into memory once; null if it was never built. Paths are relative, with `/`. */
export const readDashboard = (folder: string): ((path: string) => Promise<DashboardFile | null>) | null => {
  const bodies = new Map<string, Uint8Array<ArrayBuffer>>();
  try {
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const file = join(entry.parentPath, entry.name);
      bodies.set(relative(folder, file).split(sep).join('/'), new Uint8Array(readFileSync(file)));
    }
  } catch {
    return null;
  }
  if (!bodies.has('index.html')) return null;
  return async (path) => {
    const body = bodies.get(path);
    if (body === undefined) return null;
    const br = bodies.get(`${path}.br`);
    const gzip = bodies.get(`${path}.gz`);
    return {
      body,
      ...(br === undefined ? {} : { br }),
      ...(gzip === undefined ? {} : { gzip }),
      contentType: TYPES[extname(path)] ?? 'application/octet-stream',
      immutable: path.startsWith('assets/'),
    };
  };
};
