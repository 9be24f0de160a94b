import { Problem } from '../problem.ts';

const MEBIBYTE = 1024 * 1024;
const BODY_LIMIT = MEBIBYTE;
const IMPORT_LIMIT = 256 * MEBIBYTE;
/** What is over the limit is read on and dropped up to here: a body given up half-way takes the client's connection with it. */
const DROPPED = 8 * MEBIBYTE;

const isType = (header: string | null, pattern: RegExp): boolean => pattern.test(header ?? '');

const JSON_BODY = /^application\/(?:[a-z0-9.+-]+\+)?json\s*(?:;|$)/i;
const NDJSON_BODY = /^application\/(?:x-ndjson|ndjson|jsonl|x-jsonlines)\s*(?:;|$)/i;

/**
 * The text of a JSON body, kept no further than the limit, whatever the length header says. Problems: `media_type`,
 * `too_large`, `malformed` (not UTF-8).
 */
export const readJsonText = async (request: Request, limit = BODY_LIMIT): Promise<string> => {
  const type = request.headers.get('content-type');
  if (!isType(type, JSON_BODY)) {
    throw new Problem('media_type', {
      message: `The content type is ${type === null ? 'missing' : JSON.stringify(type)}; expected application/json.`,
    });
  }
  return decode(await readBytes(request, limit));
};

const tooLarge = (limit: number): Problem =>
  new Problem('too_large', {
    message: `The body is over ${limit < MEBIBYTE ? `${limit / 1024} KiB` : `${limit / MEBIBYTE} MiB`}, the most this call takes.`,
  });

const readBytes = async (request: Request, limit: number): Promise<Uint8Array> => {
  const said = request.headers.get('content-length');
  if (Number(said ?? 0) > limit) throw tooLarge(limit);
  const bytes = await unlessCutShort(
    // A length that was said is held to by every HTTP parser, and reading at once costs half of reading a stream.
    said === null ? readStream(request, limit) : request.bytes(),
  );
  if (bytes.byteLength > limit) throw tooLarge(limit);
  return bytes;
};

const unlessCutShort = async <T>(reading: Promise<T>): Promise<T> => {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem('malformed', { message: 'The body ended before it was whole.' });
  }
};

const readStream = async (request: Request, limit: number): Promise<Uint8Array> => {
  if (request.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body) {
    size += chunk.byteLength;
    if (size > limit + DROPPED) break;
    if (size <= limit) chunks.push(chunk);
  }
  if (size > limit) throw tooLarge(limit);
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
};

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

const decode = (bytes: Uint8Array): string => {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    throw new Problem('malformed', { message: 'The body is not valid UTF-8; expected JSON in UTF-8.' });
  }
};

/** No body of this API nests so deep; the exact limit of what is inside is told by whoever reads it. */
const NESTING = 64;

/** JSON.parse takes a second for a mebibyte of brackets; counting them takes a millisecond. */
const nestsTooDeep = (text: string): boolean => {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (quoted) {
      if (character === 0x5c) at++;
      else if (character === 0x22) quoted = false;
    } else if (character === 0x22) quoted = true;
    else if (character === 0x5b || character === 0x7b) {
      if (++depth > NESTING) return true;
    } else if (character === 0x5d || character === 0x7d) depth--;
  }
  return false;
};

/** Problems: `malformed`, with what the parser found; `invalid`. */
export const parseJson = (text: string): unknown => {
  if (text.trim() === '') throw new Problem('malformed', { message: 'The body is empty; expected JSON.' });
  if (nestsTooDeep(text)) {
    throw new Problem('invalid', {
      pointer: '',
      message: `The body is nested over ${NESTING} deep; expected JSON at most 32 deep.`,
    });
  }
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch (error) {
    const found =
      error instanceof Error ? error.message.replace(/^JSON\.parse: /, '') : 'it cannot be parsed';
    throw new Problem('malformed', { message: `The body is not JSON: ${found}.` });
  }
};

/** The lines of an NDJSON body as they arrive, blank ones left out, with their number counted from 1. */
export async function* readLines(request: Request): AsyncGenerator<{ number: number; text: string }> {
  const type = request.headers.get('content-type');
  if (!isType(type, NDJSON_BODY)) {
    throw new Problem('media_type', {
      message: `The content type is ${type === null ? 'missing' : JSON.stringify(type)}; expected application/x-ndjson.`,
    });
  }
  if (Number(request.headers.get('content-length') ?? 0) > IMPORT_LIMIT) throw tooLarge(IMPORT_LIMIT);
  if (request.body === null) return;
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let size = 0;
  let number = 0;
  // The pieces of a line that has not ended yet: joined once, so that a huge line costs its length, not its square.
  let pieces: string[] = [];
  const decodeNext = (chunk?: Uint8Array): string => {
    try {
      return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
    } catch {
      throw new Problem('malformed', {
        message: `Line ${number + 1} is not valid UTF-8; expected one flag as JSON a line.`,
      });
    }
  };
  for await (const chunk of request.body) {
    size += chunk.byteLength;
    if (size > IMPORT_LIMIT) throw tooLarge(IMPORT_LIMIT);
    const parts = decodeNext(chunk).split('\n');
    const rest = parts.pop() ?? '';
    for (const part of parts) {
      pieces.push(part);
      number++;
      const text = pieces.join('').trim();
      pieces = [];
      if (text !== '') yield { number, text };
    }
    pieces.push(rest);
  }
  pieces.push(decodeNext());
  const last = pieces.join('').trim();
  if (last !== '') yield { number: number + 1, text: last };
}
