import {
  endUnlessAllowed,
  HEARTBEAT,
  type OpenStream,
  type Reader,
  type Streams,
} from '../calls/event-streams.ts';
import type { EdgeLimits } from '../options.ts';

export interface PolledStreamLimits extends Pick<EdgeLimits, 'streamBytes' | 'heartbeatMs'> {
  /** How often a stream looks whether there is something to tell. */
  readonly lookMs: number;
  /** A stream ends after this long, and its reader comes back: a request may ask KV a thousand times. */
  readonly lifeMs: number;
}

/**
 * Event streams of an isolate. Each has its own clock and its own connections, those of the request that opened it; what is read in
 * one is put in the queues of all, and each hands over its own queue.
 */
export class PolledStreams implements Streams {
  readonly #limits: PolledStreamLimits;
  readonly #now: () => number;
  readonly #refresh: (space: string) => Promise<void>;
  size = 0;
  dropped = 0;

  /** `refresh` brings a space and what decides about tokens up to date. */
  constructor(limits: PolledStreamLimits, now: () => number, refresh: (space: string) => Promise<void>) {
    this.#limits = limits;
    this.#now = now;
    this.#refresh = refresh;
  }

  open({ space, first, heartbeat = HEARTBEAT, stillAllowed, onHeartbeat, onClose }: OpenStream): Reader {
    const { streamBytes, heartbeatMs, lookMs, lifeMs } = this.#limits;
    const queue = [first];
    let waiting = 0;
    let state: 'open' | 'ended' | 'slow' = 'open';
    const openedAt = this.#now();
    let saidAt = openedAt;

    const end = (as: 'ended' | 'slow'): void => {
      if (state !== 'open') return;
      state = as;
      this.size -= 1;
      onClose();
    };
    const reader: Reader = {
      body: new ReadableStream<Uint8Array>(
        {
          pull: async (controller) => {
            for (;;) {
              const next = queue.shift();
              if (next !== undefined) {
                if (next !== first) waiting -= next.byteLength;
                saidAt = this.#now();
                controller.enqueue(next);
                return;
              }
              if (state === 'slow') controller.error(new Error('The reader is too slow.'));
              if (state === 'ended') controller.close();
              if (state !== 'open') return;
              await new Promise((resolve) => setTimeout(resolve, lookMs));
              await this.#refresh(space);
              await endUnlessAllowed({ reader, stillAllowed });
              if (this.#now() - openedAt >= lifeMs) end('ended');
              if (queue.length > 0 || state !== 'open' || this.#now() - saidAt < heartbeatMs) continue;
              reader.send(heartbeat);
              onHeartbeat();
            }
          },
          cancel: () => end('ended'),
        },
        { highWaterMark: 0 },
      ),
      send: (bytes) => {
        if (state !== 'open') return;
        if (waiting + bytes.byteLength > streamBytes) {
          this.dropped += 1;
          queue.length = 0;
          end('slow');
          return;
        }
        waiting += bytes.byteLength;
        queue.push(bytes);
      },
      end: () => end('ended'),
      get open() {
        return state === 'open';
      },
    };
    this.size += 1;
    return reader;
  }

  /** Each stream asks for itself when it looks. */
  recheck(): void {}

  /** An isolate is not closed: it ends with its streams. */
  closeAll(): void {}
}
