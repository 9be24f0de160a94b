import { appSpace, type Commit, type Position, type Revision } from '@halyard/caches';
import { CompiledApp, Tally } from '@halyard/engine';
import { FIXED_HEADERS } from '../entry/fixed-headers.ts';
import { ConfigText } from './config-text.ts';
import { entryOf } from './entry.ts';
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
  /** What was answered since it was last told upwards. Outlives the compiled form. */
  readonly tally = new Tally();
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
          if (this.#compiled !== null) put(this.#compiled, key, value);
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

  /** The app's flags and segments, in the order of the configuration; each is compiled when it is first asked for. */
  get compiled(): CompiledApp {
    if (this.#compiled === null) {
      this.#compiled = new CompiledApp({ account: this.account, app: this.id }, this.tally);
      for (const [key, value] of this.#space.entries ?? []) put(this.#compiled, key, value);
    }
    return this.#compiled;
  }

  /** Gives up the compiled form only. */
  evict(): void {
    this.#compiled = null;
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

const put = (app: CompiledApp, name: string, text: string | null): void => {
  const entry = entryOf(name);
  if (entry === null) return;
  const { kind, key } = entry;
  if (kind === 'segment') {
    if (text === null) app.deleteSegment(key);
    else app.defineSegment(key, () => entryFrom(key, text));
  } else if (text === null) app.delete(key);
  else app.define(key, () => entryFrom(key, text));
};

/** An entry that is damaged becomes one without anything but its key: it cannot be understood, and it alone fails. */
const entryFrom = (key: string, text: string): unknown => {
  try {
    const entry: unknown = JSON.parse(text);
    return typeof entry === 'object' && entry !== null && 'key' in entry && entry.key === key
      ? entry
      : { key };
  } catch {
    return { key };
  }
};
