import { randomUUID } from 'node:crypto';
import { followByReading } from '../following/follower.ts';
import type { Position } from '../following/history.ts';
import type { Reading } from '../following/reading.ts';
import type { CacheLog, NewCommit, Published, Snapshot, Subscription, Watcher } from '../port.ts';
import type { NatsCacheConnection } from './connection.ts';
import { type Layout, positionIn } from './layout.ts';
import { isEmptied, readFromNats } from './reader.ts';
import { sleep } from './sleep.ts';
import { NatsWriter } from './writer.ts';

/** A replica may answer before it has what was announced. */
const LAGGING_TRIES = 20;
const LAGGING_MS = 25;

/** What spaces hold: written by one writer, and followed by reading whenever a change is announced. */
export class NatsSpaces {
  readonly #nats: NatsCacheConnection;
  readonly #layout: Layout;
  readonly #log: CacheLog;
  #madeWriter: NatsWriter | null = null;

  constructor(nats: NatsCacheConnection, layout: Layout, log: CacheLog) {
    this.#nats = nats;
    this.#layout = layout;
    this.#log = log;
  }

  head(space: string): Promise<Position | null> {
    return this.#nats.asked(async () => {
      const { streams } = this.#nats.reached();
      const found = (await streams.head(space))?.head ?? null;
      return found === null || (await isEmptied(streams, found)) ? null : positionIn(found);
    });
  }

  publish(space: string, commit: NewCommit): Promise<Published> {
    return this.#nats.asked(async () => this.#writer().publish(space, commit));
  }

  replace(space: string, snapshot: Snapshot, adopting: boolean): Promise<'replaced' | 'already' | 'other'> {
    return this.#nats.asked(async () => this.#writer().replace(space, snapshot, adopting));
  }

  remove(space: string, identity: string | undefined): Promise<void> {
    return this.#nats.asked(async () => this.#writer().remove(space, identity));
  }

  load(space: string): Promise<Snapshot | null> {
    return this.#nats.asked(async () => {
      const reading = await readFromNats(this.#nats.reached().streams, space, null, '');
      return reading.kind === 'snapshot' ? reading.snapshot : null;
    });
  }

  async watch(space: string, watcher: Watcher, held: Position | undefined): Promise<Subscription> {
    const nats = this.#nats;
    const follower = followByReading(space, watcher, {
      log: this.#log,
      held,
      connected: () => nats.connected,
      head: () => this.head(space),
      read: (version, filling) => nats.asked(() => this.#read(space, version, filling)),
    });
    nats.reached();
    const remove = nats.add(space, follower);
    const close = async (): Promise<void> => {
      follower.close();
      remove();
    };
    try {
      await follower.first();
    } catch (error) {
      await close();
      throw error;
    }
    return { close };
  }

  #writer(): NatsWriter {
    const { connection, streams } = this.#nats.reached();
    this.#madeWriter ??= new NatsWriter(streams, randomUUID(), (space, version) => {
      connection.publish(this.#layout.changedSubject(space), `${version ?? ''}`);
    });
    return this.#madeWriter;
  }

  async #read(space: string, version: number | null, filling: string): Promise<Reading> {
    const { announced } = this.#nats;
    for (let tries = 0; ; tries += 1) {
      const reading = await readFromNats(this.#nats.reached().streams, space, version, filling);
      const due = announced.get(space) ?? 0;
      const lagging = reading.kind === 'behind' || (reading.kind === 'same' && due > (version ?? 0));
      if (!lagging || tries >= LAGGING_TRIES) {
        announced.delete(space);
        return reading;
      }
      await sleep(LAGGING_MS);
    }
  }
}
