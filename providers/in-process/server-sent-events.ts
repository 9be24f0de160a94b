/** One dispatched event of a `text/event-stream` (WHATWG HTML, section 9.2.6). */
export interface ServerSentEvent {
  /** The `event` field; `message` where there was none. */
  readonly type: string;
  readonly data: string;
  /** The last `id` seen so far; empty where there was none. */
  readonly id: string;
}

/**
 * Reads the events of a stream whose text arrives in pieces of any size. Feed it every piece in order; it calls back for each
 * event at its blank line. Comments and unknown fields are passed over; an event the stream ends in the middle of is dropped.
 */
export class ServerSentEventReader {
  readonly #onEvent: (event: ServerSentEvent) => void;
  // The line under way is kept in pieces: a snapshot of megabytes is one line, and growing one string would copy it each time.
  #pieces: string[] = [];
  #afterCarriageReturn = false;
  #type = '';
  #data: string[] = [];
  #id = '';

  constructor(onEvent: (event: ServerSentEvent) => void) {
    this.#onEvent = onEvent;
  }

  read(text: string): void {
    let start = 0;
    // The LF of a CRLF that was cut in two ends no second line.
    if (this.#afterCarriageReturn && text !== '') {
      if (text[0] === '\n') start = 1;
      this.#afterCarriageReturn = false;
    }
    const lineEnd = /\r\n|\r|\n/g;
    lineEnd.lastIndex = start;
    for (let end = lineEnd.exec(text); end !== null; end = lineEnd.exec(text)) {
      this.#pieces.push(text.slice(start, end.index));
      const line = this.#pieces.length === 1 ? (this.#pieces[0] ?? '') : this.#pieces.join('');
      this.#pieces = [];
      start = lineEnd.lastIndex;
      if (end[0] === '\r' && start === text.length) this.#afterCarriageReturn = true;
      this.#line(line);
    }
    if (start < text.length) this.#pieces.push(text.slice(start));
  }

  #line(line: string): void {
    if (line === '') {
      this.#dispatch();
      return;
    }
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    const rest = colon === -1 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'data') this.#data.push(rest);
    else if (field === 'event') this.#type = rest;
    else if (field === 'id' && !rest.includes('\0')) this.#id = rest;
  }

  #dispatch(): void {
    const { [0]: first } = this.#data;
    if (first !== undefined)
      this.#onEvent({
        type: this.#type === '' ? 'message' : this.#type,
        data: this.#data.length === 1 ? first : this.#data.join('\n'),
        id: this.#id,
      });
    this.#type = '';
    this.#data = [];
  }
}
