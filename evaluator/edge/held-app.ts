import { appSpace, type Commit, type Position, type Revision } from '@halyard/caches';
import { CompiledApp, type CompiledFlag } from '@halyard/engine';
import { ConfigText } from './config-text.ts';
import { FIXED_HEADERS } from './fixed-headers.ts';
import { FollowedSpace, type FollowOptions } from './followed-space.ts';

export interface AppListener {
  /** The next commit. */
  commit(commit: Commit): void;
  /** Everything may be different. */
  reset(): void;
}

export interface AppEvents {
  /** Something was applied: a receipt is due, and the size of the configuration may be another. */
  onApplied(app: HeldApp): void;
}

/** One app as this edge holds it: the configuration always, its compiled form while there is room for it. */
export class HeldApp {
  static #generations = 0;
  readonly id: string;
  readonly account: string;
  readonly #space: FollowedSpace;
  readonly #listeners = new Set<AppListener>();
  readonly config: ConfigText;
  /** Evaluations answered, by reason or error code. */
  readonly evaluations = new Map<string, number>();
  /** Another number, of this app and of all others, whenever everything may be different although the version is the same. */
  generation = 0;
  /** Epoch milliseconds; when the compiled form was last noted as used. */
  usedAt = 0;
  #compiled: CompiledApp | null = null;
  /** Whether every flag is compiled, or only those that were asked for. */
  #whole = false;
  #closed = false;
  #changedAt = Number.NEGATIVE_INFINITY;
  #headers: Readonly<Record<string, string>> | null = null;

  constructor(account: string, id: string, options: FollowOptions, events: AppEvents) {
    this.id = id;
    this.account = account;
    this.config = new ConfigText(account, id);
    this.#space = new FollowedSpace(appSpace(account, id), options, {
      reset: (entries, position) => {
        this.evict();
        HeldApp.#generations += 1;
        this.generation = HeldApp.#generations;
        this.config.reset(entries, position);
        this.#changed(options.now());
        for (const listener of [...this.#listeners]) listener.reset();
        events.onApplied(this);
      },
      change: (commit, entries) => {
        for (const { key, value } of commit.changes) {
          if (this.#compiled === null) break;
          if (value === null) this.#compiled.delete(key);
          else if (this.#whole || this.#compiled.get(key) !== undefined) {
            this.#compiled.set(key, flagFrom(key, value));
          }
        }
        this.config.change(commit, entries);
        this.#changed(options.now());
        for (const listener of [...this.#listeners]) listener.commit(commit);
        events.onApplied(this);
      },
    });
  }

  get space(): string {
    return this.#space.space;
  }

  /** Null until a configuration was had. */
  get version(): number | null {
    return this.#space.version;
  }

  /** The version with its history; null until a configuration was had. */
  get position(): Position | null {
    return this.#space.position;
  }

  /** The version and its history in one word, for ETags and ids of events. */
  get revision(): string {
    return this.config.revision;
  }

  get staleSeconds(): number | null {
    return this.#space.staleSeconds;
  }

  /** Length of the configuration as JSON text. */
  get bytes(): number {
    return this.#space.bytes;
  }

  /** Epoch milliseconds of the last change seen by this edge. */
  get changedAt(): number {
    return this.#changedAt;
  }

  get isCompiled(): boolean {
    return this.#compiled !== null;
  }

  /** All flags, compiled; made now if they were given up, or were not all asked for yet. */
  get flags(): CompiledApp {
    if (this.#compiled === null || !this.#whole) {
      // A new one: flags are answered in the order of the configuration, not in that of having been asked for.
      this.#compiled = new CompiledApp(this.account);
      this.#whole = true;
      for (const [key, value] of this.#space.entries ?? []) this.#compiled.set(key, flagFrom(key, value));
    }
    return this.#compiled;
  }

  /** One flag, compiled when it is first asked for: the first answer of a large app must not wait for all of it. */
  flag(key: string): CompiledFlag | undefined {
    this.#compiled ??= new CompiledApp(this.account);
    const known = this.#compiled.get(key);
    if (known !== undefined || this.#whole) return known;
    const text = this.#space.entries?.get(key);
    return text === undefined ? undefined : this.#compiled.set(key, flagFrom(key, text));
  }

  /** Gives up the compiled form only. */
  evict(): void {
    this.#compiled = null;
    this.#whole = false;
  }

  /** The headers of an evaluation that needs no others. The same object until the version changes. */
  get headers(): Readonly<Record<string, string>> {
    const { staleSeconds } = this;
    if (staleSeconds !== null) {
      return { ...this.#freshHeaders(), 'halyard-stale': `${staleSeconds}` };
    }
    return this.#freshHeaders();
  }

  count(outcome: string, times = 1): void {
    this.evaluations.set(outcome, (this.evaluations.get(outcome) ?? 0) + times);
  }

  start(): void {
    this.#space.start();
  }

  ready(timeoutMs: number): Promise<void> {
    return this.#space.ready(timeoutMs);
  }

  reaches(revision: Revision, timeoutMs: number): Promise<boolean> {
    return this.#space.reaches(revision, timeoutMs);
  }

  /** Returns the function that stops listening. */
  listen(listener: AppListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The app was deleted, or the edge closes. */
  get closed(): boolean {
    return this.#closed;
  }

  close(): Promise<void> {
    this.#closed = true;
    return this.#space.close();
  }

  #changed(now: number): void {
    this.#headers = null;
    this.#changedAt = now;
  }

  #freshHeaders(): Readonly<Record<string, string>> {
    this.#headers ??= {
      ...FIXED_HEADERS,
      'content-type': 'application/json',
      'cache-control': 'private, no-store',
      vary: 'Authorization, X-API-Key, Origin',
      'halyard-version': `${this.version ?? 0}`,
    };
    return this.#headers;
  }
}

/** An entry that is damaged becomes a flag without anything but its key: it cannot be understood, and it alone fails. */
const flagFrom = (key: string, text: string): unknown => {
  try {
    const flag: unknown = JSON.parse(text);
    return typeof flag === 'object' && flag !== null && 'key' in flag && flag.key === key ? flag : { key };
  } catch {
    return { key };
  }
};
