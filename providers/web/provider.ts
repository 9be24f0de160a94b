import {
  ErrorCode,
  type EvaluationContext,
  GeneralError,
  type JsonValue,
  OpenFeatureEventEmitter,
  type Provider,
  ProviderEvents,
  ProviderFatalError,
  type ResolutionDetails,
} from '@openfeature/web-sdk';
import { backoffMs, FIRST_MS } from '../in-process/backoff.ts';
import {
  checkOptions,
  type Expectation,
  edgeExpectations,
  LEAST_POLL_MS,
  milliseconds,
} from '../in-process/options.ts';
import { type BulkAnswer, BulkError, basesOf, type EdgeOptions, fetchBulk, type Loaded } from './bulk.ts';
import { shareStream } from './shared-stream.ts';
import { StoredValues } from './stored.ts';
import { type NoticeStreamClass, streamAddress } from './stream.ts';
import { Values } from './values.ts';

export interface HalyardWebProviderOptions extends EdgeOptions {
  /** How old stored values may be to start from, in milliseconds; default 7 days. */
  readonly ttlMs?: number;
  /** Where the last values are kept for an instant start; default `localStorage`, null for nowhere. */
  readonly storage?: Pick<Storage, 'getItem' | 'setItem'> | null;
  /** The answer of a bulk evaluation made on the server, for the context the page starts with: a start without a request. */
  readonly bootstrap?: BulkAnswer;
  /**
   * How often to ask where no stream can be had, or nothing is heard on it; also the longest wait after failures. In milliseconds,
   * default 60,000; 0: never.
   */
  readonly pollMs?: number;
  /** The EventSource to use; null: poll only. */
  readonly eventSource?: NoticeStreamClass | null;
  /** Whose visibility pauses the stream; default the page's document. */
  readonly page?: Pick<Document, 'visibilityState' | 'addEventListener' | 'removeEventListener'>;
  readonly now?: () => number;
  readonly random?: () => number;
}

type Told = ProviderEvents.Ready | ProviderEvents.Stale | ProviderEvents.Error;

/**
 * Less than the five seconds whose changes an edge tells to whoever opens a stream; and how long a stream has to hold for its loss to
 * be a new trouble.
 */
const COVERED_MS = 4_000;

const EXPECTATIONS: Record<string, Expectation> = {
  // The page's own origin will do.
  ...edgeExpectations(/^(https?:\/\/.|\/|$)/),
  pollMs: milliseconds(LEAST_POLL_MS, ', or 0 for never'),
  ttlMs: ['at least 0', (value) => Number(value) >= 0],
  keys: ['a list of flag keys', Array.isArray],
};

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
 * `initialize` rejects with PROVIDER_FATAL where the token is no good, and asks no more until the context changes: a page that is
 * open for days would ask in vain. It rejects with GENERAL where nothing could be loaded and nothing was stored; then it goes on
 * trying, and READY follows.
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
  readonly #bases: string[];
  /** The edge that is asked, and epoch milliseconds from when on it is the first one again. */
  #at = 0;
  #backAt = 0;
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
  /** Ends listening; null while nothing is listened to. */
  #leave: (() => void) | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The timer is for silence: whatever is heard puts it off. */
  #waitsForSilence = false;
  /** Epoch milliseconds since when answers fail, and since when streams do. */
  #failingSince: number | undefined;
  #deafSince: number | undefined;
  /** Epoch milliseconds: the last answer or message, the opening of the stream, the end of the pause that the edge asked for. */
  #heardAt = 0;
  #openedAt = 0;
  #notBefore = 0;
  /** What the SDK was last told. */
  #status: Told = ProviderEvents.Ready;

  /** Throws a TypeError that lists what is wrong with the options. */
  constructor(options: HalyardWebProviderOptions) {
    checkOptions('HalyardWebProvider', options, EXPECTATIONS);
    const { storage = localStorageOrNull(), ttlMs = 604_800_000, now = Date.now, pollMs = 60_000 } = options;
    this.#options = options;
    this.#pollMs = pollMs;
    this.#now = now;
    this.#random = options.random ?? Math.random;
    this.#page = options.page ?? globalThis.document;
    this.#bases = basesOf(options);
    this.#stored =
      storage &&
      new StoredValues(storage, JSON.stringify([this.#base, options.token, options.keys]), ttlMs, now);
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
        if (!signal.aborted) this.#status = ProviderEvents.Ready;
      }
    } catch (error) {
      if (!signal.aborted) {
        this.#status = ProviderEvents.Error;
        const { message, code } = this.#retry(error);
        throw code ? new ProviderFatalError(message) : new GeneralError(message);
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
      const loaded = (await this.#ask(notice, signal)) ?? this.#loaded;
      if (signal.aborted) return [];
      if (!loaded) throw new BulkError('the edge answered 304');
      if (this.#notice === notice) this.#notice = undefined;
      this.#failingSince = undefined;
      this.#heardAt = this.#now();
      return this.#take(loaded, false);
    } finally {
      if (this.#asking === signal) this.#asking = null;
    }
  }

  /** Asks the edge that answered last, the first again now and then, and the next where one fails. */
  async #ask(notice: string | undefined, signal: AbortSignal): Promise<Loaded | null> {
    let problem: unknown;
    if (this.#now() > this.#backAt) this.#turn(0);
    for (const _ of this.#bases)
      try {
        return await fetchBulk(this.#base, this.#options, this.#context, this.#loaded?.etag, notice, signal);
      } catch (error) {
        if (signal.aborted) throw error;
        // A refusal is told before what the others say.
        if (!Object(problem).refused) problem = error;
        this.#turn(this.#at + 1);
      }
    throw problem;
  }

  #turn(to: number): void {
    const at = to % this.#bases.length;
    // A stream is of one edge.
    if (at !== this.#at) this.#stopListening();
    this.#at = at;
    this.#backAt = this.#now() + (this.#pollMs || 60_000);
  }

  get #base(): string {
    return this.#bases[this.#at] ?? '';
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
    const pause = this.#notBefore - this.#now();
    if (pause > 0) {
      this.#later(pause);
      return;
    }
    if (this.#asking === signal) {
      this.#askAgain = true;
      return;
    }
    try {
      const flagsChanged = await this.#load(signal);
      if (signal.aborted) return;
      this.#is(ProviderEvents.Ready);
      if (flagsChanged.length) this.events.emit(ProviderEvents.ConfigurationChanged, { flagsChanged });
      this.#next();
    } catch (error) {
      if (signal.aborted) return;
      const { message, refused, code } = this.#retry(error);
      this.#is(refused || !this.#values.loaded ? ProviderEvents.Error : ProviderEvents.Stale, message, code);
    }
  }

  /** After a success: listens for the next change, or asks for it in time. */
  #next(): void {
    if (this.#hidden) return;
    if (this.#askAgain) {
      this.#later(0);
      return;
    }
    const { token, eventSource: Stream = globalThis.EventSource } = this.#options;
    if (Stream)
      this.#leave ??= shareStream(
        `halyard ${this.#bases[0]} ${token}`,
        (say) => {
          const address = this.#loaded && streamAddress(this.#loaded.answer, this.#base);
          if (!address) return () => {};
          const stream = new Stream(address);
          stream.onopen = () => say('');
          stream.onmessage = ({ data }) => say(data);
          stream.onerror = this.#onDeaf;
          return () => stream.close();
        },
        this.#hear,
      );
    if (this.#pollMs) {
      this.#sooner(this.#pollMs * (1 - this.#random() / 4));
      this.#waitsForSilence = true;
    }
  }

  /** What the stream says, to this page or to another one of this browser; nothing when it opens. */
  #hear = (data: string): void => {
    const now = this.#now();
    if (data) {
      if (now - this.#openedAt > COVERED_MS) this.#deafSince = undefined;
    } else {
      this.#openedAt = now;
      if (now - this.#heardAt > COVERED_MS) void this.#refresh();
    }
    this.#heardAt = now;
    try {
      const { type, etag } = JSON.parse(data);
      if (type === 'refetchEvaluation') {
        this.#notice = etag;
        void this.#refresh();
      }
    } catch {
      // Not for us.
    }
    if (this.#at && now > this.#backAt) void this.#refresh();
    if (this.#waitsForSilence) this.#next();
  };

  /** The stream is lost. A browser would come back to it by itself, but all at the same time and without having asked for what it missed. */
  #onDeaf = (): void => {
    this.#stopListening();
    this.#deafSince ??= this.#now();
    this.#sooner(this.#wait(this.#deafSince));
  };

  #retry(error: unknown): BulkError {
    // fetchBulk rejects with nothing else; what else is thrown on the way is a mistake of ours, to be treated alike.
    const problem = error instanceof BulkError ? error : new BulkError(`${error}`);
    if (problem.refused && !this.#values.loaded) {
      problem.code = ErrorCode.PROVIDER_FATAL;
      this.#end();
      return problem;
    }
    const now = this.#now();
    this.#failingSince ??= now;
    this.#notBefore = now + problem.retryAfterMs;
    if (!this.#hidden) this.#later(problem.retryAfterMs + this.#wait(this.#failingSince));
    return problem;
  }

  #is(status: Told, message = '', errorCode?: ErrorCode): void {
    if (status === this.#status && !errorCode) return;
    this.#status = status;
    this.events.emit(status, errorCode ? { message, errorCode } : { message });
  }

  /** How long to wait with trouble that began at `since`. */
  #wait(since: number): number {
    return backoffMs(this.#now() - since, this.#random(), FIRST_MS, this.#pollMs || 60_000);
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
    this.#waitsForSilence = false;
  }

  get #hidden(): boolean {
    return this.#page?.visibilityState === 'hidden';
  }

  #stopListening(): void {
    this.#leave?.();
    this.#leave = null;
  }

  #pause(): void {
    this.#quiet();
    this.#stopListening();
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
