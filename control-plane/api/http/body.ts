import { type Numbers, readJson, TOO_DEEP, withLossy } from '../../flags/body/json-text.ts';
import { type Issue, Problem } from '../../model/problem.ts';

export const MEBIBYTE = 1024 * 1024;
const BODY_LIMIT = MEBIBYTE;
/** What is over the limit is read on and dropped up to here: a body given up half-way takes the client's connection with it. */
export const DROPPED = 8 * MEBIBYTE;

/** @throws Problem `media_type`. */
export const checkType = (request: Request, pattern: RegExp, expected: string): void => {
  const encoding = request.headers.get('content-encoding');
  if (encoding !== null && !/^(?:identity)?$/i.test(encoding.trim())) {
    throw new Problem('media_type', {
      message: `The content encoding is ${JSON.stringify(encoding)}; expected a body as it is, without Content-Encoding.`,
    });
  }
  const type = request.headers.get('content-type');
  if (pattern.test(type ?? '')) return;
  throw new Problem('media_type', {
    message: `The content type is ${type === null ? 'missing' : JSON.stringify(type)}; expected ${expected}.`,
  });
};

const JSON_BODY = /^application\/(?:[a-z0-9.+-]+\+)?json\s*(?:;|$)/i;

/**
 * The text of a JSON body, kept no further than the limit, whatever the length header says. Problems: `media_type`,
 * `too_large`, `malformed` (not UTF-8).
 */
export const readJsonText = async (request: Request, limit = BODY_LIMIT): Promise<string> => {
  checkType(request, JSON_BODY, 'application/json');
  return readText(request, limit);
};

/** The same of a body whose type was looked at. Problems: `too_large`, `malformed`. */
export const readText = async (request: Request, limit: number): Promise<string> =>
  decodeUtf8(await readBytes(request, limit), 'The body');

export const isJson = (request: Request): boolean =>
  JSON_BODY.test(request.headers.get('content-type') ?? '');

export const tooLarge = (limit: number): Problem =>
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

export const unlessCutShort = async <T>(reading: Promise<T>): Promise<T> => {
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

/** @throws Problem `malformed`. */
export const decodeUtf8 = (bytes: Uint8Array, what: string): string => {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    throw new Problem('malformed', { message: `${what} is not valid UTF-8; expected JSON in UTF-8.` });
  }
};

/**
 * The value that `parse` makes of JSON text. Problems: `malformed`, with what the parser found; what `parse` throws, and `invalid` with
 * every number that would lose digits.
 */
export const parseText = <T>(text: string, parse: (json: unknown) => T, numbers?: Numbers): T => {
  if (text.trim() === '') throw new Problem('malformed', { message: 'The body is empty; expected JSON.' });
  const read = readJson(text, numbers);
  switch (read.kind) {
    case 'too_deep':
      throw new Problem('invalid', { pointer: '', message: TOO_DEEP('The body') });
    case 'malformed':
      throw new Problem('malformed', { message: `The body is not JSON: ${read.found}.` });
    case 'json': {
      const [first, ...others] = read.lossy;
      if (first === undefined) return parse(read.value);
      throw new Problem(
        'invalid',
        withLossy(
          [first, ...others],
          issuesOf(() => parse(read.value)),
        ),
      );
    }
  }
};

const issuesOf = (parse: () => unknown): readonly Issue[] => {
  try {
    parse();
    return [];
  } catch (error) {
    if (error instanceof Problem && error.kind === 'invalid') return error.issues;
    throw error;
  }
};
