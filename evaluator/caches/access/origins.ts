/**
 * Origins of pages, as browsers send them (RFC 6454) and as people write them, in one form: lower case, no default port, international names in Punycode. The same form is stored and compared, so that what was written is what is allowed.
 */

/** Schemes that URLs know but whose pages have no origin of their own. */
const NO_ORIGIN = new Set(['ftp:', 'ws:', 'wss:', 'file:', 'data:', 'blob:', 'javascript:', 'about:']);

/** An origin in its one form; null if the text is not one. */
const normalOrigin = (text: string): string | null => {
  if (text.includes('*') || /[\s\\]|\/$/.test(text) || !URL.canParse(text)) return null;
  const url = new URL(text);
  const { protocol, host, pathname, search, hash, username, password } = url;
  if (NO_ORIGIN.has(protocol) || host === '' || !text.slice(protocol.length).startsWith('//')) return null;
  if (pathname.length > 1 || search !== '' || hash !== '' || username !== '' || password !== '') return null;
  if (text.includes('?') || text.includes('#') || text.includes('@')) return null;
  // Apps and extensions (`capacitor://localhost`): to URLs their host is any text, and its case is kept.
  return `${protocol}//${host}`.toLowerCase();
};

const WILDCARD = /^(https?:\/\/)\*\.([^*]+)$/i;
const NUMERIC = /^[\d.]+(?::\d+)?$|^\[/;

/**
 * An entry of `allowed_origins` in its one form; null if it is none. `https://*.example.com` stands for exactly one label more: not for
 * `https://example.com`, not for `https://a.b.example.com`. A wildcard right above a top-level domain would allow strangers.
 */
export const allowedOrigin = (text: string): string | null => {
  const [, scheme, rest] = WILDCARD.exec(text) ?? [];
  if (scheme === undefined || rest === undefined) return normalOrigin(text);
  const parent = normalOrigin(`${scheme}${rest}`);
  if (parent === null) return null;
  const host = parent.slice(parent.indexOf('//') + 2);
  const name = host.replace(/:\d+$/, '');
  if (NUMERIC.test(host) || !(name.includes('.') || name === 'localhost')) return null;
  return `${parent.slice(0, -host.length)}*.${host}`;
};

/** The forms in which a list may allow the origin of a request; none if that is not an origin. */
export const formsOfOrigin = (origin: string): readonly string[] => {
  const exact = normalOrigin(origin);
  if (exact === null) return [];
  const wider = exact.replace(/^(https?:\/\/)[^.:/[\]]+\.(?=[^.])/, '$1*.');
  return wider === exact ? [exact] : [exact, wider];
};

/** Whether the entries, in any form, allow the origin of a request. */
export const namesOrigin = (entries: readonly string[], origin: string): boolean => {
  const forms = formsOfOrigin(origin);
  return entries.some((entry) => forms.includes(allowedOrigin(entry) ?? entry));
};
