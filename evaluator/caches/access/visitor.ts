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

/**
 * The address that failed attempts are counted by: from the connection, or from the proxy in front where that one is trusted. `env` is
 * what the server gave with the request.
 */
export const visitorAddress = (headers: Headers, env: unknown, trustProxy: boolean): string =>
  (trustProxy ? last(headers.get('x-forwarded-for')) : null) ?? socketAddress(env) ?? 'unknown';
