import type { Identification } from './caller.ts';

/** What @hono/node-server gives with a request, as far as it is looked at. */
const socketAddress = (env: unknown): string | null => {
  let value: unknown = env;
  for (const name of ['incoming', 'socket', 'remoteAddress']) {
    if (typeof value !== 'object' || value === null) return null;
    value = Reflect.get(value, name);
  }
  return typeof value === 'string' ? value : null;
};

/** The last entry is the one that our own proxy wrote; those before it can be made up by anybody. */
const last = (header: string | null): string | null => header?.split(',').at(-1)?.trim() || null;

/** Who asks, and where they think they are: from the connection, or from the proxy in front where that one is trusted. */
export const createVisitors = (trustProxy: boolean): Pick<Identification, 'address' | 'seenAs'> => ({
  address: (request, env) =>
    (trustProxy ? last(request.headers.get('x-forwarded-for')) : null) ?? socketAddress(env) ?? 'unknown',

  seenAs: (request) => {
    const { protocol, host } = new URL(request.url);
    if (!trustProxy) return { protocol, host };
    const scheme = last(request.headers.get('x-forwarded-proto'))?.toLowerCase();
    return {
      protocol: scheme === 'https' || scheme === 'http' ? `${scheme}:` : protocol,
      host: last(request.headers.get('x-forwarded-host')) ?? host,
    };
  },
});
