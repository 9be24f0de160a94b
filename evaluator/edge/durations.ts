/** Upper bounds of the buckets, in seconds. */
const BOUNDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];

/** What was asked for: one flag, or all of them. */
type Asked = 'one' | 'all';

interface Histogram {
  readonly buckets: number[];
  count: number;
  sum: number;
}

const empty = (): Histogram => ({ buckets: BOUNDS.map(() => 0), count: 0, sum: 0 });

type Handler<A extends readonly unknown[]> = (...parameters: A) => Promise<Response>;

/** How long evaluations took, as a histogram of Prometheus; the hot path adds to plain numbers. */
export class Durations {
  readonly #histograms: Readonly<Record<Asked, Histogram>> = { one: empty(), all: empty() };

  observe(asked: Asked, seconds: number): void {
    const histogram = this.#histograms[asked];
    histogram.count += 1;
    histogram.sum += seconds;
    const bucket = BOUNDS.findIndex((bound) => seconds <= bound);
    if (bucket !== -1) histogram.buckets[bucket] = (histogram.buckets[bucket] ?? 0) + 1;
  }

  /** The handler, with the time until its answer observed. */
  measured<A extends readonly unknown[]>(asked: Asked, handler: Handler<A>): Handler<A> {
    return async (...parameters) => {
      const from = performance.now();
      try {
        return await handler(...parameters);
      } finally {
        this.observe(asked, (performance.now() - from) / 1_000);
      }
    };
  }

  /** Text in Prometheus' format. */
  render(name: string, help: string): string {
    const lines = [`# HELP ${name} ${help}`, `# TYPE ${name} histogram`];
    for (const [asked, { buckets, count, sum }] of Object.entries(this.#histograms)) {
      let below = 0;
      BOUNDS.forEach((bound, index) => {
        below += buckets[index] ?? 0;
        lines.push(`${name}_bucket{asked="${asked}",le="${bound}"} ${below}`);
      });
      lines.push(
        `${name}_bucket{asked="${asked}",le="+Inf"} ${count}`,
        `${name}_sum{asked="${asked}"} ${sum}`,
        `${name}_count{asked="${asked}"} ${count}`,
      );
    }
    return `${lines.join('\n')}\n`;
  }
}
