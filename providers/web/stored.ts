import { contextBody } from '../in-process/context-json.ts';
import { type Loaded, parseBulk } from './bulk.ts';

/** How many contexts of an app are kept: a login and a logout find their values again, and the storage does not grow. */
const KEPT = 5;

interface Entry extends Loaded {
  readonly at: number;
}

/** In base64. */
const sha256 = async (text: string): Promise<string> =>
  btoa(
    String.fromCharCode(
      ...new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))),
    ),
  );

/**
 * The values last loaded, by context, under one key an app and token. Contexts are there as their SHA-256 only; rules never come
 * to a browser. Storage that is full, forbidden or absent, or a page without `crypto.subtle` (plain HTTP), is as if empty.
 */
export class StoredValues {
  readonly #storage: Pick<Storage, 'getItem' | 'setItem'>;
  readonly #scope: string;
  readonly #ttlMs: number;
  readonly #now: () => number;

  constructor(
    storage: Pick<Storage, 'getItem' | 'setItem'>,
    scope: string,
    ttlMs: number,
    now: () => number,
  ) {
    this.#storage = storage;
    this.#scope = scope;
    this.#ttlMs = ttlMs;
    this.#now = now;
  }

  async get(context: object): Promise<Loaded | undefined> {
    try {
      const entry = this.#all(await this.#key())[await sha256(contextBody(context))];
      if (!entry || this.#now() - entry.at > this.#ttlMs) return undefined;
      parseBulk(entry.answer);
      return entry;
    } catch {
      return undefined;
    }
  }

  async set(context: object, { answer, etag }: Loaded): Promise<void> {
    try {
      const key = await this.#key();
      const hash = await sha256(contextBody(context));
      const others = Object.entries(this.#all(key))
        .filter(([other]) => other !== hash)
        .sort(([, a], [, b]) => b.at - a.at)
        .slice(0, KEPT - 1);
      const entries = [[hash, { answer, etag, at: this.#now() }], ...others];
      this.#storage.setItem(key, JSON.stringify(Object.fromEntries(entries)));
    } catch {
      // The next start is as slow as the first one was: nothing else is lost.
    }
  }

  async #key(): Promise<string> {
    return `halyard:${await sha256(this.#scope)}`;
  }

  /** What is damaged is as if it were not there, so that it is written over. */
  #all(key: string): Record<string, Entry> {
    try {
      const entries = Object.entries<Entry>(JSON.parse(this.#storage.getItem(key) ?? '{}'));
      return Object.fromEntries(entries.filter(([, entry]) => entry.at >= 0));
    } catch {
      return {};
    }
  }
}
