/**
 * Evaluations that wait for an answer, so that a provider that is closed can give them up.
 *
 * In a Worker an evaluation may belong to a request that was cancelled: it never ends, and may not be touched from another request.
 */
export class UnderWay {
  readonly #entries = new Set<{ readonly end: () => void; readonly until: number }>();
  closed = false;

  open(): void {
    this.closed = false;
  }

  /** Answers what is to be called when it is over; by `until` (epoch milliseconds) it is, whether that was called or not. */
  enter(end: () => void, now: number, until: number): () => void {
    // Sets keep their order, and all take about as long.
    for (const entry of this.#entries) {
      if (entry.until > now) break;
      this.#entries.delete(entry);
    }
    const entry = { end, until };
    this.#entries.add(entry);
    return () => this.#entries.delete(entry);
  }

  close(): void {
    this.closed = true;
    for (const { end } of this.#entries) {
      try {
        end();
      } catch {
        // Another request's: workerd ends it with that.
      }
    }
    this.#entries.clear();
  }
}
