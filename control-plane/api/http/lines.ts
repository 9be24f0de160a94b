import { Problem } from '../../model/problem.ts';
import { checkType, DROPPED, decodeUtf8, MEBIBYTE, tooLarge, unlessCutShort } from './body.ts';

const IMPORT_LIMIT = 256 * MEBIBYTE;
const LINE_LIMIT = MEBIBYTE;
/** Blank ones count: an app holds far less. */
const MOST_LINES = 250_000;
const NDJSON_BODY = /^application\/(?:x-ndjson|ndjson|jsonl|x-jsonlines)\s*(?:;|$)/i;
const LINE_FEED = 0x0a;

export interface Line {
  /** Counted from 1. */
  readonly number: number;
  readonly text: string;
}

/**
 * The lines of an NDJSON body as they arrive, blank ones left out. No more of them is kept than the line that is being read. Problems:
 * `media_type`, `too_large` (the body or a line), `malformed` (not UTF-8, or cut short).
 */
export async function* readLines(request: Request): AsyncGenerator<Line> {
  checkType(request, NDJSON_BODY, 'application/x-ndjson');
  if (Number(request.headers.get('content-length') ?? 0) > IMPORT_LIMIT) throw tooLarge(IMPORT_LIMIT);
  if (request.body === null) return;
  const reader = request.body.getReader();
  let whole = false;
  try {
    const line = new OpenLine();
    for (let size = 0; ; ) {
      const { done, value: chunk } = await unlessCutShort(reader.read());
      if (done) break;
      size += chunk.byteLength;
      if (size > IMPORT_LIMIT) throw tooLarge(IMPORT_LIMIT);
      let from = 0;
      for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, from)) {
        line.add(chunk.subarray(from, end));
        const text = line.end();
        if (text !== '') yield { number: line.number - 1, text };
        from = end + 1;
      }
      line.add(chunk.subarray(from));
    }
    whole = true;
    const text = line.end();
    if (text !== '') yield { number: line.number - 1, text };
  } finally {
    if (!whole) await drop(reader);
  }
}

/** A line that has not ended yet, in pieces: joined once, so that a long one costs its length, not its square. */
class OpenLine {
  #pieces: Uint8Array[] = [];
  #size = 0;
  /** Of the line that is open, counted from 1. */
  number = 1;

  add(piece: Uint8Array): void {
    this.#size += piece.byteLength;
    if (this.#size > LINE_LIMIT) {
      throw new Problem('too_large', {
        message: `Line ${this.number} is over ${LINE_LIMIT / MEBIBYTE} MiB, the most a line may have.`,
      });
    }
    if (piece.byteLength > 0) this.#pieces.push(piece);
  }

  /** Without the white space around it. */
  end(): string {
    const [first, ...others] = this.#pieces;
    const bytes = others.length === 0 ? first : joined(this.#pieces, this.#size);
    const text = bytes === undefined ? '' : decodeUtf8(bytes, `Line ${this.number}`).trim();
    this.#pieces = [];
    this.#size = 0;
    this.number += 1;
    if (this.number > MOST_LINES + 1) {
      throw new Problem('too_large', {
        message: `The body has over ${MOST_LINES.toLocaleString('en')} lines, the most an import may have.`,
      });
    }
    return text;
  }
}

const joined = (pieces: readonly Uint8Array[], size: number): Uint8Array => {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.byteLength;
  }
  return whole;
};

/** A body that is given up half-way takes the client's connection with it, and the answer with that: a little is read on and dropped. */
const drop = async (reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> => {
  try {
    for (let size = 0; size < DROPPED; ) {
      const { done, value } = await reader.read();
      if (done) return;
      size += value.byteLength;
    }
    await reader.cancel();
  } catch {
    // It ended by itself.
  }
};
