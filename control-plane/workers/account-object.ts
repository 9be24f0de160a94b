import { DurableObject, type ObjectContext } from 'cloudflare:workers';
import { prefixFrom } from '@halyard/caches';
import { type ControlPlane, createControlPlane } from '../api/control-plane.ts';
import type { Log } from '../api/http/setting.ts';
import { Problem } from '../model/problem.ts';
import type { Project } from '../model/project.ts';
import { openDurableObjectDatabase } from '../store/durable-object/index.ts';
import { noteHead } from '../store/durable-object/own-app.ts';
import type { Accounts, Stores } from '../store/port.ts';
import type { Database } from '../store/sql/database.ts';
import type { AppPlace } from '../store/sql/rows.ts';
import { createStores } from '../store/sql/stores.ts';
import { answerCall } from './accounts-elsewhere.ts';
import { orAgain } from './alarm.ts';
import { type Environment, readSettings, type Settings } from './bindings.ts';
import { type Courier, createCourier } from './courier.ts';
import { headMemory } from './head-memory.ts';
import { consoleLog } from './log.ts';
import { openObjectCache } from './object-cache.ts';
import { objectName } from './places.ts';
import { orRefusal } from './refusal.ts';
import { sideElsewhere } from './side-elsewhere.ts';
import type { AccountCall, AppStub, Reply } from './stubs.ts';
import { sweepApps } from './sweep.ts';
import { orUnavailable } from './unreachable.ts';

export interface AccountHome {
  readonly stores: Stores;
  readonly controlPlane: ControlPlane;
  readonly courier: Courier;
}

/** The account: its apps, tokens and sessions, and the calls of the API that are about no one app. */
export class AccountObject extends DurableObject<Environment> {
  readonly #log: Log;
  /** Apps whose deletion is under way: whether they are there is answered when that has ended. */
  readonly #deleting = new Map<string, Promise<unknown>>();
  #home: Promise<AccountHome> | null = null;

  constructor(ctx: ObjectContext, env: Environment) {
    super(ctx, env);
    this.#log = consoleLog(env.HALYARD_LOG);
  }

  /** Epoch ms. */
  protected now(): number {
    return Date.now();
  }

  override fetch(request: Request): Promise<Response> {
    return orRefusal(async () => (await this.opened()).controlPlane.app.fetch(request), this.#log);
  }

  async ask(call: AccountCall, given: readonly unknown[]): Promise<Reply> {
    const { stores } = await this.opened();
    if (call === 'app') await this.#deleting.get(String(given[1]));
    return answerCall(stores.accounts, call, given);
  }

  async used(tokens: readonly string[]): Promise<void> {
    const { stores } = await this.opened();
    const at = new Date(this.now()).toISOString();
    for (const token of tokens) await stores.accounts.tokenUsed(token, at);
  }

  async head(space: string): Promise<string | null> {
    return headMemory(this.ctx.storage, prefixFrom(this.env.HALYARD_CACHE_PREFIX)).load(space);
  }

  override alarm(): Promise<void> {
    const now = (): number => this.now();
    return orAgain(() => this.#deliver(now), this.ctx.storage, { now, log: this.#log });
  }

  async #deliver(now: () => number): Promise<void> {
    const { courier, stores, controlPlane } = await this.opened();
    await courier.rung();
    await sweepApps({
      account: () => courier.repair(),
      apps: async () => {
        const { account } = this.#settings();
        return (await stores.accounts.apps(account)).map(({ id }) => ({ account, app: id }));
      },
      bring: (place) => this.#app(place).bring(place),
      storage: this.ctx.storage,
      now,
      log: this.#log,
    });
    await controlPlane.forgetDeleted();
    await this.#comeAgain(await controlPlane.expireEnvironments());
  }

  /** By then at the latest, epoch ms; null: whenever. */
  async #comeAgain(at: number | null): Promise<void> {
    const { storage } = this.ctx;
    const set = await storage.getAlarm();
    if (at !== null && (set === null || set > at)) await storage.setAlarm(at);
  }

  /** What the first request to the account finds done. */
  protected async prepare({ firstStart }: ControlPlane, { adminToken, secret }: Settings): Promise<void> {
    await firstStart({ adminToken, secret, example: false });
  }

  protected opened(): Promise<AccountHome> {
    this.#home ??= this.#open().catch((error: unknown) => {
      this.#home = null;
      throw error;
    });
    return this.#home;
  }

  async #open(): Promise<AccountHome> {
    const settings = this.#settings();
    const { account, publicUrl, edgeUrl } = settings;
    const { storage } = this.ctx;
    const now = (): number => this.now();
    const database = await openDurableObjectDatabase(storage, {
      now,
      log: this.#log,
      announced: () => storage.setAlarm(now()),
    });
    const own = createStores(database, { now });
    const stores = { ...own, accounts: this.#withApps(own.accounts, database) };
    const openCache = () => openObjectCache(this.env, storage, now);
    const controlPlane = createControlPlane({
      stores,
      side: (of, app) => {
        const place = { account: of, app };
        return sideElsewhere(() => this.#app(place), place);
      },
      cache: openCache(),
      account,
      now,
      log: this.#log,
      publicUrl,
      edgeUrl,
      trustProxy: true,
    });
    await this.prepare(controlPlane, settings);
    await controlPlane.start();
    const courier = createCourier({
      stores,
      adopt: this.env.HALYARD_ADOPT_CACHE,
      openCache,
      place: { account, app: null },
      alarm: storage,
      log: this.#log,
      now,
      random: Math.random,
      onApp: (place) => this.#app(place).bring(place),
    });
    return { stores, controlPlane, courier };
  }

  /** An app's truth is in another object: it is asked for its last word before the account lets it go. */
  #withApps(accounts: Accounts, database: Database): Accounts {
    return {
      ...accounts,
      changeApp: async (account, app, change, write) => {
        const changed = await accounts.changeApp(account, app, change, write);
        await this.#bringSoon({ account, app });
        return changed;
      },
      addEnvironment: async (account, project, environment, write) => {
        const changed = await accounts.addEnvironment(account, project, environment, write);
        return this.#told(account, changed, environment.key);
      },
      changeEnvironment: async (account, project, key, change, write) =>
        this.#told(account, await accounts.changeEnvironment(account, project, key, change, write), key),
      deleteApp: (account, app, write, history, only) => {
        const place = { account, app };
        const deletion = this.#lastWord(place, database).then(() =>
          accounts.deleteApp(account, app, write, history, only),
        );
        const ended = deletion.then(
          () => {
            this.#deleting.delete(app);
            void this.#bringSoon(place);
          },
          () => this.#deleting.delete(app),
        );
        this.#deleting.set(app, ended);
        return deletion;
      },
      forgetApp: async (account, app, write) => {
        // First in its own object, which asks whether its time has come: what fails is tried again.
        await orUnavailable('The app', this.#app({ account, app }).bring({ account, app }));
        await accounts.forgetApp(account, app, write);
      },
    };
  }

  /** At once; if it fails, the alarm does it, as it brings the account's commit. */
  #bringSoon(place: AppPlace): Promise<void> {
    return this.#app(place)
      .bring(place)
      .catch((error: unknown) => this.#log.debug({ ...place, err: error }, 'an app is told later'));
  }

  /** The project, when the app of an environment knows what it is. */
  async #told(account: string, project: Project, key: string): Promise<Project> {
    const environment = project.environments.find((each) => each.key === key);
    if (environment !== undefined) await this.#bringSoon({ account, app: environment.app_id });
    return project;
  }

  async #lastWord(place: AppPlace, database: Database): Promise<void> {
    const head = await orUnavailable('The app', this.#app(place).end(place));
    if (head !== null) await noteHead(database, place, head);
  }

  #app(place: AppPlace): AppStub {
    const { APPS } = this.env;
    return APPS.get(APPS.idFromName(objectName(place)));
  }

  #settings(): Settings {
    const settings = readSettings(this.env);
    if ('account' in settings) return settings;
    throw new Problem('unavailable', { message: settings.join(' ') });
  }
}
