import { hashStart } from '@halyard/caches';
import { type OtherToken, otherTokenIn } from '../held/entries.ts';

/** The living tokens that edges do not accept, as far as they are told of them; see `OtherTokenEntry`. */
export class OtherTokens {
  readonly #now: () => number;
  readonly #byId = new Map<string, OtherToken>();
  #starts: ReadonlyMap<string, number> | null = null;

  constructor(now: () => number) {
    this.#now = now;
  }

  clear(): void {
    this.#byId.clear();
    this.#starts = null;
  }

  take(id: string, value: string | null): void {
    const token = value === null ? null : otherTokenIn(value);
    if (token === null) this.#byId.delete(id);
    else this.#byId.set(id, token);
    this.#starts = null;
  }

  /** Whether a secret with this hash is most likely one of theirs. */
  has(hash: string): boolean {
    this.#starts ??= this.#latestByStart();
    return (this.#starts.get(hashStart(hash)) ?? Number.NEGATIVE_INFINITY) > this.#now();
  }

  /** Every account has an admin token, so where none is known the writer is of a release that tells of none. */
  mayLive(id: string): boolean {
    if (this.#byId.size === 0) return true;
    return (this.#byId.get(id)?.expiresAt ?? Number.NEGATIVE_INFINITY) > this.#now();
  }

  #latestByStart(): ReadonlyMap<string, number> {
    const latest = new Map<string, number>();
    for (const { hashStart: start, expiresAt } of this.#byId.values()) {
      latest.set(start, Math.max(expiresAt, latest.get(start) ?? expiresAt));
    }
    return latest;
  }
}
