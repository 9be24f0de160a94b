import { randomUUID } from 'node:crypto';
import { headers, type NatsConnection } from '@nats-io/transport-node';
import type { History, Position } from '../following/history.ts';
import { tellUses, usesText } from '../following/uses.ts';
import { type CacheLog, EDGE_KEPT_MS, type EdgeReceipt, type Subscription } from '../port.ts';
import { HISTORY_HEADER, type Layout, LIFE_HEADER, textOf } from './layout.ts';
import { ANSWER_MS, type NatsStreams } from './streams.ts';

type Reached = () => { readonly connection: NatsConnection; readonly streams: NatsStreams };

/** How long the difference between the server's clock and ours is trusted. */
const CLOCK_MS = 60_000;

/**
 * Receipts: one message that an edge lives, and one for each space with what it applied. Both carry the life of the edge, a name it has
 * from its first beat on until it falls silent, so that what an earlier life applied is not taken for this one's.
 */
export class NatsReceipts {
  readonly #reached: Reached;
  readonly #layout: Layout;
  readonly #ttlMs: number;
  readonly #log: CacheLog;
  readonly #lives = new Map<string, { readonly id: string; lastBeat: number }>();
  #clock: { readonly aheadMs: number; readonly readAt: number } | null = null;

  constructor(reached: Reached, layout: Layout, ttlMs: number, log: CacheLog) {
    this.#reached = reached;
    this.#layout = layout;
    this.#ttlMs = ttlMs;
    this.#log = log;
  }

  async beat(edge: string, applied: ReadonlyMap<string, Position>): Promise<void> {
    const { js } = this.#reached().streams;
    const now = performance.now();
    const known = this.#lives.get(edge);
    const life =
      known !== undefined && now - known.lastBeat < this.#ttlMs ? known : { id: randomUUID(), lastBeat: now };
    const optionsOf = (history?: History) => {
      const about = headers();
      about.set(LIFE_HEADER, life.id);
      if (history !== undefined) about.set(HISTORY_HEADER, `${history.identity} ${history.epoch}`);
      return { headers: about, timeout: ANSWER_MS };
    };
    await Promise.all([
      js.publish(this.#layout.aliveSubject(edge), '', optionsOf()),
      ...Array.from(applied, ([space, { version, history }]) =>
        js.publish(this.#layout.receiptSubject(edge, space), `${version}`, optionsOf(history)),
      ),
    ]);
    life.lastBeat = now;
    this.#lives.set(edge, life);
  }

  async leave(edge: string): Promise<void> {
    const { jsm } = this.#reached().streams;
    this.#lives.delete(edge);
    await jsm.streams.purge(this.#layout.edges, { filter: this.#layout.receiptSubject(edge, '*') });
  }

  async edges(space: string): Promise<readonly EdgeReceipt[]> {
    return (await this.#all(space)).filter(({ lastSeenMs }) => lastSeenMs < this.#ttlMs);
  }

  async silentEdges(space: string): Promise<readonly EdgeReceipt[]> {
    return (await this.#all(space)).filter(
      ({ lastSeenMs, appliedVersion }) =>
        lastSeenMs >= this.#ttlMs && lastSeenMs < EDGE_KEPT_MS && appliedVersion !== null,
    );
  }

  async #all(space: string): Promise<readonly EdgeReceipt[]> {
    const { streams } = this.#reached();
    const { jsm } = streams;
    const info = await jsm.streams.info(this.#layout.edges, {
      subjects_filter: this.#layout.aliveSubject('*'),
    });
    const now = await this.#serverNow();
    const receipts = await Promise.all(
      Object.keys(info.state.subjects ?? {}).map(async (subject): Promise<EdgeReceipt | null> => {
        const edge = edgeIn(subject);
        const [alive, receipt] = await Promise.all([
          streams.last(this.#layout.edges, subject),
          streams.last(this.#layout.edges, this.#layout.receiptSubject(edge, space)),
        ]);
        if (alive === null) return null;
        const lastSeenMs = Math.max(0, now - alive.time.getTime());
        const same = receipt !== null && receipt.header.get(LIFE_HEADER) === alive.header.get(LIFE_HEADER);
        if (!same) return { edge, appliedVersion: null, lastSeenMs };
        const [identity = '', epoch = ''] = receipt.header.get(HISTORY_HEADER).split(' ');
        const history = epoch === '' ? {} : { history: { identity, epoch } };
        return { edge, appliedVersion: Number(receipt.string()), ...history, lastSeenMs };
      }),
    );
    return receipts.filter((receipt) => receipt !== null);
  }

  async watch(space: string, onReceipt: (receipt: EdgeReceipt) => void): Promise<Subscription> {
    const { connection } = this.#reached();
    const subscription = connection.subscribe(this.#layout.receiptSubject('*', space), {
      callback: (error, message) => {
        if (error !== null) return;
        try {
          onReceipt({
            edge: edgeIn(message.subject),
            appliedVersion: Number(message.string()),
            lastSeenMs: 0,
          });
        } catch (error) {
          this.#log.error(
            { space, error: String(error) },
            'A watcher of receipts threw; it goes on being told.',
          );
        }
      },
    });
    // The server has the subscription when it has answered.
    await connection.flush();
    return {
      async close() {
        subscription.unsubscribe();
      },
    };
  }

  async used(account: string, tokens: readonly string[]): Promise<void> {
    this.#reached().connection.publish(this.#layout.usesSubject(account), usesText(tokens));
  }

  async watchUses(account: string, onUsed: (tokens: readonly string[]) => void): Promise<Subscription> {
    const { connection } = this.#reached();
    const subscription = connection.subscribe(this.#layout.usesSubject(account), {
      callback: (error, message) => {
        if (error === null) tellUses(message.string(), account, onUsed, this.#log);
      },
    });
    await connection.flush();
    return {
      async close() {
        subscription.unsubscribe();
      },
    };
  }

  /** Epoch milliseconds by the server's clock, found from the time it stamps on a message. */
  async #serverNow(): Promise<number> {
    const readAt = performance.now();
    if (this.#clock === null || readAt - this.#clock.readAt > CLOCK_MS) {
      const { js } = this.#reached().streams;
      const subject = this.#layout.receiptSubject('clock', 'clock');
      await js.publish(subject, '', { timeout: ANSWER_MS });
      const stamped = await this.#reached().streams.last(this.#layout.edges, subject);
      this.#clock = { aheadMs: (stamped?.time.getTime() ?? Date.now()) - Date.now(), readAt };
    }
    return Date.now() + this.#clock.aheadMs;
  }
}

/** `….edge.{edge}.{space}` */
const edgeIn = (subject: string): string => textOf(subject.split('.').at(-2) ?? '');
