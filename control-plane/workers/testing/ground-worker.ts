/**
 * The Worker as the scenarios play on it: the same objects, with the scenario's clock, a fresh set of them for each ground, and a door
 * to look behind the API. Nothing is delivered by itself, so that scenarios can look at what there is to deliver.
 */
import type { ObjectContext, ObjectNamespace } from 'cloudflare:workers';
import type { ControlPlane } from '../../api/control-plane.ts';
import type { ChangelogEntry } from '../../model/changelog.ts';
import type { AppPlace } from '../../store/sql/rows.ts';
import { AccountObject } from '../account-object.ts';
import { answer } from '../answer.ts';
import { AppObject } from '../app-object.ts';
import type { Environment, Settings } from '../bindings.ts';
import { objectName } from '../places.ts';
import type { AccountStub, AppStub } from '../stubs.ts';
import type { DoorCall } from './ground.ts';

let ground = '';
let clock = 0;
const logged: string[] = [];
for (const level of ['debug', 'info', 'warn', 'error'] as const) {
  console[level] = (line: string) => logged.push(line);
}

const fresh = <Stub>(objects: ObjectNamespace<Stub>): ObjectNamespace<Stub> => ({
  idFromName: (name) => objects.idFromName(`${ground} ${name}`),
  get: (id) => objects.get(id),
});
const ofGround = (env: Environment): Environment => ({
  ...env,
  ACCOUNTS: fresh(env.ACCOUNTS),
  APPS: fresh(env.APPS),
});

export class GroundAccount extends AccountObject {
  constructor(ctx: ObjectContext, env: Environment) {
    super(ctx, ofGround(env));
  }

  protected override now(): number {
    return clock;
  }

  override async alarm(): Promise<void> {}
  protected override async prepare(_: ControlPlane, __: Settings): Promise<void> {}

  async commits(account: string): Promise<unknown> {
    const { stores } = await this.opened();
    return stores.accounts.outbox(account).commits(0, 1_000);
  }

  async forget(): Promise<void> {
    const { controlPlane } = await this.opened();
    return controlPlane.forgetDeleted();
  }

  async expire(): Promise<number | null> {
    const { controlPlane } = await this.opened();
    return controlPlane.expireEnvironments();
  }

  async link(url: string, name?: string): Promise<string> {
    const { controlPlane } = await this.opened();
    return controlPlane.mintSignInLink(url, name);
  }
}

export class GroundApp extends AppObject {
  constructor(ctx: ObjectContext, env: Environment) {
    super(ctx, ofGround(env));
  }

  protected override now(): number {
    return clock;
  }

  override async alarm(): Promise<void> {}

  async look(place: AppPlace): Promise<{ changelog: readonly ChangelogEntry[]; commits: unknown }> {
    const home = await this.living(place);
    const store = home?.stores.app(place.account, place.app);
    const changelog: ChangelogEntry[] = [];
    for await (const entry of store?.everyEntry() ?? []) changelog.push(entry);
    return { changelog, commits: (await store?.outbox.commits(0, 1_000)) ?? [] };
  }
}

export default {
  async fetch(request: Request, given: Environment): Promise<Response> {
    ground = request.headers.get('ground') ?? '';
    clock = Number(request.headers.get('clock'));
    const env = ofGround(given);
    const asked = new Request(request);
    asked.headers.delete('ground');
    asked.headers.delete('clock');
    if (new URL(request.url).hostname !== 'door') {
      const answered = await answer(asked, env);
      const told = new Response(answered.body, answered);
      told.headers.set('logged', encodeURIComponent(JSON.stringify(logged.splice(0))));
      return told;
    }
    const call = (await asked.json()) as DoorCall;
    return Response.json((await behindTheDoor(call, env)) ?? null);
  },
};

const behindTheDoor = async (call: DoorCall, env: Environment): Promise<unknown> => {
  // Their classes are those of this file.
  const account = env.ACCOUNTS.get(env.ACCOUNTS.idFromName('acme')) as AccountStub & GroundAccount;
  switch (call.open) {
    case 'account':
      return account.ask(call.call, call.given);
    case 'commits':
      return account.commits(call.account);
    case 'forget':
      return account.forget();
    case 'expire':
      return account.expire();
    case 'link':
      return account.link(call.url, call.name);
    case 'report': {
      const app = env.APPS.get(env.APPS.idFromName(objectName(call.place)));
      return app.report(call.text);
    }
    case 'app': {
      const app = env.APPS.get(env.APPS.idFromName(objectName(call.place))) as AppStub & GroundApp;
      return app.look(call.place);
    }
  }
};
