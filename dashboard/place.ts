/** What stands in front of `/dashboard/` in this page's address: '' or such as `/flags`. The server writes it into the index. */
export const basePath: string = (() => {
  if (typeof document === 'undefined') return '';
  const script = document.querySelector<HTMLScriptElement>('script[src$="/dashboard/early.js"]');
  return script === null ? '' : new URL('..', script.src).pathname.replace(/\/$/, '');
})();

/** Where the management API is reached. */
export const serverUrl = (): string => window.location.origin + basePath;

/** Where flags are evaluated: at the operator's edges, or at this server. */
export const edgeUrl = (): string =>
  document.querySelector<HTMLMetaElement>('meta[name="halyard-edge-url"]')?.content || serverUrl();
