export interface ChoiceOptions {
  /** About how long an edge that failed is asked last, in milliseconds. */
  readonly restMs: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** From 0 to below 1. */
  readonly random: () => number;
}

/** Which of several edges to ask: the first, and the next ones where those before failed lately. Holds nothing but numbers. */
export class EdgeChoice {
  readonly #options: ChoiceOptions;
  /** By position: epoch milliseconds until which the edge rests. */
  readonly #restsUntil: number[];

  constructor(count: number, options: ChoiceOptions) {
    this.#options = options;
    this.#restsUntil = Array.from({ length: count }, () => 0);
  }

  /** The positions of all edges, those that rest last. */
  order(): readonly number[] {
    const now = this.#options.now();
    const positions = [...this.#restsUntil.keys()];
    const rests = (position: number): boolean => (this.#restsUntil[position] ?? 0) > now;
    return [...positions.filter((each) => !rests(each)), ...positions.filter(rests)];
  }

  /** A time that those who lost the same edge do not all wait. */
  restMs(): number {
    return this.#options.restMs * (0.75 + this.#options.random() / 2);
  }

  /** @param retryAfterMs for how long the edge asked to be left alone */
  failed(position: number, retryAfterMs: number): void {
    this.#restsUntil[position] = this.#options.now() + Math.max(retryAfterMs, this.restMs());
  }

  answered(position: number): void {
    this.#restsUntil[position] = 0;
  }
}
