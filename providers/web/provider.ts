import {
  type EvaluationContext,
  GeneralError,
  type JsonValue,
  OpenFeatureEventEmitter,
  type Provider,
  ProviderEvents,
  ProviderFatalError,
  type ResolutionDetails,
} from '@openfeature/web-sdk';
import { backoffMs, FIRST_MS } from '../configuration/backoff.ts';
import { type BulkAnswer, BulkError, baseOf, type EdgeOptions, fetchBulk, type Loaded } from './bulk.ts';
import { StoredValues } from './stored.ts';
import { type NoticeStream, type NoticeStreamClass, openStream } from './stream.ts';
import { Values } from './values.ts';

export interface HalyardWebProviderOptions extends EdgeOptions {
  /** How old stored values may be to start from, in milliseconds; default 7 days. */
  readonly ttlMs?: number;
  /** Where the last values are kept for an instant start; default `localStorage`, null for nowhere. */
  readonly storage?: Pick<Storage, 'getItem' | 'setItem'> | null;
  /** The answer of a bulk evaluation made on the server, for the context the page starts with: a start without a request. */
  readonly bootstrap?: BulkAnswer;
  /** How often to ask where there is no stream, and the longest wait after failures, in milliseconds; default 60,000. */
  readonly pollMs?: number;
  /** The EventSource to use; null: poll only. */
  readonly eventSource?: NoticeStreamClass | null;
  /** Whose visibility pauses the stream; default the page's document. */
  readonly page?: Pick<Document, 'visibilityState' | 'addEventListener' | 'removeEventListener'>;
  readonly now?: () => number;
  readonly random?: () => number;
}

const EVENTS = {
  ready: ProviderEvents.Ready,
  stale: ProviderEvents.Stale,
  error: ProviderEvents.Error,
} as const;

const localStorageOrNull = (): Storage | null => {
  try {
    return localStorage;
  } catch {
    // There is none, or this page may not use it.
    return null;
  }
};

/**
 * OpenFeature in a browser: all flags of the present context are evaluated by the edge at once and answered from memory. An
 * instance serves one domain, since it holds the values of one context.
 *
 * `initialize` rejects with PROVIDER_FATAL where the token is no good, and with GENERAL where nothing could be loaded and nothing
 * was stored; after the latter it goes on trying, and READY follows.
 */
export class HalyardWebProvider implements Provider {
  readonly metadata = { name: 'halyard-web' } as const;
  readonly runsOn = 'client';
  readonly domainScoped = true;
  readonly events = new OpenFeatureEventEmitter();
  readonly #options: HalyardWebProviderOptions;
  readonly #stored: StoredValues | null;
  readonly #values = new Values();
  readonly #page;
  readonly #pollMs: number;
  readonly #now: () => number;
  readonly #random: () => number;
  #context: EvaluationContext = {};
  #loaded: Loaded | undefined;
  /** Aborted when the context changes and at close: no answer to an older question is ever taken. */
  #era = new AbortController();
  /** The era whose request is under way: there is never more than one, so that answers cannot overtake each other. */
  #asking: AbortSignal | null = null;
  #askAgain = false;
  /** The newest change of context: an older one is over when this is. */
  #change: Promise<void> = Promise.resolve();
  #notice: string | undefined;
  #stream: NoticeStream | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Epoch milliseconds since when answers or notices fail. */
  #troubleSince: number | undefined;
  #streamTrouble = false;
  /** What the SDK was last told. */
  #status: keyof typeof EVENTS = 'ready';

  constructor(options: HalyardWebProviderOptions) {
    const { storage = localStorageOrNull(), ttlMs = 604_800_000, now = Date.now, pollMs = 60_000 } = options;
    this.#options = options;
    this.#pollMs = pollMs;
    this.#now = now;
    this.#random = options.random ?? Math.random;
    this.#page = options.page ?? (typeof document === 'object' ? document : undefined);
    this.#stored =
      storage &&
      new StoredValues(storage, JSON.stringify([baseOf(options), options.token, options.keys]), ttlMs, now);
  }

  async initialize(context: EvaluationContext = {}): Promise<void> {
    this.#end();
    this.#page?.addEventListener('visibilitychange', this.#onVisibility);
    await this.#enter(context, this.#options.bootstrap);
  }

  onContextChange(_old: EvaluationContext, context: EvaluationContext): Promise<void> {
    this.#change = this.#enter(context);
    return this.#change;
  }

  async onClose(): Promise<void> {
    this.#page?.removeEventListener('visibilitychange', this.#onVisibility);
    this.#end();
  }

  resolveBooleanEvaluation(key: string, fallback: boolean): ResolutionDetails<boolean> {
    return this.#values.resolve(key, 'boolean', fallback);
  }

  resolveStringEvaluation(key: string, fallback: string): ResolutionDetails<string> {
    return this.#values.resolve(key, 'string', fallback);
  }

  resolveNumberEvaluation(key: string, fallback: number): ResolutionDetails<number> {
    return this.#values.resolve(key, 'number', fallback);
  }

  resolveObjectEvaluation<T extends JsonValue>(key: string, fallback: T): ResolutionDetails<T> {
    return this.#values.resolve(key, 'object', fallback);
  }

  /** Takes up a context. The values of the one before are answered until its own are here. */
  async #enter(context: EvaluationContext, bootstrap?: BulkAnswer): Promise<void> {
    this.#era.abort();
    this.#era = new AbortController();
    const { signal } = this.#era;
    this.#context = context;
    this.#loaded = undefined;
    try {
      const start = bootstrap ? { answer: bootstrap } : await this.#stored?.get(context);
      if (!signal.aborted) {
        if (start) {
          this.#take(start, !bootstrap);
          this.#later(0);
        } else {
          await this.#load(signal);
          if (!signal.aborted) this.#next();
        }
        // The SDK says so by itself once this is over.
        if (!signal.aborted) this.#status = 'ready';
      }
    } catch (error) {
      if (!signal.aborted) {
        this.#status = 'error';
        const { message, refused } = this.#retry(error);
        throw refused && !this.#values.loaded ? new ProviderFatalError(message) : new GeneralError(message);
      }
    }
    if (signal.aborted) await this.#change;
  }

  /** Asks once. The keys that changed; none where the answer comes too late to count. */
  async #load(signal: AbortSignal): Promise<string[]> {
    this.#asking = signal;
    this.#askAgain = false;
    const notice = this.#notice;
    try {
      const loaded =
        (await fetchBulk(this.#options, this.#context, this.#loaded?.etag, notice, signal)) ?? this.#loaded;
      if (signal.aborted) return [];
      if (!loaded) throw new BulkError('the edge says that nothing changed, but nothing had been loaded');
      if (this.#notice === notice) this.#notice = undefined;
      if (!this.#streamTrouble) this.#troubleSince = undefined;
      return this.#take(loaded, false);
    } finally {
      if (this.#asking === signal) this.#asking = null;
    }
  }

  #take(loaded: Loaded, cached: boolean): string[] {
    this.#loaded = loaded;
    if (!cached) void this.#stored?.set(this.#context, loaded);
    return this.#values.replace(loaded.answer.flags, cached);
  }

  async #refresh(): Promise<void> {
    this.#quiet();
    const { signal } = this.#era;
    if (signal.aborted) return;
    if (this.#asking === signal) {
      this.#askAgain = true;
      return;
    }
    try {
      const flagsChanged = await this.#load(signal);
      if (signal.aborted) return;
      this.#is('ready');
      if (flagsChanged.length) this.events.emit(ProviderEvents.ConfigurationChanged, { flagsChanged });
      this.#next();
    } catch (error) {
      if (signal.aborted) return;
      const { message, refused } = this.#retry(error);
      this.#is(refused || !this.#values.loaded ? 'error' : 'stale', message);
    }
  }

  /** After a success: listens for the next change, or asks for it in time. */
  #next(): void {
    if (this.#hidden) return;
    if (this.#askAgain) {
      this.#later(0);
      return;
    }
    const { eventSource = globalThis.EventSource } = this.#options;
    if (eventSource && this.#loaded)
      this.#stream ??= openStream(
        eventSource,
        this.#loaded.answer,
        baseOf(this.#options),
        () => {
          // What changed while the connection was lost may not have been noticed.
          if (this.#streamTrouble) {
            this.#streamTrouble = false;
            this.#troubleSince = undefined;
            this.#sooner(this.#wait());
          }
        },
        (etag) => {
          this.#notice = etag;
          void this.#refresh();
        },
        (gaveUp) => {
          if (gaveUp) this.#stream = null;
          this.#streamTrouble = true;
          this.#later(this.#wait());
        },
      );
    if (!this.#stream && this.#pollMs) this.#later(this.#pollMs);
  }

  #retry(error: unknown): BulkError {
    // fetchBulk rejects with nothing else; what else is thrown on the way is a mistake of ours, to be treated alike.
    const problem = error instanceof BulkError ? error : new BulkError(String(error));
    if (!this.#hidden) this.#later(Math.max(problem.retryAfterMs, this.#wait()));
    return problem;
  }

  #is(status: keyof typeof EVENTS, message = ''): void {
    if (status === this.#status) return;
    this.#status = status;
    this.events.emit(EVENTS[status], { message });
  }

  /** How long to wait with trouble that begins now, or goes on. */
  #wait(): number {
    const now = this.#now();
    this.#troubleSince ??= now;
    return backoffMs(now - this.#troubleSince, this.#random(), FIRST_MS, this.#pollMs || 60_000);
  }

  /** Asks in `ms`, or when it was going to anyway. */
  #later(ms: number): void {
    this.#timer ??= setTimeout(() => void this.#refresh(), ms);
  }

  #sooner(ms: number): void {
    this.#quiet();
    this.#later(ms);
  }

  #quiet(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  get #hidden(): boolean {
    return this.#page?.visibilityState === 'hidden';
  }

  #pause(): void {
    this.#quiet();
    this.#stream?.close();
    this.#stream = null;
  }

  #onVisibility = (): void => {
    if (this.#hidden) this.#pause();
    else void this.#refresh();
  };

  #end(): void {
    this.#change = Promise.resolve();
    this.#era.abort();
    this.#pause();
  }
}
