import { DurableObject, type ObjectContext } from 'cloudflare:workers';
import { appSpace, prefixFrom } from '@halyard/caches';
import type { KvCache } from '@halyard/caches/kv';
import { type ControlPlane, createControlPlane } from '../api/control-plane.ts';
import type { Log } from '../api/http/setting.ts';
import type { App, DeletedApp } from '../model/app.ts';
import { Problem } from '../model/problem.ts';
import { takeReport } from '../observing/collect.ts';
import { sideOf } from '../projects/side.ts';
import { openDurableObjectDatabase } from '../store/durable-object/index.ts';
import {
  adopt,
  buryOwnApp,
  hasDatabase,
  headOf,
  type OwnHead,
  ownPlace,
} from '../store/durable-object/own-app.ts';
import type { Accounts, Stores } from '../store/port.ts';
import type { Database } from '../store/sql/database.ts';
import type { AppPlace } from '../store/sql/rows.ts';
import { createStores } from '../store/sql/stores.ts';
import { accountsElsewhere } from './accounts-elsewhere.ts';
import { orAgain } from './alarm.ts';
import { DEFAULT_ACCOUNT, type Environment, readSettings } from './bindings.ts';
import { type Courier, createCourier } from './courier.ts';
import { headMemory } from './head-memory.ts';
import { consoleLog } from './log.ts';
import { openObjectCache } from './object-cache.ts';
import { placeOf } from './places.ts';
import { orRefusal } from './refusal.ts';
import { answerSide } from './side-elsewhere.ts';
import type { AccountStub, Reply, SideCall } from './stubs.ts';

export interface AppHome {
  readonly place: AppPlace;
  readonly database: Database;
  readonly stores: Stores;
  readonly controlPlane: ControlPlane;
  readonly courier: Courier;
}

/** Set while the account is about to delete the app. */
const ENDING = 'ending';

/**
 * One app: its flags, changelog, outbox and repeated answers, and the calls of the API that are about them. The account's object says
 * whether there is such an app; before it has said so nothing is stored here.
 */
export class AppObject extends DurableObject<Environment> {
  readonly #log: Log;
  readonly #accounts: Accounts = accountsElsewhere(() => this.#account());
  #home: Promise<AppHome | null> | null = null;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(ctx: ObjectContext, env: Environment) {
    super(ctx, env);
    this.#log = consoleLog(env.HALYARD_LOG);
  }

  /** Epoch ms. */
  protected now(): number {
    return Date.now();
  }

  override fetch(request: Request): Promise<Response> {
    return orRefusal(async () => {
      const place = placeOf(new URL(request.url).pathname);
      const home = place === null ? null : await this.living(place);
      // The account's object says what there is to say about an app that is not there.
      return home === null ? this.#account().fetch(request) : home.controlPlane.app.fetch(request);
    }, this.#log);
  }

  async bring(place: AppPlace): Promise<void> {
    const app = await this.#accounts.app(place.account, place.app);
    if (app === null) {
      const deleted = await this.#accounts.deletedApp(place.account, place.app);
      const kept = deleted !== null && Date.parse(deleted.kept_until) > this.now();
      return this.#inTurn(() => (kept ? this.#bury(place, deleted) : this.#clear(place)));
    }
    const home = await this.#adopted(place, app);
    await home.courier.repair();
  }

  async end(place: AppPlace): Promise<OwnHead | null> {
    const home = await this.#opened();
    if (home === null) return null;
    await this.ctx.storage.put(ENDING, true);
    return headOf(home.database, place);
  }

  async side(place: AppPlace, call: SideCall, given: readonly unknown[]): Promise<Reply> {
    const home = await this.living(place);
    const deleted = home === null || (await home.stores.accounts.app(place.account, place.app)) === null;
    const side = deleted ? null : sideOf(home.stores.app(place.account, place.app));
    return answerSide(side, place, call, given);
  }

  async head(space: string): Promise<string | null> {
    return headMemory(this.ctx.storage, prefixFrom(this.env.HALYARD_CACHE_PREFIX)).load(space);
  }

  async report(text: string): Promise<void> {
    const home = await this.#opened();
    if (home === null || this.env.HALYARD_OBSERVE === 'off') return;
    const { account, app } = home.place;
    const when = { now: this.now(), random: Math.random() };
    await takeReport(home.stores.app(account, app).tallies, text, when);
  }

  override alarm(): Promise<void> {
    const work = async (): Promise<void> => (await this.#opened())?.courier.rung();
    return orAgain(work, this.ctx.storage, { now: () => this.now(), log: this.#log });
  }

  /** Null: there is no such app. */
  protected async living(place: AppPlace): Promise<AppHome | null> {
    const home = await this.#opened();
    if (home !== null && (await this.ctx.storage.get(ENDING)) === undefined) return home;
    const app = await this.#accounts.app(place.account, place.app);
    if (app !== null) return this.#adopted(place, app);
    const deleted = home === null ? null : await this.#accounts.deletedApp(place.account, place.app);
    // Its changelog is here, and everything else says that there is no such app.
    if (deleted !== null) await this.#inTurn(() => this.#bury(place, deleted));
    return deleted === null ? null : this.#opened();
  }

  #adopted(place: AppPlace, app: App): Promise<AppHome> {
    return this.#inTurn(() => this.#adopt(place, app));
  }

  /** An app is taken over and cleared one after the other: an object has one home. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {});
    return done;
  }

  async #adopt(place: AppPlace, app: App): Promise<AppHome> {
    const home = await this.#opened();
    const database = home?.database ?? (await this.#openDatabase());
    await adopt(database, place.account, app);
    await this.ctx.storage.delete(ENDING);
    if (home !== null) return home;
    const made = this.#makeHome(database, place);
    this.#home = Promise.resolve(made);
    return made;
  }

  #account(): AccountStub {
    const { ACCOUNTS, HALYARD_ACCOUNT = DEFAULT_ACCOUNT } = this.env;
    return ACCOUNTS.get(ACCOUNTS.idFromName(HALYARD_ACCOUNT));
  }

  #opened(): Promise<AppHome | null> {
    this.#home ??= this.#open().catch((error: unknown) => {
      this.#home = null;
      throw error;
    });
    return this.#home;
  }

  async #open(): Promise<AppHome | null> {
    if (!hasDatabase(this.ctx.storage)) return null;
    const database = await this.#openDatabase();
    const place = await ownPlace(database);
    return place === null ? null : this.#makeHome(database, place);
  }

  #openDatabase(): Promise<Database> {
    const { storage } = this.ctx;
    return openDurableObjectDatabase(storage, {
      now: () => this.now(),
      log: this.#log,
      announced: async () => {
        // A request that was let in before may commit only now, past the last word that the account has of the app.
        if ((await storage.get(ENDING)) !== undefined) {
          throw new Problem('unavailable', { message: 'The app is being deleted; try again.' }, 1);
        }
        await storage.setAlarm(this.now());
      },
    });
  }

  #makeHome(database: Database, place: AppPlace): AppHome {
    const settings = readSettings(this.env);
    const now = (): number => this.now();
    const own = createStores(database, { now });
    const stores = { ...own, accounts: { ...this.#accounts, app: own.accounts.app } };
    const openCache = () => this.#openCache();
    const controlPlane = createControlPlane({
      stores,
      cache: openCache(),
      account: place.account,
      now,
      log: this.#log,
      publicUrl: 'publicUrl' in settings ? settings.publicUrl : null,
      trustProxy: true,
    });
    const courier = createCourier({
      stores,
      adopt: this.env.HALYARD_ADOPT_CACHE,
      openCache,
      place,
      alarm: this.ctx.storage,
      log: this.#log,
      now,
      random: Math.random,
      onApp: async () => {},
    });
    return { place, database, stores, controlPlane, courier };
  }

  #openCache(): KvCache {
    const { storage } = this.ctx;
    const now = (): number => this.now();
    return openObjectCache(this.env, storage, now);
  }

  /** Leaves the changelog of a deleted app, and nothing else. */
  async #bury(place: AppPlace, deleted: DeletedApp): Promise<void> {
    const home = await this.#opened();
    if (home === null) return this.#openCache().remove(appSpace(place.account, place.app));
    await home.courier.remove();
    await buryOwnApp(home.database, place, deleted);
    // Who follows the app hears that there is no more to come; who asks for its changelog opens it anew.
    this.#home = null;
    await home.controlPlane.close();
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.delete(ENDING);
  }

  /** The space first: if the cache cannot be reached, the account calls again, and finds the rest as it was. */
  async #clear({ account, app }: AppPlace): Promise<void> {
    const home = await this.#opened();
    if (home === null) await this.#openCache().remove(appSpace(account, app));
    else await home.courier.remove();
    await home?.controlPlane.close();
    this.#home = null;
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
  }
}
