/** First parts of the server's own paths: under a base path of such a name nobody could tell which is meant. */
const OWN = new Set([
  'apps',
  'client',
  'config',
  'dashboard',
  'docs',
  'healthz',
  'metrics',
  'ofrep',
  'openapi.json',
  'readyz',
  'stream',
]);

type Parsed = { readonly value: string } | { readonly expected: string };

/** An address that people reach the server at, without a slash at its end; else what was expected. */
export const parsePublicUrl = (text: string): Parsed => {
  if (!/^https?:\/\/[^/]/i.test(text) || !URL.canParse(text)) {
    return { expected: 'an http:// or https:// address' };
  }
  const { origin, pathname, search, hash, username, password } = new URL(text);
  if (search !== '' || hash !== '' || username !== '' || password !== '') {
    return { expected: 'an http:// or https:// address without a user, a query or a fragment' };
  }
  const path = pathname.replace(/\/+$/, '');
  if (!/^(?:\/[A-Za-z0-9._~-]+)*$/.test(path)) {
    return { expected: 'a path of letters, digits, ".", "_", "~" and "-"' };
  }
  const [, first = ''] = path.split('/');
  return OWN.has(first)
    ? { expected: `a path that does not begin with /${first}, which is one of the server's own` }
    : { value: origin + path };
};

/** The path of a public URL, without a slash at its end; '' where it has none. */
export const basePathOf = (publicUrl: string | null): string =>
  publicUrl === null ? '' : new URL(publicUrl).pathname.replace(/\/+$/, '');

/**
 * A path (with or without its query) as the routes know it. Some proxies pass the base path on and some take it off, so it may be
 * there or not.
 */
export const withoutBasePath = (path: string, basePath: string): string => {
  if (basePath === '' || !path.startsWith(basePath)) return path;
  const rest = path.slice(basePath.length);
  if (rest === '' || rest.startsWith('?')) return `/${rest}`;
  return rest.startsWith('/') ? rest : path;
};
