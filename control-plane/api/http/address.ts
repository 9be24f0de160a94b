import { visitorAddress } from '@halyard/caches/access';
import type { SeenAs } from '../../access/cookie.ts';
import type { Identification } from './caller.ts';
import { basePathOf } from './public-url.ts';

/** The last entry is the one that our own proxy wrote; those before it can be made up by anybody. */
const last = (header: string | null): string | null => header?.split(',').at(-1)?.trim() || null;

/**
 * Who asks, and where they think they are: at the public URL where there is one, whatever `Host` the proxy in front sends, else from
 * the connection, or from the proxy where that one is trusted.
 */
export const createVisitors = (
  trustProxy: boolean,
  publicUrl: string | null,
): Pick<Identification, 'address' | 'seenAs'> => {
  const publicly = publicUrl === null ? null : placeOf(publicUrl);
  return {
    address: ({ headers }, env) => visitorAddress(headers, env, trustProxy),

    seenAs: (request) => {
      if (publicly !== null) return publicly;
      const { protocol, host } = new URL(request.url);
      if (!trustProxy) return { protocol, host, basePath: '' };
      const scheme = last(request.headers.get('x-forwarded-proto'))?.toLowerCase();
      return {
        protocol: scheme === 'https' || scheme === 'http' ? `${scheme}:` : protocol,
        host: last(request.headers.get('x-forwarded-host')) ?? host,
        basePath: '',
      };
    },
  };
};

const placeOf = (publicUrl: string): SeenAs => {
  const { protocol, host } = new URL(publicUrl);
  return { protocol, host, basePath: basePathOf(publicUrl) };
};
