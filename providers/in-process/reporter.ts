import { type Report, Reports, Tally } from '@halyard/engine';
import { baseUrls, type EdgeOptions } from './edge.ts';

export interface ReporterOptions extends EdgeOptions {
  readonly observe?: boolean | undefined;
  readonly now?: (() => number) | undefined;
  readonly random?: (() => number) | undefined;
}

/** A report that meets one of these was surely not taken, and may be later: by an edge that has caught up with this release, too. */
const NOT_TAKEN: readonly number[] = [401, 403, 404, 405, 429];
const EVERY_MS = 30_000;
const TIMEOUT_MS = 10_000;
/** How long closing waits for the last report. */
const LAST_TIMEOUT_MS = 1_000;

/** Counts what is evaluated in this process and tells an edge now and then. Nothing here throws, rejects, or is waited for by an evaluation. */
export class Reporter {
  /** Null: nothing is counted. */
  readonly tally: Tally | null;
  readonly #reports: Reports | null;
  readonly #bases: readonly string[];
  readonly #token: string;
  readonly #fetch: typeof fetch;
  readonly #random: () => number;
  readonly #everyMs: number;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #sending: Promise<void> = Promise.resolve();
  #ending = new AbortController();

  constructor(options: ReporterOptions, everyMs = EVERY_MS) {
    const { observe = true, now = Date.now, random = Math.random } = options;
    this.tally = observe ? new Tally() : null;
    this.#reports =
      this.tally === null ? null : new Reports(this.tally, { reporter: crypto.randomUUID(), now });
    this.#bases = baseUrls(options);
    this.#token = options.token;
    const given = options.fetch ?? fetch;
    this.#fetch = (input, init) => given(input, init);
    this.#random = random;
    this.#everyMs = everyMs;
  }

  start(): void {
    if (this.#reports === null) return;
    this.#ending = new AbortController();
    this.#wait(this.#reports, this.#everyMs * (0.5 + this.#random()));
  }

  /** Tells what was counted since the last time, if an edge takes it within a second; leaves no timer and no connection. */
  async close(): Promise<void> {
    if (this.#timer === null || this.#reports === null) return;
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#ending.abort();
    await this.#sending;
    await this.#tell(this.#reports, new AbortController().signal, LAST_TIMEOUT_MS, true);
  }

  #wait(reports: Reports, ms: number): void {
    this.#timer = setTimeout(() => {
      this.#sending = this.#tell(reports, this.#ending.signal, TIMEOUT_MS).then(() => {
        if (!this.#ending.signal.aborted) this.#wait(reports, this.#everyMs * (0.75 + this.#random() / 2));
      });
    }, ms);
  }

  /** `all`: too what was counted while an earlier report waited. */
  async #tell(reports: Reports, signal: AbortSignal, timeoutMs: number, all = false): Promise<void> {
    for (let more = true; more; ) {
      const report = reports.next();
      if (report === null) return;
      const answer = await this.#send(report, signal, timeoutMs);
      if (answer === 'perhaps') return;
      if (answer === 'not now') return reports.refused();
      if (answer === 'never') reports.lost();
      more = reports.taken() || all;
    }
  }

  /** `perhaps`: an edge may have taken it. The same report at another edge counts once. */
  async #send(
    report: Report,
    signal: AbortSignal,
    timeoutMs: number,
  ): Promise<'taken' | 'perhaps' | 'not now' | 'never'> {
    let unsure = false;
    let later = false;
    for (const base of this.#bases) {
      const status = await this.#post(`${base}/report`, JSON.stringify(report), signal, timeoutMs);
      if (status >= 200 && status < 300) return 'taken';
      if (status === 0 || status >= 500) unsure = true;
      else if (NOT_TAKEN.includes(status)) later = true;
    }
    if (unsure) return 'perhaps';
    return later ? 'not now' : 'never';
  }

  /** The status; 0: there was no answer. */
  async #post(url: string, body: string, signal: AbortSignal, timeoutMs: number): Promise<number> {
    const ending = new AbortController();
    const end = (): void => ending.abort();
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
    const timer = setTimeout(end, timeoutMs);
    try {
      const headers = { Authorization: `Bearer ${this.#token}`, 'Content-Type': 'application/json' };
      const response = await this.#fetch(url, { method: 'POST', headers, body, signal: ending.signal });
      await response.body?.cancel();
      return response.status;
    } catch {
      return 0;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
    }
  }
}
