import type { CacheLog } from '../port.ts';

/** A trouble that lasts this long is an error. */
const LASTS_MS = 30_000;
/** And said again this often, while it goes on. */
const AGAIN_MS = 300_000;

export interface TroubleOptions {
  readonly log: CacheLog;
  readonly cache: string;
  readonly begins: string;
  readonly lasts: string;
  readonly ends: string;
  /** It is over when nothing was met for this long; default: only when it is said to be. */
  readonly quietMs?: number;
  /** Milliseconds of any clock. */
  readonly now?: () => number;
}

/** What goes wrong with a cache, told as people want to hear of it: a warning, an error when it lasts, and once that it is over. */
export class Trouble {
  readonly #options: TroubleOptions;
  readonly #now: () => number;
  #since: number | null = null;
  #lastMet = 0;
  #lastError: number | null = null;
  #reason = '';
  /** Kinds of reason told of: a reason that comes and goes is told once. */
  readonly #told = new Set<string>();

  constructor(options: TroubleOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** It went wrong, perhaps again. The first word of the reason is its kind. */
  met(reason: string): void {
    const { log, cache, begins } = this.#options;
    this.#since ??= this.#now();
    this.#lastMet = this.#now();
    this.#reason = reason;
    const kind = reason.split(' ', 1)[0] ?? '';
    if (!this.#told.has(kind)) {
      this.#told.add(kind);
      log.warn({ cache, error: reason }, begins);
    }
    this.look();
  }

  /** Called again and again, for what nothing else tells of. */
  look(): void {
    if (this.#since === null) return;
    const { log, cache, lasts, quietMs } = this.#options;
    const now = this.#now();
    if (quietMs !== undefined && now - this.#lastMet >= quietMs) {
      this.over();
      return;
    }
    const due = this.#lastError === null ? this.#since + LASTS_MS : this.#lastError + AGAIN_MS;
    if (now < due) return;
    this.#lastError = now;
    log.error({ cache, error: this.#reason, forSeconds: Math.round((now - this.#since) / 1_000) }, lasts);
  }

  /** False if there was none. */
  over(): boolean {
    if (this.#since === null) return false;
    const { log, cache, ends } = this.#options;
    const forSeconds = Math.round((this.#now() - this.#since) / 1_000);
    this.#since = null;
    this.#lastError = null;
    this.#told.clear();
    log.info({ cache, forSeconds }, ends);
    return true;
  }
}
