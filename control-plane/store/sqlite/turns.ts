/** A turn of the event loop that queries hold longer than this is given back to the rest of the process. */
const TURN_MS = 12;

export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** `node:sqlite` blocks; long work lets timers, sockets and evaluations have their turn between its queries. */
export class Turns {
  #since = 0;

  breathe(): Promise<void> | undefined {
    const now = performance.now();
    if (this.#since === 0) {
      this.#since = now;
      setImmediate(() => {
        this.#since = 0;
      });
      return undefined;
    }
    return now - this.#since > TURN_MS ? turn() : undefined;
  }
}
