const utf8 = new TextEncoder();

/** What a reader may leave unread; it comes back with `Last-Event-ID` and is told the rest. */
const UNREAD_BYTES = 256 * 1024;

export interface EventStream {
  readonly body: ReadableStream<Uint8Array>;
  send(text: string): void;
  /** Ends the stream in good order. */
  end(): void;
  ended(): boolean;
}

/**
 * The body of an answer that is written as things happen. A reader that does not take what it is sent is cut off: by how much is left, and by
 * how long anything is.
 */
export const createEventStream = ({
  idleMs,
  onEnd,
}: {
  readonly idleMs: number;
  /** Called once, whoever ended the stream. */
  readonly onEnd: () => void;
}): EventStream => {
  let ended = false;
  let controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  let waiting: ReturnType<typeof setTimeout> | null = null;

  const ending = (): boolean => {
    if (ended) return false;
    ended = true;
    if (waiting !== null) clearTimeout(waiting);
    onEnd();
    return true;
  };
  const cut = (): void => {
    if (ending()) controller?.error(new Error('The reader does not read.'));
  };
  const empty = (): boolean => controller?.desiredSize === UNREAD_BYTES;

  /** Something is left unread: whether it still is when the time is up says whether anybody reads. */
  const waitForReader = (): void => {
    waiting ??= setTimeout(() => {
      waiting = null;
      if (!ended && !empty()) cut();
    }, idleMs);
  };

  return {
    body: new ReadableStream<Uint8Array>(
      {
        start: (given) => {
          controller = given;
        },
        cancel: () => void ending(),
      },
      { highWaterMark: UNREAD_BYTES, size: ({ byteLength }) => byteLength },
    ),

    send(text) {
      if (ended || controller === null) return;
      controller.enqueue(utf8.encode(text));
      if ((controller.desiredSize ?? 0) <= 0) cut();
      else if (!empty()) waitForReader();
    },

    end() {
      if (ending()) controller?.close();
    },

    ended: () => ended,
  };
};
