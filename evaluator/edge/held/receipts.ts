import type { FlagCache, Position } from '@halyard/caches';
import type { Log } from '../options.ts';

const BEAT_EVERY_MS = 5_000;
/** What was said is said again this often, in case the cache lost it. */
const REPEAT_EVERY_MS = 60_000;

export interface ReceiptOptions {
  readonly cache: FlagCache;
  readonly edge: string;
  readonly account: string;
  readonly log: Log;
  /** Everything this edge holds now, by space. */
  readonly held: () => ReadonlyMap<string, Position>;
}

/**
 * Tells the cache what this edge has applied: at once after a commit, several together while one message is under way, and every five
 * seconds that it lives. It decides nothing; a failure is made up for by the next beat.
 */
export class Receipts {
  readonly #options: ReceiptOptions;
  #pending = new Map<string, Position>();
  readonly #uses = new Set<string>();
  #sending = false;
  #due = false;
  #failed = false;
  #timer: ReturnType<typeof setInterval> | null = null;
  #beats = 0;

  constructor(options: ReceiptOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#beats += 1;
      if ((this.#beats * BEAT_EVERY_MS) % REPEAT_EVERY_MS === 0) this.sayEverything();
      else this.#beatSoon();
    }, BEAT_EVERY_MS);
    this.#beatSoon();
  }

  applied(space: string, position: Position): void {
    this.#pending.set(space, position);
    this.#beatSoon();
  }

  /** A token is in use: told with the next beat, together with others. Where nothing beats it is told at once. */
  used(tokenId: string): void {
    this.#uses.add(tokenId);
    if (this.#timer === null) void this.#sayUses();
  }

  /** After an outage: the cache may have forgotten this edge. */
  sayEverything(): void {
    for (const [space, position] of this.#options.held()) this.#pending.set(space, position);
    this.#beatSoon();
  }

  async close(): Promise<void> {
    if (this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
    try {
      await this.#options.cache.leave(this.#options.edge);
    } catch {
      // It leaves the set by itself when it stops beating.
    }
  }

  /** Best effort: one that is lost is told again while its token is in use. */
  async #sayUses(): Promise<void> {
    if (this.#uses.size === 0) return;
    const tokens = [...this.#uses];
    this.#uses.clear();
    await this.#options.cache.used(this.#options.account, tokens).catch(() => undefined);
  }

  #beatSoon(): void {
    this.#due = true;
    // Only later: the watchers of a commit come first.
    if (!this.#sending) queueMicrotask(() => void this.#beat());
  }

  async #beat(): Promise<void> {
    if (this.#sending || this.#timer === null) return;
    this.#sending = true;
    while (this.#due && this.#timer !== null) {
      this.#due = false;
      const saying = this.#pending;
      this.#pending = new Map();
      try {
        await this.#options.cache.beat(this.#options.edge, saying);
        await this.#sayUses();
        if (this.#failed) {
          this.#failed = false;
          this.sayEverything();
        }
      } catch (error) {
        if (!this.#failed) {
          this.#options.log.warn({ error: String(error) }, 'Receipts cannot be sent to the flag cache.');
        }
        this.#failed = true;
        for (const [space, position] of saying) {
          if (!this.#pending.has(space)) this.#pending.set(space, position);
        }
      }
    }
    this.#sending = false;
  }
}
