import type { Context } from '@halyard/engine';

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
  | {
      readonly kind: 'bad';
      readonly status: 400 | 413;
      readonly code: 'PARSE_ERROR' | 'INVALID_CONTEXT' | 'GENERAL';
      readonly message: string;
    };

const MAX_BODY_BYTES = 1024 * 1024;
const MAX_DEPTH = 32;
const TOO_LARGE: EvaluationRequest = {
  kind: 'bad',
  status: 413,
  code: 'GENERAL',
  message: 'The body is over 1 MiB.',
};

/** An empty body is an empty context: OFREP does not require one. */
export const readRequest = (request: Request): Promise<EvaluationRequest> => {
  const length = request.headers.get('content-length');
  if (length === null) return readUnannounced(request);
  return Number(length) > MAX_BODY_BYTES ? Promise.resolve(TOO_LARGE) : request.text().then(parseRequest);
};

const readUnannounced = async (request: Request): Promise<EvaluationRequest> => {
  if (request.body === null) return parseRequest('');
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of request.body) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BODY_BYTES) return TOO_LARGE;
    text += decoder.decode(chunk, { stream: true });
  }
  return parseRequest(text + decoder.decode());
};

const parseRequest = (text: string): EvaluationRequest => {
  let body: unknown = {};
  if (text !== '') {
    try {
      body = JSON.parse(text);
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
  if (deeperThan(context, MAX_DEPTH)) {
    return bad('INVALID_CONTEXT', `context is nested more than ${MAX_DEPTH} levels deep.`);
  }
  return { kind: 'context', context, body, text };
};

const bad = (code: 'PARSE_ERROR' | 'INVALID_CONTEXT', message: string): EvaluationRequest => ({
  kind: 'bad',
  status: 400,
  code,
  message,
});

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
