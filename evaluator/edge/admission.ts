import type { Account } from './account.ts';
import type { Apps } from './apps.ts';
import { type Caller, callerOf, may } from './caller.ts';
import { corsHeaders } from './cors.ts';
import type { HeldApp } from './held-app.ts';
import type { EdgeOptions, Permission } from './options.ts';

/** A request that may go on: who asks, and for which app. */
export interface Admitted {
  readonly kind: 'admitted';
  readonly caller: Caller;
  readonly app: HeldApp;
  /** For a browser token: the headers that let its page read the answer. */
  readonly cors: Readonly<Record<string, string>> | null;
}

export interface Refused {
  readonly kind: 'refused';
  readonly status: 400 | 401 | 403 | 404 | 503;
  /** One sentence. */
  readonly message: string;
  readonly headers: Readonly<Record<string, string>>;
}

export type Admission = Admitted | Refused;

/** How long the news of an app that was created just now may be under way. */
const NEW_APP_MS = 250;
/** Where nothing is pushed, what an account does not have is looked for again if it was read longer ago than this. */
export const MISSED_MS = 1_000;

/** Decides who may ask what. On a warm edge it answers at once, without a promise. */
export class Gate {
  readonly #account: Account;
  readonly #apps: Apps;
  readonly #now: () => number;
  readonly #authenticate: EdgeOptions['authenticate'];
  readonly #freshen: EdgeOptions['freshen'];

  constructor(account: Account, apps: Apps, options: Pick<EdgeOptions, 'now' | 'authenticate' | 'freshen'>) {
    this.#account = account;
    this.#apps = apps;
    this.#now = options.now;
    this.#authenticate = options.authenticate;
    this.#freshen = options.freshen;
  }

  /** `appId` undefined: the base URL names no app. */
  admit(headers: Headers, appId: string | undefined, permission: Permission): Admission | Promise<Admission> {
    const secret = secretOf(headers);
    const caller = secret === null ? undefined : this.#account.remembered(secret);
    if (caller === undefined) return this.#admitUnknown(headers, secret, appId, permission);
    return this.#judge(headers, caller, appId, permission);
  }

  /** For whoever is let in by a ticket or needs no app. */
  async identify(headers: Headers): Promise<Caller | Refused> {
    const secret = secretOf(headers);
    if (secret === null) {
      return this.#refuse(401, 'A token is needed: Authorization: Bearer hly_….', headers, null);
    }
    return this.#identify(headers, secret, null);
  }

  refuse(status: Refused['status'], message: string, headers: Headers, app: string | null): Refused {
    return this.#refuse(status, message, headers, app);
  }

  /** Whether a grant that only `authenticate` knows is still good. */
  async stillGood(headers: Headers): Promise<boolean> {
    const secret = secretOf(headers);
    if (secret === null || this.#authenticate === undefined) return false;
    const grant = await this.#authenticate(secret);
    return grant !== null && callerOf(grant, false).expiresAt > this.#now();
  }

  async #admitUnknown(
    headers: Headers,
    secret: string | null,
    appId: string | undefined,
    permission: Permission,
  ): Promise<Admission> {
    if (secret === null) {
      return this.#refuse(401, 'A token is needed: Authorization: Bearer hly_….', headers, appId ?? null);
    }
    const caller = await this.#identify(headers, secret, appId ?? null);
    return 'kind' in caller ? caller : this.#judge(headers, caller, appId, permission);
  }

  async #identify(headers: Headers, secret: string, app: string | null): Promise<Caller | Refused> {
    const caller = this.#account.remembered(secret) ?? (await this.#verify(secret));
    if (caller !== null) return caller;
    if (this.#authenticate !== undefined) {
      try {
        const grant = await this.#authenticate(secret);
        if (grant !== null && grant.account === this.#account.id) return callerOf(grant, false);
        if (grant !== null) return this.#refuse(403, 'This token belongs to another account.', headers, app);
      } catch {
        return this.#refuse(
          503,
          'This token cannot be checked now: the database does not answer.',
          headers,
          app,
        );
      }
    }
    // Before the tokens were ever had, an unknown one may be a good one.
    if (!this.#account.loaded) {
      return this.#refuse(503, 'This edge has not loaded its account yet.', headers, app);
    }
    return this.#refuse(401, 'This token is unknown or revoked.', headers, app);
  }

  /** One that is unknown may have been minted since the account was read. */
  async #verify(secret: string): Promise<Caller | null> {
    const caller = await this.#account.verify(secret);
    if (caller !== null) return caller;
    const reading = this.#freshen?.(this.#account.space, MISSED_MS);
    if (reading === undefined) return null;
    await reading;
    return this.#account.verify(secret);
  }

  #judge(
    headers: Headers,
    caller: Caller,
    appId: string | undefined,
    permission: Permission,
  ): Admission | Promise<Admission> {
    const id = appId ?? caller.onlyApp;
    if (caller.expiresAt <= this.#now()) return this.#refuse(401, 'This token has expired.', headers, id);
    let cors: Readonly<Record<string, string>> | null = null;
    if (caller.origins !== null) {
      const origin = headers.get('origin');
      if (origin === null || !caller.origins.has(origin)) {
        const found = origin === null ? 'no origin' : `the origin ${origin}`;
        return this.#refuse(403, `This token is for named origins; the request has ${found}.`, headers, id);
      }
      cors = corsHeaders(origin);
    }
    if (id === null) {
      return this.#refuse(
        400,
        'This token is for several apps: use the base URL …/apps/{app_id}.',
        headers,
        id,
      );
    }
    if (caller.apps !== null && !caller.apps.has(id)) {
      return this.#refuse(403, `This token is not for the app ${id}.`, headers, id);
    }
    if (!may(caller, permission)) {
      const { permission: found } = caller.grant;
      return this.#refuse(403, `This token may ${found}; ${permission} is needed.`, headers, id);
    }
    const app = this.#apps.held(id);
    if (app === null) return this.#load(headers, caller, id, cors);
    const freshened = this.#freshen?.(app.space);
    const admitted = { kind: 'admitted', caller, app, cors } as const;
    return freshened === undefined ? admitted : freshened.then(() => admitted);
  }

  async #load(headers: Headers, caller: Caller, id: string, cors: Admitted['cors']): Promise<Admission> {
    if (!this.#account.apps.has(id)) await this.#freshen?.(this.#account.space, MISSED_MS);
    if (!(await this.#account.hasAppSoon(id, this.#freshen === undefined ? NEW_APP_MS : 0))) {
      if (!this.#account.loaded) {
        return this.#refuse(503, 'This edge has not loaded its account yet.', headers, id);
      }
      return this.#refuse(404, `There is no app ${id}.`, headers, id);
    }
    const app = await this.#apps.load(id);
    if (app === null) {
      return this.#refuse(
        503,
        `The app ${id} cannot be loaded now: the flag cache does not have it.`,
        headers,
        id,
      );
    }
    return { kind: 'admitted', caller, app, cors };
  }

  #refuse(status: Refused['status'], message: string, headers: Headers, app: string | null): Refused {
    const origin = headers.get('origin');
    return {
      kind: 'refused',
      status,
      message,
      headers: {
        'cache-control': 'private, no-store',
        vary: 'Authorization, X-API-Key, Origin',
        ...(origin !== null && this.#account.allowsOrigin(origin, app) ? corsHeaders(origin) : {}),
        ...(status === 503 ? { 'retry-after': '1' } : {}),
        ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
      },
    };
  }
}

const BEARER = /^bearer +(\S+) *$/i;

const secretOf = (headers: Headers): string | null => {
  const authorization = headers.get('authorization');
  if (authorization === null) return headers.get('x-api-key');
  if (authorization.startsWith('Bearer ')) return authorization.slice(7).trim();
  return BEARER.exec(authorization)?.[1] ?? null;
};
