import { type CompiledFlag, compile } from '@halyard/engine';
import type { AppStore, Stores } from '../../store/port.ts';

const MOST = 2_000;
/** A commit while a flag is read and what it reaches: it is read again, this often. */
const TRIES = 3;

interface Kept {
  /** The app as it was, by version and hash of the newest entry: a change of anything that the flag reaches is one of the app. */
  readonly app: string;
  readonly flag: CompiledFlag;
}

/** Flags compiled among what they reach, so that one is compiled once a change. */
export class CompiledFlags {
  readonly #stores: Pick<Stores, 'app'>;
  readonly #kept = new Map<string, Kept>();

  constructor(stores: Pick<Stores, 'app'>) {
    this.#stores = stores;
  }

  /** As the newest commit left it; null: it is not there. */
  async flag(account: string, app: string, key: string): Promise<CompiledFlag | null> {
    const store = this.#stores.app(account, app);
    const id = `${account}/${app}/${key}`;
    for (let attempt = 1; ; attempt += 1) {
      const [version, stored] = await Promise.all([versionOf(store), store.flag(key)]);
      if (stored === null) return null;
      const known = this.#kept.get(id);
      if (known?.app === version) return this.#keep(id, known);
      const surroundings = await store.surroundings([{ kind: 'flag', key }]);
      const definition = surroundings.flag(key) ?? stored.definition;
      const flag = compile({ ...definition, version: stored.version }, { ...surroundings, app });
      // What was read in several pieces is one state only if nothing was committed in between.
      if ((await versionOf(store)) === version) return this.#keep(id, { app: version, flag });
      if (attempt === TRIES) return flag;
    }
  }

  #keep(id: string, kept: Kept): CompiledFlag {
    this.#kept.delete(id);
    this.#kept.set(id, kept);
    if (this.#kept.size > MOST) {
      const oldest = this.#kept.keys().next();
      if (oldest.done !== true) this.#kept.delete(oldest.value);
    }
    return kept.flag;
  }
}

const versionOf = async (store: AppStore): Promise<string> => {
  const head = await store.head();
  return `${head?.version ?? 0}/${head?.last_hash ?? ''}`;
};
