import type { EdgeLimits } from '../options.ts';

/** One reader of server-sent events. */
export interface Reader {
  readonly body: ReadableStream<Uint8Array>;
  /** Hands over bytes, or drops the reader if it is too slow for them. */
  send(bytes: Uint8Array): void;
  end(): void;
  readonly open: boolean;
}

/** Where the readers of an edge's streams are. */
export interface Streams {
  readonly size: number;
  /** Readers cut off for being slow, ever. */
  readonly dropped: number;
  open(stream: OpenStream): Reader;
  /** Ends the readers whose token is gone. */
  recheck(): void;
  closeAll(): void;
}

interface Entry {
  readonly reader: Reader;
  readonly heartbeat: Uint8Array;
  readonly stillAllowed: () => boolean | Promise<boolean>;
  readonly onHeartbeat: () => void;
}

export interface OpenStream {
  /** The space it tells of. */
  readonly space: string;
  /** Sent at once, however large; what may wait in memory is counted on top of it. */
  readonly first: Uint8Array;
  /** Sent where there was nothing else to say for a while; default a comment. */
  readonly heartbeat?: Uint8Array;
  /** Asked with every heartbeat, when tokens change and at `endsAt`; a reader that no longer is, is ended. */
  readonly stillAllowed: () => boolean | Promise<boolean>;
  /** Epoch milliseconds; infinity for never. */
  readonly endsAt: number;
  readonly onHeartbeat: () => void;
  readonly onClose: () => void;
}

/** What a timer can wait at most. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** Where the clock says that it is not yet time although the timer rang. */
const SOONEST_MS = 10;

export const HEARTBEAT = new TextEncoder().encode(':\n\n');

/**
 * All open event streams of an edge. A reader that does not keep up is cut off, and comes back with its `Last-Event-ID`: nothing is
 * buffered for it without bound.
 */
export class EventStreams implements Streams {
  readonly #streamBytes: number;
  readonly #heartbeatMs: number;
  readonly #now: () => number;
  readonly #entries = new Set<Entry>();
  #timer: ReturnType<typeof setInterval> | null = null;
  dropped = 0;

  constructor(
    { streamBytes, heartbeatMs }: Pick<EdgeLimits, 'streamBytes' | 'heartbeatMs'>,
    now: () => number,
  ) {
    this.#streamBytes = streamBytes;
    this.#heartbeatMs = heartbeatMs;
    this.#now = now;
  }

  get size(): number {
    return this.#entries.size;
  }

  open({ first, heartbeat = HEARTBEAT, stillAllowed, endsAt, onHeartbeat, onClose }: OpenStream): Reader {
    let controller: ReadableStreamDefaultController<Uint8Array> | null = null;
    let ending: ReturnType<typeof setTimeout> | undefined;
    const forget = (): void => {
      if (controller === null) return;
      controller = null;
      clearTimeout(ending);
      this.#entries.delete(entry);
      if (this.#entries.size === 0) this.#stopHeartbeat();
      onClose();
    };
    const body = new ReadableStream<Uint8Array>(
      {
        start: (opened) => {
          controller = opened;
          opened.enqueue(first);
        },
        cancel: forget,
      },
      { highWaterMark: this.#streamBytes + first.byteLength, size: (chunk) => chunk.byteLength },
    );
    const reader: Reader = {
      body,
      send: (bytes) => {
        if (controller === null) return;
        if ((controller.desiredSize ?? 0) < bytes.byteLength) {
          const slow = controller;
          this.dropped += 1;
          forget();
          slow.error(new Error('The reader is too slow.'));
        } else controller.enqueue(bytes);
      },
      end: () => {
        const ended = controller;
        forget();
        ended?.close();
      },
      get open() {
        return controller !== null;
      },
    };
    const entry: Entry = { reader, heartbeat, stillAllowed, onHeartbeat };
    this.#entries.add(entry);
    this.#timer ??= setInterval(() => this.#beat(), this.#heartbeatMs);
    const endInTime = (): void => {
      ending = setTimeout(
        async () => {
          await endUnlessAllowed(entry);
          if (reader.open) endInTime();
        },
        Math.min(Math.max(endsAt - this.#now(), SOONEST_MS), LONGEST_TIMER_MS),
      );
    };
    if (endsAt !== Number.POSITIVE_INFINITY) endInTime();
    return reader;
  }

  recheck(): void {
    for (const entry of this.#entries) void endUnlessAllowed(entry);
  }

  closeAll(): void {
    for (const { reader } of this.#entries) reader.end();
    this.#stopHeartbeat();
  }

  #beat(): void {
    for (const entry of this.#entries) {
      entry.reader.send(entry.heartbeat);
      if (entry.reader.open) entry.onHeartbeat();
    }
    this.recheck();
  }

  #stopHeartbeat(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }
}

export const endUnlessAllowed = async ({
  reader,
  stillAllowed,
}: Pick<Entry, 'reader' | 'stillAllowed'>): Promise<void> => {
  try {
    const allowed = stillAllowed();
    if (!(typeof allowed === 'boolean' ? allowed : await allowed)) reader.end();
  } catch {
    // Could not be asked now: that is no revocation.
  }
};

/** `of`: the headers of an ordinary answer about the app. */
export const streamHeaders = (of: Readonly<Record<string, string>>): Record<string, string> => ({
  ...of,
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  // Proxies of the nginx family buffer answers unless told otherwise.
  'x-accel-buffering': 'no',
});
