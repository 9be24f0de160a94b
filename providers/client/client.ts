import type { Context, JsonValue, Scalar } from '@halyard/engine';
import { type Health, InProcess, type InProcessOptions } from '../in-process/in-process.ts';
import type { Answer, AskedType, LocalFlags } from '../in-process/local-flags.ts';

/** OpenFeature's evaluation details. `errorCode` is there exactly when the value is the caller's default because of an error. */
export interface FlagDetails<T> {
  readonly flagKey: string;
  readonly value: T;
  readonly variant?: string;
  readonly reason: string;
  readonly flagMetadata: Readonly<Record<string, Scalar>>;
  readonly errorCode?: Extract<Answer, { kind: 'failed' }>['code'];
  readonly errorMessage?: string;
}

export interface FlagClientOptions extends InProcessOptions {
  /** Called with the keys that changed. */
  readonly onChange?: ((keys: readonly string[]) => void) | undefined;
  /** Called when the connection to the edge gets better or worse; what was last loaded is evaluated all the while. */
  readonly onHealth?: ((health: Health, message: string) => void) | undefined;
}

const NO_METADATA: Readonly<Record<string, Scalar>> = Object.freeze({});

/**
 * Flags evaluated in this process without OpenFeature in between: one call is one evaluation, synchronous, and the answers are
 * those of HalyardProvider. Options that are none make the constructor throw a TypeError that lists them; no method throws or
 * rejects: on any error the value is the caller's default, and the details say why.
 */
export class FlagClient {
  readonly #following: InProcess;
  readonly #flags: LocalFlags;
  readonly #started: Promise<boolean>;

  constructor(options: FlagClientOptions) {
    this.#following = new InProcess('createClient', options, {
      changed: (keys) => options.onChange?.(keys),
      health: (health, message) => options.onHealth?.(health, message),
    });
    this.#flags = this.#following.flags;
    this.#started = this.#following.start().then(({ kind }) => kind === 'ready');
  }

  get health(): Health {
    return this.#following.health;
  }

  /**
   * Resolves when there are flags to evaluate (true), or when none came within `startTimeoutMs` or the token is no good (false).
   * Until then, and after false, every value is the caller's default; it goes on trying, with a bad token about once a minute.
   */
  ready(): Promise<boolean> {
    return this.#started;
  }

  /** Leaves no timer and no connection. What was last loaded can still be evaluated. */
  close(): Promise<void> {
    return this.#following.close();
  }

  getBooleanValue(key: string, fallback: boolean, context: Context = {}): boolean {
    return this.#value(key, 'boolean', fallback, context);
  }

  getStringValue(key: string, fallback: string, context: Context = {}): string {
    return this.#value(key, 'string', fallback, context);
  }

  getNumberValue(key: string, fallback: number, context: Context = {}): number {
    return this.#value(key, 'number', fallback, context);
  }

  getObjectValue<T extends JsonValue>(key: string, fallback: T, context: Context = {}): T {
    return this.#value(key, 'object', fallback, context);
  }

  getBooleanDetails(key: string, fallback: boolean, context: Context = {}): FlagDetails<boolean> {
    return this.#details(key, 'boolean', fallback, context);
  }

  getStringDetails(key: string, fallback: string, context: Context = {}): FlagDetails<string> {
    return this.#details(key, 'string', fallback, context);
  }

  getNumberDetails(key: string, fallback: number, context: Context = {}): FlagDetails<number> {
    return this.#details(key, 'number', fallback, context);
  }

  getObjectDetails<T extends JsonValue>(key: string, fallback: T, context: Context = {}): FlagDetails<T> {
    return this.#details(key, 'object', fallback, context);
  }

  #value<T extends JsonValue>(key: string, type: AskedType, fallback: T, context: Context): T {
    const answer = this.#flags.evaluate(key, type, context);
    // What is served is of the asked-for type: every other value is a failed answer.
    return answer.kind === 'served' ? (answer.value as T) : fallback;
  }

  #details<T extends JsonValue>(key: string, type: AskedType, fallback: T, context: Context): FlagDetails<T> {
    const answer = this.#flags.evaluate(key, type, context);
    if (answer.kind === 'failed') {
      return {
        flagKey: key,
        value: fallback,
        reason: 'ERROR',
        flagMetadata: NO_METADATA,
        errorCode: answer.code,
        errorMessage: answer.message,
      };
    }
    const { reason, metadata: flagMetadata } = answer;
    return answer.kind === 'unserved'
      ? { flagKey: key, value: fallback, reason, flagMetadata }
      : // As above.
        { flagKey: key, value: answer.value as T, variant: answer.variant, reason, flagMetadata };
  }
}

/** Begins to load at once; see `ready()`. */
export const createClient = (options: FlagClientOptions): FlagClient => new FlagClient(options);
