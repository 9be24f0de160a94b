import { asType, type Context, type Evaluation, type Failed, type Tally } from '@halyard/engine';
import { Definitions } from './definitions.ts';
import type { Place } from './history.ts';
import type { Configuration, ConfigurationChange } from './wire.ts';

export type AskedType = 'boolean' | 'string' | 'number' | 'object';

/** Nothing was ever loaded: there is no flag to ask. */
export interface NotReady {
  readonly kind: 'failed';
  readonly code: 'PROVIDER_NOT_READY';
  readonly message: string;
}

export type Answer = Evaluation | NotReady;

const NOT_READY: NotReady = {
  kind: 'failed',
  code: 'PROVIDER_NOT_READY',
  message: 'no configuration has been loaded yet',
};

/** What a configuration or a commit made different here. */
export interface Difference {
  /** Flags, by key, that are new, gone or different, or that depend on something that is. */
  readonly flags: readonly string[];
  /** Whether there is any; a segment that no flag uses is in no flag's key. */
  readonly any: boolean;
}

const NONE: Difference = { flags: [], any: false };

/**
 * The flags of one app as last heard of. A flag is compiled when it is first asked for: a start costs no more than reading the
 * configuration, and a service that uses ten flags of a thousand compiles ten.
 */
export class LocalFlags {
  readonly #tally: Tally | null;
  #definitions: Definitions | null = null;
  #version = -1;
  #history: Pick<Configuration, 'identity' | 'epoch'> = {};

  /** `tally` counts what is evaluated; null: nothing does. */
  constructor(tally: Tally | null = null) {
    this.#tally = tally;
  }

  /** -1 before the first configuration. */
  get version(): number {
    return this.#version;
  }

  /** Null before the first configuration. */
  get place(): Place | null {
    return this.#definitions === null ? null : { version: this.#version, ...this.#history };
  }

  get account(): string {
    return this.#definitions?.account ?? '';
  }

  /** Whether there is anything to evaluate: a configuration, a bootstrap or a file. */
  get loaded(): boolean {
    return this.#definitions !== null;
  }

  /** Makes the flags and segments exactly these. */
  replace(configuration: Configuration): Difference {
    const { account, app, version, identity, epoch } = configuration;
    const before = this.#definitions;
    const same = before?.account === account && before.appId === app;
    const after = same ? before : new Definitions(account, app, this.#tally);
    const gone = before === null || before === after ? [] : Object.keys(before.written().flags);
    const changes = after.replace(configuration);
    this.#definitions = after;
    this.#version = version;
    this.#history = identity === undefined || epoch === undefined ? {} : { identity, epoch };
    const flags = [...new Set([...after.touched(changes), ...gone])];
    return { flags, any: changes.length > 0 || gone.length > 0 };
  }

  /** Applies exactly the next version; null where it does not follow on the present one. */
  apply({ version, changes }: ConfigurationChange): Difference | null {
    const definitions = this.#definitions;
    if (definitions === null || version > this.#version + 1) return null;
    if (version <= this.#version) return NONE;
    const made = definitions.apply(changes);
    this.#version = version;
    return { flags: definitions.touched(made), any: made.length > 0 };
  }

  evaluate(key: string, type: AskedType, context: Context): Answer {
    const definitions = this.#definitions;
    if (definitions === null) return NOT_READY;
    const flag = definitions.app.get(key);
    if (flag === undefined) return notFound(key);
    const answer = flag.evaluate(context);
    // All values of a flag are of its type, so most calls need no look at the value.
    const typed = flag.type === (type === 'object' ? 'json' : type) ? answer : asType(answer, type);
    this.#tally?.evaluated(typed.kind === 'failed' ? typed : answer, key);
    return typed;
  }

  /** What to keep for the next start; null before the first configuration. */
  configuration(): Configuration | null {
    const definitions = this.#definitions;
    return definitions === null
      ? null
      : {
          account: definitions.account,
          app: definitions.appId,
          version: this.#version,
          ...this.#history,
          ...definitions.written(),
        };
  }
}

const notFound = (key: string): Failed => ({
  kind: 'failed',
  code: 'FLAG_NOT_FOUND',
  message: `there is no flag ${JSON.stringify(key)}`,
});
