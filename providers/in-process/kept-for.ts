import type { EdgeOptions } from './edge.ts';

/** What a file of the last good configuration is good for: nothing else may be served from it. */
export interface KeptFor {
  /** Of the edges, in their order. */
  readonly origins: readonly string[];
  /** The app that the options name; null: the one that the token is good for. */
  readonly app: string | null;
  /** A fingerprint of the token, which says the app where the options do not. */
  readonly token: string;
}

const NAMED_APP = /\/apps\/([^/?#]+)\/*$/;

/** The app that the options name, if they do. */
export const namedApp = ({ url, app }: Pick<EdgeOptions, 'url' | 'app'>): string | null => {
  if (app !== undefined) return app;
  const found = NAMED_APP.exec([url].flat()[0] ?? '')?.[1];
  return found === undefined ? null : decodeURIComponent(found);
};

export const keptFor = async (options: EdgeOptions): Promise<KeptFor> => {
  const digest = await globalThis.crypto.subtle.digest('SHA-256', new TextEncoder().encode(options.token));
  const bytes = new Uint8Array(digest).subarray(0, 8);
  return {
    origins: [options.url].flat().map((url) => new URL(url).origin),
    app: namedApp(options),
    token: Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(''),
  };
};

/**
 * Why a file is not for these options, as a sentence; null: it is. A file of a former release says only its app, and is judged by that.
 */
export const notFor = (
  { origins, app, token }: KeptFor,
  kept: { readonly app: string; readonly origin?: unknown; readonly token?: unknown },
): string | null => {
  if (kept.origin !== undefined && !origins.some((origin) => origin === kept.origin))
    return `it was kept from ${String(kept.origin)}; expected ${origins.join(' or ')}`;
  if (app !== null) return kept.app === app ? null : `it is of the app ${kept.app}; expected ${app}`;
  return kept.token === undefined || kept.token === token
    ? null
    : 'it was kept with another token, and nothing else says which app it is of';
};
