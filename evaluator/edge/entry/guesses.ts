import { createFailures, type Failures } from '@halyard/caches/access';
import type { Log } from '../options.ts';

export interface GuessOptions {
  readonly now: () => number;
  readonly log: Log;
  /** The address that attempts are counted by; `env` is what the server gave with the request. */
  readonly address: (headers: Headers, env: unknown) => string;
}

/** Counts, slows down and logs what looks like guessing at tokens and tickets, as a control plane does; nobody with a good one is held up. */
export class Guesses {
  readonly #failures: Failures;
  readonly #log: Log;
  readonly #address: GuessOptions['address'];
  /** Addresses that were logged as limited, and until when that need not be said again. */
  readonly #said = new Map<string, number>();
  readonly #now: () => number;
  /** Failed attempts, ever. */
  failures = 0;
  /** Those of them that were answered 429. */
  limited = 0;

  constructor({ now, log, address }: GuessOptions) {
    this.#failures = createFailures(now);
    this.#log = log;
    this.#address = address;
    this.#now = now;
  }

  /** Counts one; seconds to wait if the address has used up its attempts, else 0. */
  failed(headers: Headers, env: unknown): number {
    const address = this.#address(headers, env);
    const waitSeconds = this.#failures.count(address);
    this.failures += 1;
    if (waitSeconds === 0) this.#log.info({ address }, 'A token or ticket that is not good was refused.');
    else {
      this.limited += 1;
      this.#sayOnce(address);
    }
    return waitSeconds;
  }

  /** A line for each of thousands of attempts would be the next thing that somebody could starve. */
  #sayOnce(address: string): void {
    const now = this.#now();
    if ((this.#said.get(address) ?? 0) > now) return;
    if (this.#said.size >= SAID_AT_MOST) this.#said.clear();
    this.#said.set(address, now + SAY_EVERY_MS);
    this.#log.warn({ address }, 'Failed attempts from this address are answered 429 from now on.');
  }
}

const SAY_EVERY_MS = 60_000;
const SAID_AT_MOST = 1_000;
