/** Raised when the layout changes in a way that an older reader would misread; see README.md. */
const FORMAT = 1;

/** The names of keys and channels. */
export class RedisKeys {
  readonly #prefix: string;
  /** Made with the first space that is filled: one that is gone, or another, tells that the cache was flushed. */
  readonly marker: string;
  readonly liveEdges: string;
  /** In front of an edge: what it applied. */
  readonly spacesOf: string;

  constructor(prefix: string) {
    this.#prefix = `${prefix}:${FORMAT}`;
    this.marker = `${this.#prefix}:marker`;
    this.liveEdges = `${this.#prefix}:{edges}:live`;
    this.spacesOf = `${this.#prefix}:{edges}:of:`;
  }

  // One hash tag a space, so that a cluster keeps it in one slot.
  of(space: string): readonly [string, string, string] {
    const own = `${this.#prefix}:{${space}}`;
    return [`${own}:head`, `${own}:entries`, `${own}:log`];
  }

  staged(space: string, filling: string): string {
    return `${this.#prefix}:{${space}}:staged:${filling}`;
  }

  changed(space: string): string {
    return `${this.#prefix}:changed:${space}`;
  }

  receipts(space: string): string {
    return `${this.#prefix}:receipts:${space}`;
  }

  reports(account: string): string {
    return `${this.#prefix}:{reports}:${account}`;
  }

  used(account: string): string {
    return `${this.#prefix}:used:${account}`;
  }
}
