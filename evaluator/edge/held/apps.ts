import type { CompiledApp, CompiledFlag } from '@halyard/engine';
import { LRUCache } from 'lru-cache';
import type { EdgeLimits } from '../options.ts';
import type { Account } from './account.ts';
import type { FollowOptions } from './followed-space.ts';
import { type AppEvents, HeldApp } from './held-app.ts';

/** How often the order of use is noted for one app: every request would pay for it. */
const TOUCH_MS = 1_000;

/**
 * The apps this edge holds. One is followed from its first request on; its compiled form is bounded, its configuration is kept until
 * the app is deleted (or, with `evictWhole`, as long as there is room).
 */
export class Apps {
  readonly #account: Account;
  readonly #options: FollowOptions;
  readonly #limits: EdgeLimits;
  readonly #events: AppEvents;
  readonly #held = new Map<string, HeldApp>();
  readonly #compiled: LRUCache<string, HeldApp>;
  /** For metrics: requests that found the compiled form, and that had to make it. */
  hits = 0;
  misses = 0;

  constructor(account: Account, options: FollowOptions, limits: EdgeLimits, events: AppEvents) {
    this.#account = account;
    this.#options = options;
    this.#limits = limits;
    this.#events = {
      onApplied: (app) => {
        if (this.#compiled.has(app.id)) this.#note(app);
        events.onApplied(app);
      },
    };
    this.#compiled = new LRUCache({
      max: limits.compiledApps,
      maxSize: limits.compiledBytes,
      dispose: (app, _id, why) => {
        if (why === 'set') return;
        app.evict();
        if (!limits.evictWhole || this.#held.get(app.id) !== app) return;
        this.#held.delete(app.id);
        void app.close();
      },
    });
  }

  /** The app, if it can answer at once. */
  held(id: string): HeldApp | null {
    const app = this.#held.get(id);
    return app === undefined || app.version === null ? null : app;
  }

  /** The compiled flags of a held app; notes that they were used. */
  flagsOf(app: HeldApp): CompiledApp {
    this.#used(app);
    return app.compiled;
  }

  /** One compiled flag of a held app; notes that it was used. */
  flagOf(app: HeldApp, key: string): CompiledFlag | undefined {
    this.#used(app);
    return app.compiled.get(key);
  }

  #used(app: HeldApp): void {
    if (app.isCompiled) {
      this.hits += 1;
      const now = this.#options.now();
      if (Math.abs(now - app.usedAt) < TOUCH_MS) return;
      app.usedAt = now;
    } else this.misses += 1;
    this.#note(app);
  }

  /** Follows the app and waits for its configuration; null if there is none to be had in time. */
  async load(id: string): Promise<HeldApp | null> {
    const app = this.follow(id);
    // Where nothing is pushed, the account's connection says nothing of what this reading will find.
    const worthWaiting = this.#account.connected || this.#options.cache.pull !== undefined;
    await app.ready(worthWaiting ? this.#limits.loadMs : 0);
    const held = this.held(id);
    if (held !== null && this.#limits.evictWhole) this.#note(held);
    return held;
  }

  follow(id: string): HeldApp {
    const known = this.#held.get(id);
    if (known !== undefined) return known;
    const app = new HeldApp(this.#account.id, id, this.#options, this.#events);
    this.#held.set(id, app);
    app.start();
    return app;
  }

  /** Lets go of the apps that are no longer in the account, and of their files. */
  keepOnly(existing: ReadonlySet<string>): void {
    for (const [id, app] of this.#held) {
      if (existing.has(id)) continue;
      this.#held.delete(id);
      this.#compiled.delete(id);
      void app.close().then(() => this.#options.disk?.remove(app.space));
    }
  }

  [Symbol.iterator](): Iterator<HeldApp> {
    return this.#held.values();
  }

  get compiledCount(): number {
    return this.#compiled.size;
  }

  get compiledBytes(): number {
    return this.#compiled.calculatedSize;
  }

  async close(): Promise<void> {
    await Promise.all(Array.from(this.#held.values(), (app) => app.close()));
  }

  #note(app: HeldApp): void {
    // One that is larger than all the room would never be let in, and would be compiled for every request.
    const size = Math.min(Math.max(1, app.bytes), this.#limits.compiledBytes);
    this.#compiled.set(app.id, app, { size });
  }
}
