/**
 * The session cookie. Cookies ignore ports, so the name carries it: two servers on one host keep two sessions.
 * `Secure` follows the request's scheme, because browsers drop such cookies from plain http on anything but loopback.
 */
export interface SeenAs {
  readonly protocol: string;
  readonly host: string;
}

export const originOf = ({ protocol, host }: SeenAs): string => `${protocol}//${host}`;

const cookieName = ({ protocol, host }: SeenAs): string => {
  const port = /:(\d+)$/.exec(host)?.[1];
  return `halyard_session_${port ?? (protocol === 'https:' ? '443' : '80')}`;
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

/** `secret` null removes the cookie. */
export const sessionCookie = (secret: string | null, maxAgeSeconds: number, seenAs: SeenAs): string =>
  `${cookieName(seenAs)}=${secret ?? ''}; Path=/; Max-Age=${secret === null ? 0 : maxAgeSeconds}; HttpOnly; SameSite=Strict${
    seenAs.protocol === 'https:' ? '; Secure' : ''
  }`;
