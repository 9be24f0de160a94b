import { type Context, exactJson } from '@halyard/engine';
import { nestsDeeper } from './json-text.ts';
import { bytesOf } from './limited-body.ts';

/** The body of an OFREP request, understood. */
export type EvaluationRequest =
  | {
      readonly kind: 'context';
      readonly context: Context;
      /** The whole body, for what else is in it. */
      readonly body: Readonly<Record<string, unknown>>;
      /** The body as it came, for the ETag. */
      readonly text: string;
    }
  | BadRequest;

export interface BadRequest {
  readonly kind: 'bad';
  readonly status: 400 | 413;
  readonly code: 'PARSE_ERROR' | 'INVALID_CONTEXT' | 'GENERAL';
  readonly message: string;
}

/** An attribute is looked at by every condition of every flag: what one request may cost is bounded by what it may say. */
export const MAX_CONTEXT_BYTES = 64 * 1024;
/** What may stand around a context: the key of a flag, and spaces. */
const AROUND_BYTES = 4 * 1024;
const MAX_BODY_BYTES = MAX_CONTEXT_BYTES + AROUND_BYTES;
const MAX_DEPTH = 32;

export const TOO_LARGE = {
  kind: 'bad',
  status: 413,
  code: 'INVALID_CONTEXT',
  message: 'The context is over 64 KiB.',
} as const satisfies BadRequest;

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });
const utf8 = new TextEncoder();

/** An empty body is an empty context: OFREP does not require one. */
export const readRequest = (request: Request): Promise<EvaluationRequest> => {
  const length = request.headers.get('content-length');
  if (length === null) return readUnannounced(request);
  if (Number(length) > MAX_BODY_BYTES) return Promise.resolve(TOO_LARGE);
  return request.arrayBuffer().then(parseBytes, () => CUT_SHORT);
};

const readUnannounced = async (request: Request): Promise<EvaluationRequest> => {
  if (request.body === null) return parseText('');
  try {
    const bytes = await bytesOf(request.body, MAX_BODY_BYTES);
    return bytes === null ? TOO_LARGE : parseBytes(bytes);
  } catch {
    return CUT_SHORT;
  }
};

/** Bytes that are not UTF-8 would be read as other values than were meant, and nobody would be told. */
const parseBytes = (bytes: ArrayBuffer | Uint8Array): EvaluationRequest => {
  if (bytes.byteLength > MAX_BODY_BYTES) return TOO_LARGE;
  let text: string;
  try {
    text = strictUtf8.decode(bytes);
  } catch {
    return bad('PARSE_ERROR', 'The body is not valid UTF-8; expected JSON in UTF-8.');
  }
  return parseText(text);
};

const parseText = (text: string): EvaluationRequest => {
  // The body is one level around its context.
  if (nestsDeeper(text, MAX_DEPTH + 1)) return TOO_DEEP;
  let body: unknown = {};
  if (text !== '') {
    try {
      body = exactJson(text);
    } catch {
      return bad('PARSE_ERROR', 'The body is not JSON; expected {"context": {…}}.');
    }
  }
  if (!isObject(body)) {
    return bad('INVALID_CONTEXT', `The body is ${kindOf(body)}; expected an object {"context": {…}}.`);
  }
  const context = body['context'] ?? (Object.hasOwn(body, 'context') ? null : {});
  if (!isObject(context)) {
    return bad('INVALID_CONTEXT', `context is ${kindOf(context)}; expected an object of attributes.`);
  }
  if (deeperThan(context, MAX_DEPTH)) return TOO_DEEP;
  if (text.length * 3 > MAX_CONTEXT_BYTES && sizeOf(context) > MAX_CONTEXT_BYTES) return TOO_LARGE;
  return { kind: 'context', context, body, text };
};

const sizeOf = (context: Context): number => utf8.encode(JSON.stringify(context)).byteLength;

const bad = (code: 'PARSE_ERROR' | 'INVALID_CONTEXT', message: string): BadRequest => ({
  kind: 'bad',
  status: 400,
  code,
  message,
});

/** Who hangs up is no failure of the edge's, and fills no log. */
const CUT_SHORT = bad('PARSE_ERROR', 'The body ended before it was whole.');
const TOO_DEEP = bad('INVALID_CONTEXT', `context is nested more than ${MAX_DEPTH} levels deep.`);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const kindOf = (value: unknown): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return `a ${typeof value}`;
};

const deeperThan = (value: object, levels: number): boolean => {
  if (levels === 0) return true;
  // Made by JSON.parse: nothing is inherited, and this allocates nothing.
  for (const name in value) {
    const item: unknown = Reflect.get(value, name);
    if (typeof item === 'object' && item !== null && deeperThan(item, levels - 1)) return true;
  }
  return false;
};
