/** Cryptographically strong bytes. */
export type RandomBytes = (length: number) => Uint8Array<ArrayBuffer>;

export const systemRandom: RandomBytes = (length) => crypto.getRandomValues(new Uint8Array(length));

const utf8 = new TextEncoder();

export const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

const hex = (bytes: Uint8Array): string => {
  let text = '';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text;
};

/** 256 bits of randomness behind a prefix that secret scanners and people recognise: `hly_` a token, `hls_` a session, `hll_` a sign-in link. */
export const mintSecret = (prefix: 'hly_' | 'hls_' | 'hll_', random: RandomBytes): string =>
  prefix + base64url(random(32));

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

/** An identifier of an app or token: 16 lower-case base32 characters, 80 random bits; safe in a URL, a file name and a shell. */
export const mintId = (random: RandomBytes): string => {
  let id = '';
  for (const byte of random(16)) id += BASE32.charAt(byte & 31);
  return id;
};

export const sha256Hex = async (text: string): Promise<string> =>
  hex(new Uint8Array(await crypto.subtle.digest('SHA-256', utf8.encode(text))));

/** Compares in time that depends on the lengths alone. */
export const sameSecret = (a: string, b: string): boolean => {
  let difference = a.length ^ b.length;
  for (let index = 0; index < a.length; index++) difference |= a.charCodeAt(index) ^ b.charCodeAt(index);
  return difference === 0;
};
