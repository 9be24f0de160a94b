import type { CacheLog } from '../port.ts';
import type { Follower } from './follower.ts';
import { Trouble } from './trouble.ts';

/** Commands that were all taken for this long: it refuses none any more. Writes are tried again more often than that. */
const QUIET_MS = 15_000;
/** Spaces compared a second although nothing was announced: an announcement may be lost, a key deleted by hand. */
const COMPARED_PER_TICK = 20;

export interface ConnectionWatchOptions {
  readonly log: CacheLog;
  /** As a cache's `kind` has it. */
  readonly cache: string;
  /** As people write it. */
  readonly name: string;
  /** What it takes: requests, commands. */
  readonly takes: string;
  readonly followers: () => readonly Follower[];
  /** Differs when the cache was emptied in between. */
  readonly fingerprint: () => Promise<string | null>;
}

/** Whether a cache can be reached now: logs what goes wrong with it, and has its followers read or cuts them off. */
export class ConnectionWatch {
  readonly outage: Trouble;
  readonly refusals: Trouble;
  readonly #options: ConnectionWatchOptions;
  readonly #waiting = new Set<() => void>();
  #connected = false;
  #closed = false;
  #lastFingerprint: string | null = null;
  #compared = 0;

  constructor(options: ConnectionWatchOptions) {
    const { log, cache, name, takes } = options;
    this.#options = options;
    this.outage = new Trouble({
      log,
      cache,
      begins: `${name} cannot be reached.`,
      lasts: `${name} still cannot be reached.`,
      ends: `Connected to ${name}.`,
    });
    this.refusals = new Trouble({
      log,
      cache,
      begins: `${name} refuses ${takes}.`,
      lasts: `${name} still refuses ${takes}.`,
      ends: `${name} takes ${takes} again.`,
      quietMs: QUIET_MS,
    });
  }

  get connected(): boolean {
    return this.#connected;
  }

  get closed(): boolean {
    return this.#closed;
  }

  become(connected: boolean): void {
    if (connected === this.#connected || this.#closed) return;
    const { log, cache, name, followers } = this.#options;
    this.#connected = connected;
    if (!connected) this.outage.met('The connection was lost.');
    else if (!this.outage.over()) log.info({ cache }, `Connected to ${name}.`);
    for (const follower of followers()) {
      if (connected) follower.pull();
      else follower.cutOff();
    }
    if (connected) for (const wake of this.#waiting) wake();
  }

  /** Resolves when it is connected, or after `timeoutMs`. */
  whenConnected(timeoutMs: number): Promise<void> {
    if (this.#connected) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, timeoutMs);
      this.#waiting.add(wake);
    });
  }

  /** Called every second. */
  look(): void {
    this.outage.look();
    this.refusals.look();
    if (this.#connected) void this.#compare();
  }

  close(): void {
    this.#closed = true;
  }

  /** A cache that was emptied says nothing, so it is asked. */
  async #compare(): Promise<void> {
    const { fingerprint, followers } = this.#options;
    try {
      const found = await fingerprint();
      const all = followers();
      const next = this.#compared + COMPARED_PER_TICK;
      const some = found === this.#lastFingerprint ? all.slice(this.#compared, next) : all;
      this.#lastFingerprint = found;
      this.#compared = next >= all.length ? 0 : next;
      for (const follower of some) follower.pull();
    } catch {
      // No answer: what was delivered may be getting old. Each finds out by itself when the cache answers again.
      for (const follower of followers()) {
        follower.cutOff();
        follower.pull();
      }
    }
  }
}
