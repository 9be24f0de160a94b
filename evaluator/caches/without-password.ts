/** What is shown in place of what must not be. */
const HIDDEN = '…';

/** Schemes where a user without a password is a token. */
const TOKEN_AS_USER = /^(?:nats|tls|wss?):/i;

/**
 * A URL, well-formed or not, to show to people: without its password. Where it cannot be told what the password is, nothing but the
 * scheme is left.
 */
export const withoutPassword = (url: string): string => {
  const scheme = /^[A-Za-z][A-Za-z0-9+.-]*:(?:\/\/)?/.exec(url)?.[0] ?? '';
  const rest = url.slice(scheme.length).replaceAll(/(pass\w*|token|secret)=[^&\s]*/gi, `$1=${HIDDEN}`);
  // The last one: a password that should have been encoded may hold others, and slashes.
  const at = rest.lastIndexOf('@');
  if (at !== -1) {
    const [user = '', password] = rest.slice(0, at).split(/:(.*)/s);
    const shown = password === undefined && TOKEN_AS_USER.test(scheme) ? HIDDEN : user;
    return `${scheme}${shown}${password === undefined ? '' : `:${HIDDEN}`}${rest.slice(at)}`;
  }
  const authority = rest.split(/[/?#]/)[0] ?? '';
  const plain = /^(?:[^:]+|\[[0-9A-Fa-f:.]*\])?(?::\d{1,5})?$/.test(authority) && !authority.startsWith(':');
  return plain ? scheme + rest : scheme + HIDDEN;
};

/** The same for every URL in a longer text, such as a driver's message. */
export const withoutPasswords = (text: string): string =>
  text.includes('://')
    ? text.replaceAll(/[A-Za-z][A-Za-z0-9+.-]*:\/\/[^\s"'`<>\\,]*@[^\s"'`<>\\,]*/g, (url) =>
        withoutPassword(url),
      )
    : text;
