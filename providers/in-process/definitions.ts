import { CompiledApp, type Tally } from '@halyard/engine';
import type { Change, Configuration } from './wire.ts';

type Kind = Change['kind'];

/**
 * What the flags and segments of an app are, as JSON, beside the app that is made of it: kept to tell what a reload changed, and to
 * write the last good configuration to disk.
 */
export class Definitions {
  readonly account: string;
  /** Empty: the edge did not say. */
  readonly appId: string;
  readonly app: CompiledApp;
  readonly #all: { readonly [K in Kind]: Map<string, unknown> } = { flag: new Map(), segment: new Map() };

  constructor(account: string, appId: string, tally: Tally | null) {
    this.account = account;
    this.appId = appId;
    // Compiled flags hold the account's salt, and answers the app's id.
    this.app = new CompiledApp({ account, app: appId === '' ? undefined : appId }, tally);
  }

  /** Makes the flags and segments exactly these; answers what is new, gone or different. */
  replace({ flags, segments }: Pick<Configuration, 'flags' | 'segments'>): readonly Change[] {
    return this.apply([...this.#stepsTo('segment', segments), ...this.#stepsTo('flag', flags)]);
  }

  /** Answers the changes that made a difference. */
  apply(changes: readonly Change[]): readonly Change[] {
    return changes.filter((change) => {
      const { kind, key, value } = change;
      // Edges of a former release know no segments and pass their entries on as flags.
      if (kind === 'flag' && key.includes('/')) return false;
      const known = this.#all[kind];
      if (value === undefined ? !known.has(key) : known.has(key) && isSame(known.get(key), value))
        return false;
      this.#put(change);
      return true;
    });
  }

  /** The keys of the flags that may answer otherwise because of these changes: their own, and of those that depend on them. */
  touched(changes: readonly Change[]): readonly string[] {
    const own = changes.flatMap(({ kind, key }) => (kind === 'flag' ? [key] : []));
    // A first configuration is all new: nothing need be looked through, let alone compiled, to say so.
    const others = this.app.size > own.length ? this.app.reachingAny(changes) : [];
    return [...new Set([...own, ...others])];
  }

  written(): Pick<Configuration, 'flags' | 'segments'> {
    const { flag, segment } = this.#all;
    return { flags: Object.fromEntries(flag), segments: Object.fromEntries(segment) };
  }

  #stepsTo(kind: Kind, wanted: Readonly<Record<string, unknown>>): readonly Change[] {
    const gone = [...this.#all[kind].keys()].filter((key) => !Object.hasOwn(wanted, key));
    return [
      ...Object.entries(wanted).map(([key, value]): Change => ({ kind, key, value })),
      ...gone.map((key): Change => ({ kind, key, value: undefined })),
    ];
  }

  #put({ kind, key, value }: Change): void {
    if (value === undefined) this.#all[kind].delete(key);
    else this.#all[kind].set(key, value);
    if (kind === 'flag') {
      if (value === undefined) this.app.delete(key);
      else this.app.set(key, value);
    } else if (value === undefined) this.app.deleteSegment(key);
    else this.app.setSegment(key, value);
  }
}

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);
