import type { App } from '../model/app.ts';
import type { WriteInfo } from '../model/commit.ts';
import type { FlagDefinition } from '../model/flag.ts';
import { freeName } from '../model/names.ts';
import { Problem } from '../model/problem.ts';
import type { Token } from '../model/token.ts';
import type { Accounts, Stores } from '../store/port.ts';
import { exampleFlags } from './example.ts';
import { mintId, mintSecret, type RandomBytes, sha256Hex } from './secret.ts';

export interface FirstStartOptions {
  /** The operator's choice of the first admin token, at least 24 characters; null: one is minted. */
  readonly adminToken: string | null;
  /** The operator's choice of the secret that signs stream tickets; null: one is minted and kept. */
  readonly secret: string | null;
  readonly example: boolean;
}

/** What a person must be told after the very first start. */
export interface FirstStart {
  /** Shown this once; null when the operator chose it. */
  readonly adminToken: string | null;
  readonly example: {
    readonly app: string;
    readonly flag: string;
    /** A token that may evaluate the example app's flags. */
    readonly token: string;
  } | null;
}

interface Ground {
  readonly stores: Stores;
  readonly account: string;
  readonly now: () => number;
  readonly random: RandomBytes;
  readonly log: { warn(fields: object, message: string): void };
}

export const SYSTEM = { name: 'halyard', token_id: '' } as const;
const ADMIN = 'admin';
/** What `freeName` makes of it. */
const OURS = /^admin(?: \d+)?$/;
const EXAMPLE = 'example';

/**
 * Makes an empty database one that can be used, and a changed HALYARD_ADMIN_TOKEN the one that holds. Null when this was not the
 * first start. The admin token comes last, so that a start that was cut short is followed by another first one.
 */
export const firstStart = async (ground: Ground, options: FirstStartOptions): Promise<FirstStart | null> => {
  const { stores, account, now, random } = ground;
  const { accounts } = stores;
  await accounts.ensureAccount(account, new Date(now()).toISOString());
  await settleSecret(ground, options.secret);
  const tokens = await accounts.tokens(account);
  const first = !tokens.some((token) => token.permission === 'admin');
  const example = first && options.example ? await createExample(ground) : null;
  if (options.adminToken !== null) {
    await fixAdminToken(ground, options.adminToken, tokens);
    return first ? { adminToken: null, example } : null;
  }
  if (!first) return null;
  const secret = mintSecret('hly_', random);
  await createAdminToken(ground, secret);
  return { adminToken: secret, example };
};

/** The operator's word holds, also when it changes; without one the first secret is kept. */
const settleSecret = async (
  { stores, account, random, log }: Ground,
  given: string | null,
): Promise<void> => {
  const kept = await stores.accounts.secret(account, given ?? mintSecret('hly_', random));
  if (given === null || given === kept) return;
  await stores.accounts.replaceSecret(account, given);
  log.warn(
    { account },
    'HALYARD_SECRET was changed: streams opened from now on need new tickets, which pages ask for by themselves.',
  );
};

const writeNow = (now: () => number, comment: string | null = null): WriteInfo => ({
  actor: SYSTEM,
  at: new Date(now()).toISOString(),
  comment,
});

/** Somebody else may have given a token of theirs the name. */
const freeTokenName = async ({ stores, account }: Ground, name: string): Promise<string> => {
  const tokens = await stores.accounts.tokens(account);
  return freeName(
    name,
    tokens.filter((token) => token.revoked_at === null).map((token) => token.name),
  );
};

const createAdminToken = async (ground: Ground, secret: string): Promise<void> => {
  const { stores, account, now, random } = ground;
  await stores.accounts.createToken(
    account,
    {
      id: mintId(random),
      hash: await sha256Hex(secret),
      name: await freeTokenName(ground, ADMIN),
      permission: 'admin',
      app_ids: null,
      allowed_origins: null,
      expires_at: null,
    },
    writeNow(now),
  );
};

/** The operator's token is there when this returns, and the ones that earlier starts made are not. Problem: `conflict`. */
const fixAdminToken = async (ground: Ground, secret: string, tokens: readonly Token[]): Promise<void> => {
  const { stores, account, now } = ground;
  const hash = await sha256Hex(secret);
  const known = tokens.find((token) => token.hash === hash);
  if (known !== undefined && known.revoked_at !== null) {
    throw new Problem('conflict', {
      message: 'HALYARD_ADMIN_TOKEN was revoked; choose another one.',
    });
  }
  const replaced = tokens.filter(
    (token) =>
      token.hash !== hash &&
      token.revoked_at === null &&
      OURS.test(token.name) &&
      token.created_by === SYSTEM.name,
  );
  for (const token of replaced) {
    await gone(stores.accounts.revokeToken(account, token.id, writeNow(now)));
  }
  // Last, because names are unique. A start that is cut short in between is followed by one that makes the token.
  if (known === undefined) await createUnlessThere(ground, secret, hash);
};

/** Another replica that starts at the same time may have been first. */
const createUnlessThere = async (ground: Ground, secret: string, hash: string): Promise<void> => {
  try {
    await createAdminToken(ground, secret);
  } catch (error) {
    if (!(error instanceof Problem && error.kind === 'conflict')) throw error;
    const token = await ground.stores.accounts.tokenByHash(hash);
    if (token === null || token.revoked_at !== null) throw error;
  }
};

const gone = async (removal: Promise<void>): Promise<void> => {
  try {
    await removal;
  } catch (error) {
    if (!(error instanceof Problem && error.kind === 'not_found')) throw error;
  }
};

const createExample = async (ground: Ground): Promise<FirstStart['example']> => {
  const { stores, account, now, random } = ground;
  const app = await exampleApp(ground);
  const flags = exampleFlags(account);
  await stores.app(account, app.id).commit({
    keys: flags.map((flag) => flag.key),
    decide: (current) => ({
      changes: flags
        .filter((flag) => !current.has(flag.key))
        .map((after: FlagDefinition) => ({ event: 'create', key: after.key, after })),
      answer: null,
    }),
    write: writeNow(now, 'Made by the first start'),
  });
  const secret = mintSecret('hly_', random);
  await stores.accounts.createToken(
    account,
    {
      id: mintId(random),
      hash: await sha256Hex(secret),
      name: await freeTokenName(ground, 'example (evaluate)'),
      permission: 'evaluate',
      app_ids: [app.id],
      allowed_origins: null,
      expires_at: null,
    },
    writeNow(now),
  );
  return { app: app.id, flag: 'new-checkout', token: secret };
};

const exampleApp = async ({ stores, account, now, random }: Ground): Promise<App> => {
  const find = async (accounts: Accounts) =>
    (await accounts.apps(account)).find((app) => app.name === EXAMPLE);
  const there = await find(stores.accounts);
  if (there !== undefined) return there;
  try {
    return await stores.accounts.createApp(
      account,
      { id: mintId(random), name: EXAMPLE, client_side_default: true },
      writeNow(now),
    );
  } catch (error) {
    const other =
      error instanceof Problem && error.kind === 'conflict' ? await find(stores.accounts) : undefined;
    if (other === undefined) throw error;
    return other;
  }
};
