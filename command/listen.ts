import type { IncomingMessage, ServerResponse } from 'node:http';
import { withoutBasePath } from '@halyard/control-plane/public-url';
import { createAdaptorServer } from '@hono/node-server';

/** One sentence for the person who starts a process; the command ends with exit code 2. */
export class CannotStart extends Error {
  override readonly name = 'CannotStart';
}

export interface Listening {
  /** With the port that was really bound. */
  readonly url: string;
  /** Stops accepting, lets answers under way finish for `graceMs`, then cuts what is left. */
  close(graceMs: number): Promise<void>;
}

export type Fetch = Parameters<typeof createAdaptorServer>[0]['fetch'];

/**
 * A balancer keeps an idle connection for a minute and more, and answers 502 when its next request meets one that was closed here. Headers
 * are waited for longer than that, or a request that comes late on a kept connection would be cut off.
 */
const KEEP_ALIVE_MS = 80_000;

export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  readonly basePath: string;
  /** Whether a request came by https: browsers are then told to keep to it. */
  readonly isSecure: (request: IncomingMessage) => boolean;
}

/** A year of https only (RFC 6797). Not for subdomains: those are not ours to speak for. */
const STRICT_TRANSPORT = 'max-age=31536000';

/** By the public URL where there is one, else by the scheme that a trusted proxy in front says. */
export const isSecureVisit = (publicUrl: string | null, trustProxy: boolean): ListenOptions['isSecure'] => {
  if (publicUrl !== null) {
    const secure = publicUrl.startsWith('https:');
    return () => secure;
  }
  if (!trustProxy) return () => false;
  // The last entry is the one that our own proxy wrote.
  return ({ headers }) =>
    String(headers['x-forwarded-proto'] ?? '')
      .split(',')
      .at(-1)
      ?.trim()
      .toLowerCase() === 'https';
};

/** Listens, or rejects with a `CannotStart` that says what to do. */
export const listen = (fetch: Fetch, { host, port, basePath, isSecure }: ListenOptions): Promise<Listening> =>
  new Promise((resolve, reject) => {
    const server = createAdaptorServer({
      fetch,
      serverOptions: { keepAliveTimeout: KEEP_ALIVE_MS, headersTimeout: KEEP_ALIVE_MS + 5_000 },
    });
    if (basePath !== '') {
      // Here, because the routes of the writer and of the edge are the same whatever stands in front of them.
      server.prependListener('request', (request: IncomingMessage) => {
        request.url = withoutBasePath(request.url ?? '/', basePath);
      });
    }
    // Here, because an edge's answers are made to be as few objects as they can be.
    server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
      if (isSecure(request)) response.setHeader('strict-transport-security', STRICT_TRANSPORT);
    });
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(new CannotStart(sentenceOf(error, host, port))),
    );
    server.listen(port, host, () => {
      const address = server.address();
      const bound = address !== null && typeof address === 'object' ? address.port : port;
      resolve({
        url: `http://${reachable(host)}:${bound}`,
        close: (graceMs) =>
          new Promise((closed) => {
            if (!('closeIdleConnections' in server)) throw new Error('an HTTP/2 server was not asked for');
            const cut = setTimeout(() => server.closeAllConnections(), graceMs);
            // A connection whose answer ends after this is idle then, and kept alive for a next request that will not be taken.
            const idle = setInterval(() => server.closeIdleConnections(), 20);
            server.close(() => {
              clearTimeout(cut);
              clearInterval(idle);
              closed();
            });
          }),
      });
    });
  });

/** How this machine reaches what listens on the host; an address that means "all of them" is none. */
const reachable = (host: string): string => {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
};

const sentenceOf = (error: NodeJS.ErrnoException, host: string, port: number): string => {
  switch (error.code) {
    case 'EADDRINUSE':
      return `Port ${port} on ${host} is in use; stop what listens there, or choose another with --port or HALYARD_PORT.`;
    case 'EACCES':
      return `Port ${port} needs more rights than this user has; choose one above 1023 with --port or HALYARD_PORT.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `${host} is not an address of this machine; set --host or HALYARD_HOST to one that is, such as 127.0.0.1 or 0.0.0.0.`;
    default:
      return `Cannot listen on ${host}:${port}: ${error.message}.`;
  }
};
