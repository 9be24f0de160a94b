/** The path of a public URL, without a slash at its end; '' where it has none. */
export const basePathOf = (publicUrl: string | null | undefined): string =>
  publicUrl === null || publicUrl === undefined ? '' : new URL(publicUrl).pathname.replace(/\/+$/, '');

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
