import { asType, CompiledApp, type Context, type Evaluation, type Failed } from '@halyard/engine';
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

/**
 * The flags of one app as last heard of. A flag is compiled when it is first asked for: a start costs no more than reading the
 * configuration, and a service that uses ten flags of a thousand compiles ten.
 */
export class LocalFlags {
  #app: CompiledApp | null = null;
  #account = '';
  #appId = '';
  #version = -1;
  #history: Pick<Configuration, 'identity' | 'epoch'> = {};
  // Kept too to tell which flags a reload changed, and to write the last good configuration to disk.
  #raw = new Map<string, unknown>();

  /** -1 before the first configuration. */
  get version(): number {
    return this.#version;
  }

  /** Null before the first configuration. */
  get place(): Place | null {
    return this.#app === null ? null : { version: this.#version, ...this.#history };
  }

  get account(): string {
    return this.#account;
  }

  /** Whether there is anything to evaluate: a configuration, a bootstrap or a file. */
  get loaded(): boolean {
    return this.#app !== null;
  }

  /** Makes the flags exactly these; answers the keys that are new, gone or different. */
  replace(configuration: Configuration): readonly string[] {
    const before = this.#raw;
    const after = new Map(Object.entries(configuration.flags));
    // Compiled flags hold the account's salt.
    const app =
      this.#app !== null && this.#account === configuration.account
        ? this.#app
        : new CompiledApp(configuration.account);
    const isNew = app !== this.#app;
    const changed: string[] = [];
    for (const [key, flag] of after)
      if (!before.has(key) || JSON.stringify(before.get(key)) !== JSON.stringify(flag)) changed.push(key);
    for (const key of before.keys()) if (!after.has(key)) changed.push(key);
    for (const key of isNew ? after.keys() : changed) {
      if (after.has(key)) app.set(key, after.get(key));
      else app.delete(key);
    }
    this.#app = app;
    this.#raw = after;
    this.#account = configuration.account;
    this.#appId = configuration.app;
    this.#version = configuration.version;
    const { identity, epoch } = configuration;
    this.#history = identity === undefined || epoch === undefined ? {} : { identity, epoch };
    return changed;
  }

  /** Applies exactly the next version; answers the keys it touched, or null where it does not follow on the present one. */
  apply(change: ConfigurationChange): readonly string[] | null {
    const app = this.#app;
    if (app === null || change.version > this.#version + 1) return null;
    if (change.version <= this.#version) return [];
    for (const { key, flag } of change.changes) {
      if (flag === null) {
        this.#raw.delete(key);
        app.delete(key);
      } else {
        this.#raw.set(key, flag);
        app.set(key, flag);
      }
    }
    this.#version = change.version;
    return change.changes.map(({ key }) => key);
  }

  evaluate(key: string, type: AskedType, context: Context): Answer {
    const app = this.#app;
    if (app === null) return NOT_READY;
    const flag = app.get(key);
    if (flag === undefined) return notFound(key);
    const answer = flag.evaluate(context);
    // All values of a flag are of its type, so most calls need no look at the value.
    return flag.type === (type === 'object' ? 'json' : type) ? answer : asType(answer, type);
  }

  /** What to keep for the next start; null before the first configuration. */
  configuration(): Configuration | null {
    return this.#app === null
      ? null
      : {
          account: this.#account,
          app: this.#appId,
          version: this.#version,
          ...this.#history,
          flags: Object.fromEntries(this.#raw),
        };
  }
}

const notFound = (key: string): Failed => ({
  kind: 'failed',
  code: 'FLAG_NOT_FOUND',
  message: `there is no flag ${JSON.stringify(key)}`,
});
