import { FIRST_MS, LONGEST_MS, REFUSED_MS } from './backoff.ts';
import type { EdgeOptions } from './edge.ts';
import { ConfigurationEdges } from './edges.ts';
import { type FollowerLimits, followConfiguration } from './follower.ts';
import { comparePlaces } from './history.ts';
import { checkInProcessOptions } from './in-process-options.ts';
import { namedApp } from './kept-for.ts';
import { LastGood } from './last-good.ts';
import { LocalFlags } from './local-flags.ts';
import { Reporter } from './reporter.ts';
import { type Configuration, NotAConfiguration, parseConfiguration } from './wire.ts';

/** pino's shape. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface InProcessOptions extends EdgeOptions {
  /** Whether what is evaluated is counted, and an edge told how often; nothing of whom it was for. Default true. */
  readonly observe?: boolean | undefined;
  /** A configuration to start from while no edge can be reached: what `GET /apps/{app}/config` answers. */
  readonly bootstrap?: unknown;
  /** Where the last good configuration is kept for the next start. Needs a runtime with `node:fs`. */
  readonly file?: string | undefined;
  /** How long a start waits for the first configuration, in milliseconds; default 5,000. */
  readonly startTimeoutMs?: number | undefined;
  /** How long an edge may take to answer, in milliseconds; default 10,000. */
  readonly timeoutMs?: number | undefined;
  /** The longest time between two attempts, and between two polls where there is no stream, in milliseconds; default 30,000. */
  readonly pollMs?: number | undefined;
  /** After how much silence a stream is given up, in milliseconds; default 40,000. An edge says something every 15,000. */
  readonly idleMs?: number | undefined;
  readonly now?: (() => number) | undefined;
  readonly random?: (() => number) | undefined;
  readonly log?: Log | undefined;
}

/**
 * `starting`: nothing was heard yet. `live`: what is held is the present configuration. `stale`: the edge cannot be reached.
 * `refused`: the edge does not accept the token. In all but `live`, what was last held is still evaluated.
 */
export type Health = 'starting' | 'live' | 'stale' | 'refused';

export interface InProcessListener {
  changed(keys: readonly string[]): void;
  health(health: Health, message: string): void;
}

/** `fatal`: the token is no good and there is nothing to evaluate; it is tried again about once a minute. */
export type Start =
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly fatal: boolean; readonly message: string };

const READY: Start = { kind: 'ready' };

/** The flags of one app, kept up to date from an edge and evaluated in this process. Nothing here throws or rejects. */
export class InProcess {
  readonly #options: InProcessOptions;
  readonly #listener: InProcessListener;
  readonly #limits: FollowerLimits & { readonly startTimeoutMs: number };
  /** Evaluates what is held. */
  readonly flags: LocalFlags;
  readonly #reporter: Reporter;
  #health: Health = 'starting';
  #problem = '';
  #running: {
    readonly stop: AbortController;
    readonly done: Promise<void>;
    readonly disk: LastGood | null;
  } | null = null;

  /** Throws a TypeError that lists what is wrong with the options. */
  constructor(maker: string, options: InProcessOptions, listener: InProcessListener) {
    checkInProcessOptions(maker, options);
    this.#options = options;
    this.#listener = listener;
    this.#reporter = new Reporter(options);
    this.flags = new LocalFlags(this.#reporter.tally);
    const pollMs = options.pollMs ?? LONGEST_MS;
    this.#limits = {
      startTimeoutMs: options.startTimeoutMs ?? 5_000,
      timeoutMs: options.timeoutMs ?? 10_000,
      idleMs: options.idleMs ?? 40_000,
      pollMs,
      baseMs: Math.min(FIRST_MS, pollMs),
      refusedMs: REFUSED_MS,
    };
    if (options.bootstrap !== undefined) this.#restore(options.bootstrap, 'the bootstrap');
  }

  get health(): Health {
    return this.#health;
  }

  /**
   * Begins to follow the edge. Resolves when the first configuration is here; or, if there is a bootstrap or a file to start from,
   * when the edge could not be had; or when `startTimeoutMs` passed. It goes on trying in the background.
   */
  async start(): Promise<Start> {
    await this.close();
    const stop = new AbortController();
    let resolve: (start: Start) => void = () => {};
    const first = new Promise<Start>((resolved) => {
      resolve = resolved;
    });
    const disk = this.#disk();
    const { now = Date.now, random = Math.random } = this.#options;
    const edges = new ConfigurationEdges(this.#options, { now, random, restMs: this.#limits.pollMs });
    let started = false;
    const begin = (outcome: Start): void => {
      if (started) return;
      started = true;
      clearTimeout(timer);
      resolve(outcome);
    };
    const timer = setTimeout(() => {
      const late = `no configuration came within ${this.#limits.startTimeoutMs} ms`;
      const message = this.#problem === '' ? late : `${late}: ${this.#problem}`;
      if (this.#health === 'starting') this.#become('stale', message);
      begin(this.flags.loaded ? READY : { kind: 'failed', fatal: false, message });
    }, this.#limits.startTimeoutMs);

    this.#health = 'starting';
    this.#problem = '';
    const run = async (): Promise<void> => {
      if (disk !== null) await this.#restoreFile(disk);
      await followConfiguration(
        edges,
        this.flags,
        {
          changed: (keys) => {
            disk?.changed();
            if (started && keys.length > 0) this.#tell(() => this.#listener.changed(keys));
          },
          live: () => {
            this.#become('live', 'the configuration is up to date');
            begin(READY);
          },
          failed: (error) => {
            this.#problem = error.message;
            this.#become(error.problem === 'refused' ? 'refused' : 'stale', error.message);
            if (this.flags.loaded) begin(READY);
            else if (error.problem !== 'unavailable') {
              begin({ kind: 'failed', fatal: error.problem === 'refused', message: error.message });
            }
          },
        },
        this.#limits,
        { signal: stop.signal, now, random },
      );
    };
    stop.signal.addEventListener('abort', () =>
      begin({ kind: 'failed', fatal: false, message: 'closed before a configuration came' }),
    );
    this.#running = { stop, done: run(), disk };
    this.#reporter.start();
    return first;
  }

  /** Stops following; leaves no timer and no connection. What is held can still be evaluated. */
  async close(): Promise<void> {
    const running = this.#running;
    if (running === null) return;
    this.#running = null;
    running.stop.abort();
    await Promise.all([running.done, this.#reporter.close()]);
    await running.disk?.close();
  }

  #disk(): LastGood | null {
    const { file, log } = this.#options;
    return file === undefined
      ? null
      : new LastGood(
          file,
          this.#options,
          () => this.flags.configuration(),
          (error) =>
            log?.warn({ file, error: String(error) }, 'the file of the last good configuration failed'),
        );
  }

  async #restoreFile(disk: LastGood): Promise<void> {
    const kept = await disk.read();
    if (kept === null) return;
    const held = this.flags.configuration();
    // Versions of two apps say nothing of each other; the file was kept from the edge that is asked here.
    const same = held !== null && held.account === kept.account && held.app === kept.app;
    if (!same || comparePlaces(kept, held) > 0) this.flags.replace(kept);
  }

  #restore(value: unknown, from: string): void {
    try {
      const configuration: Configuration = parseConfiguration(value);
      const app = namedApp(this.#options);
      if (app !== null && configuration.app !== '' && configuration.app !== app) {
        throw new NotAConfiguration(`it is of the app ${configuration.app}; expected ${app}`);
      }
      this.flags.replace(configuration);
    } catch (error) {
      const message = error instanceof NotAConfiguration ? error.message : String(error);
      this.#options.log?.error({ error: message }, `${from} cannot be used and was ignored`);
    }
  }

  #become(health: Health, message: string): void {
    if (this.#health === health) return;
    this.#health = health;
    const { log } = this.#options;
    if (health === 'live') log?.info({}, message);
    else if (health === 'refused') log?.error({}, message);
    else log?.warn({}, message);
    this.#tell(() => this.#listener.health(health, message));
  }

  // A listener is the application's: what it throws must not stop the following.
  #tell(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#options.log?.error({ error: String(error) }, 'a listener threw');
    }
  }
}
