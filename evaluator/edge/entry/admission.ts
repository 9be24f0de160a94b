import type { Permission } from '@halyard/caches/permissions';
import type { Account, Verdict } from '../held/account.ts';
import type { Apps } from '../held/apps.ts';
import type { HeldApp } from '../held/held-app.ts';
import type { EdgeOptions } from '../options.ts';
import { type Caller, callerOf, may, mayFrom } from './caller.ts';
import { corsHeaders } from './cors.ts';
import type { Guesses } from './guesses.ts';

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
  readonly status: 400 | 401 | 403 | 404 | 429 | 503;
  /** One sentence. */
  readonly message: string;
  readonly headers: Readonly<Record<string, string>>;
}

export type Admission = Admitted | Refused;

/** How long the news of an app that was created just now may be under way. */
const NEW_APP_MS = 250;
/** Where nothing is pushed, what an account does not have is looked for again if it was read longer ago than this. */
export const MISSED_MS = 1_000;

/** How often it is told that a token is in use. */
const TELL_EVERY_MS = 60_000;
const TOKEN_NEEDED = 'A token is needed: Authorization: Bearer hly_….';
/** Whoever has one did not guess: it is not counted among the failed attempts. */
const EXPIRED = 'This token has expired.';
const UNKNOWN = 'This token is unknown or revoked.';

/** A request as Hono hands it over, as far as the gate looks at it. */
export interface Visit {
  readonly req: { readonly raw: Request };
  /** What the server gave with the request. */
  readonly env: unknown;
}

export interface GateOptions extends Pick<EdgeOptions, 'now' | 'authenticate' | 'freshen'> {
  readonly guesses: Guesses;
  /** Told about once a minute of each replicated token that is in use. */
  readonly onUsed: (tokenId: string) => void;
}

/** Decides who may ask what. On a warm edge it answers at once, without a promise. */
export class Gate {
  readonly #account: Account;
  readonly #apps: Apps;
  readonly #now: () => number;
  readonly #authenticate: EdgeOptions['authenticate'];
  readonly #freshen: EdgeOptions['freshen'];
  readonly #guesses: Guesses;
  readonly #onUsed: GateOptions['onUsed'];

  constructor(account: Account, apps: Apps, options: GateOptions) {
    this.#account = account;
    this.#apps = apps;
    this.#now = options.now;
    this.#authenticate = options.authenticate;
    this.#freshen = options.freshen;
    this.#guesses = options.guesses;
    this.#onUsed = options.onUsed;
  }

  /** `appId` undefined: the base URL names no app. */
  admit(visit: Visit, appId: string | undefined, permission: Permission): Admission | Promise<Admission> {
    const { headers } = visit.req.raw;
    const secret = secretOf(headers);
    const caller = secret === null ? undefined : this.#account.remembered(secret);
    if (caller === undefined) return this.#admitUnknown(visit, secret, appId, permission);
    return this.#judge(headers, caller, appId, permission);
  }

  /** For what needs no app. */
  async identify(visit: Visit): Promise<Caller | Refused> {
    const secret = secretOf(visit.req.raw.headers);
    if (secret === null) return this.#refuse(401, TOKEN_NEEDED, visit.req.raw.headers, null);
    return this.#identify(visit, secret, null);
  }

  refuse(
    status: Refused['status'],
    message: string,
    headers: Headers,
    app: string | null,
    retrySeconds?: number,
  ): Refused {
    return this.#refuse(status, message, headers, app, retrySeconds);
  }

  /** A refusal of somebody who showed something that is not good; 429 if that happened too often from there. */
  refuseGuess(status: 401 | 403, message: string, { req, env }: Visit, app: string | null): Refused {
    const { headers } = req.raw;
    const waitSeconds = this.#guesses.failed(headers, env);
    if (waitSeconds === 0) return this.#refuse(status, message, headers, app);
    const tooMany = `Too many failed attempts from this address; try again in ${waitSeconds} s.`;
    return this.#refuse(429, tooMany, headers, app, waitSeconds);
  }

  /** Whether a grant that only `authenticate` knows is still good. */
  async stillGood(headers: Headers): Promise<boolean> {
    const secret = secretOf(headers);
    if (secret === null || this.#authenticate === undefined) return false;
    const grant = await this.#authenticate(secret);
    return grant != null && grant !== 'expired' && callerOf(grant, false).expiresAt > this.#now();
  }

  async #admitUnknown(
    visit: Visit,
    secret: string | null,
    appId: string | undefined,
    permission: Permission,
  ): Promise<Admission> {
    if (secret === null) return this.#refuse(401, TOKEN_NEEDED, visit.req.raw.headers, appId ?? null);
    const caller = await this.#identify(visit, secret, appId ?? null);
    return 'kind' in caller ? caller : this.#judge(visit.req.raw.headers, caller, appId, permission);
  }

  async #identify(visit: Visit, secret: string, app: string | null): Promise<Caller | Refused> {
    const { headers } = visit.req.raw;
    const remembered = this.#account.remembered(secret);
    if (remembered !== undefined) return remembered;
    let verdict = await this.#verify(secret);
    if (verdict.kind === 'caller') return verdict.caller;
    if (this.#authenticate !== undefined) {
      try {
        const grant = await this.#authenticate(secret);
        if (grant === 'expired') return this.#refuse(401, EXPIRED, headers, app);
        if (grant != null && grant.account === this.#account.id) return callerOf(grant, false);
        if (grant != null) return this.#refuse(403, 'This token belongs to another account.', headers, app);
        if (grant === null) return this.refuseGuess(401, UNKNOWN, visit, app);
      } catch {
        const message = 'This token cannot be checked now: the database does not answer.';
        return this.#refuse(503, message, headers, app);
      }
      // While that was asked the tokens may have come.
      verdict = await this.#account.verify(secret);
    }
    switch (verdict.kind) {
      case 'caller':
        return verdict.caller;
      case 'other':
        return this.refuseGuess(403, 'This edge accepts evaluate and config tokens.', visit, app);
      case 'unknown':
        return this.refuseGuess(401, UNKNOWN, visit, app);
      case 'unsure':
        // A client that hears 401 may give up for good, and the token may be one that has not come here yet.
        return this.#refuse(
          503,
          this.#account.loaded
            ? 'This token cannot be checked now: this edge is cut off from the flag cache.'
            : 'This edge has not loaded its account yet.',
          headers,
          app,
        );
      default:
        return verdict satisfies never;
    }
  }

  /** One that is unknown may have been made since the account was read. */
  async #verify(secret: string): Promise<Verdict> {
    const verdict = await this.#account.verify(secret);
    if (verdict.kind === 'caller') return verdict;
    const reading = this.#freshen?.(this.#account.space, MISSED_MS);
    if (reading === undefined) return verdict;
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
    const now = this.#now();
    if (caller.expiresAt <= now) return this.#refuse(401, EXPIRED, headers, id);
    if (caller.replicated && Math.abs(now - caller.toldAt) >= TELL_EVERY_MS) {
      caller.toldAt = now;
      this.#onUsed(caller.grant.token_id);
    }
    let cors: Readonly<Record<string, string>> | null = null;
    if (caller.origins !== null) {
      const origin = headers.get('origin');
      if (origin === null || !mayFrom(caller.origins, origin)) {
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

  #refuse(
    status: Refused['status'],
    message: string,
    headers: Headers,
    app: string | null,
    retrySeconds = 1,
  ): Refused {
    const origin = headers.get('origin');
    return {
      kind: 'refused',
      status,
      message,
      headers: {
        'cache-control': 'private, no-store',
        vary: 'Authorization, X-API-Key, Origin',
        ...(origin !== null && this.#account.allowsOrigin(origin, app) ? corsHeaders(origin) : {}),
        ...(status === 503 || status === 429 ? { 'retry-after': `${retrySeconds}` } : {}),
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
