/** Where the browser is, as it sees it. */
export interface SeenAs {
  readonly protocol: string;
  readonly host: string;
  /** In front of the server's paths: '' or such as `/flags`. */
  readonly basePath: string;
}

/** Where the server is reached, without a slash at its end. */
export const addressOf = ({ protocol, host, basePath }: SeenAs): string => `${protocol}//${host}${basePath}`;

export const isSecure = ({ protocol }: SeenAs): boolean => protocol === 'https:';

/**
 * Cookies ignore ports, so the name carries it: two servers on one host keep two sessions. The name carries the base path too, because
 * `__Host-` demands `Path=/`: that prefix keeps a subdomain, or a page without TLS, from planting a session here
 * (https://www.rfc-editor.org/rfc/rfc6265bis, section 4.1.3.2).
 */
const cookieName = (seenAs: SeenAs): string => {
  const port = /:(\d+)$/.exec(seenAs.host)?.[1] ?? (isSecure(seenAs) ? '443' : '80');
  // `%2F` is a token (RFC 9110), a slash is not.
  const name = `halyard_session_${port}${seenAs.basePath.replaceAll('/', '%2F')}`;
  return isSecure(seenAs) ? `__Host-${name}` : name;
};

export const readSessionCookie = (header: string | null, seenAs: SeenAs): string | null => {
  if (header === null) return null;
  const name = cookieName(seenAs);
  for (const pair of header.split(';')) {
    const at = pair.indexOf('=');
    if (at !== -1 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim() || null;
  }
  return null;
};

/** `secret` null removes the cookie. `Secure` follows the scheme: browsers drop such cookies from plain http on anything but loopback. */
export const sessionCookie = (secret: string | null, maxAgeSeconds: number, seenAs: SeenAs): string =>
  `${cookieName(seenAs)}=${secret ?? ''}; Path=/; Max-Age=${secret === null ? 0 : maxAgeSeconds}; HttpOnly; SameSite=Strict${
    isSecure(seenAs) ? '; Secure' : ''
  }`;
