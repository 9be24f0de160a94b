import { codePoint } from '../../model/names.ts';
import { Problem } from '../../model/problem.ts';

const ETAG = /^\s*(?:(?:W\/)?"(\d{1,15})"|(\d{1,15}))\s*$/;

/**
 * The version that `If-Match` names; null without the header or with `*`. A weak tag is taken too, because proxies that compress weaken them.
 * Problem: `invalid`.
 */
export const ifMatch = (headers: Headers): number | null => {
  const header = headers.get('if-match');
  if (header === null || header.trim() === '*') return null;
  const match = ETAG.exec(header);
  const digits = match?.[1] ?? match?.[2];
  if (digits === undefined) {
    throw new Problem('invalid', {
      message: `If-Match is ${JSON.stringify(header)}; expected one flag version in quotes, as If-Match: "7".`,
    });
  }
  return Number(digits);
};

export const etagOf = ({ version }: { readonly version: number }): string => `"${version}"`;

/** Whether `If-None-Match` has this tag, so that 304 says it all. */
export const noneMatches = (headers: Headers, tag: string): boolean => {
  const header = headers.get('if-none-match');
  return header?.split(',').some((one) => one.trim().replace(/^W\//, '') === tag) === true;
};

const COMMENT_LIMIT = 1_000;
const strictUtf8 = new TextDecoder('utf-8', { fatal: true });
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f]/;

const BIDI_CONTROL = /\p{Bidi_Control}/u;

/**
 * `X-Halyard-Comment`. Header values are bytes that arrive as Latin-1 (RFC 9110, section 5.5); what people send is UTF-8, so that
 * is what valid UTF-8 is read as. Problem: `invalid`.
 */
export const comment = (headers: Headers): string | null => {
  const header = headers.get('x-halyard-comment');
  return header === null ? null : checkedComment(readUtf8(header), 'X-Halyard-Comment');
};

export const checkedComment = (text: string, name: string, pointer?: string): string | null => {
  const issue = (message: string): Problem =>
    new Problem('invalid', pointer === undefined ? { message } : { pointer, message });
  if (text.length > COMMENT_LIMIT) {
    throw issue(`${name} has ${text.length} characters; expected at most ${COMMENT_LIMIT}.`);
  }
  if (CONTROL.test(text) || !text.isWellFormed())
    throw issue(`${name} has control characters; expected plain text.`);
  const turning = BIDI_CONTROL.exec(text)?.[0];
  if (turning !== undefined) {
    throw issue(
      `${name} has a character that changes the direction of what is around it (${codePoint(turning)}); expected plain text.`,
    );
  }
  return text.trim() === '' ? null : text.trim();
};

const readUtf8 = (latin1: string): string => {
  if (!/[\u0080-\u00ff]/.test(latin1)) return latin1;
  try {
    return strictUtf8.decode(Uint8Array.from(latin1, (character) => character.charCodeAt(0)));
  } catch {
    return latin1;
  }
};

const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;

/** `Idempotency-Key`; null without it. Problem: `invalid`. */
export const idempotencyKey = (headers: Headers): string | null => {
  const header = headers.get('idempotency-key');
  if (header === null) return null;
  if (!IDEMPOTENCY_KEY.test(header)) {
    throw new Problem('invalid', {
      message: 'Idempotency-Key is malformed; expected 1 to 255 visible ASCII characters.',
    });
  }
  return header;
};

const WAIT_LIMIT_SECONDS = 60;

/** Seconds of `Prefer: wait=N` (RFC 7240), at most a minute; null if it is not preferred. What cannot be read is ignored, as the RFC says. */
export const preferredWait = (headers: Headers): number | null => {
  for (const preference of headers.get('prefer')?.split(',') ?? []) {
    const seconds = /^\s*wait\s*=\s*"?(\d{1,6})"?\s*(?:;|$)/i.exec(preference)?.[1];
    if (seconds !== undefined) return Math.min(Number(seconds), WAIT_LIMIT_SECONDS);
  }
  return null;
};
