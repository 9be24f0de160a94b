import type { WriteInfo } from '../model/commit.ts';
import type { SignInLink } from '../model/session.ts';
import type { Token } from '../model/token.ts';
import type { Accounts } from '../store/port.ts';
import { mintSecret, type RandomBytes, sha256Hex } from './secret.ts';
import { maySignIn } from './session.ts';

/** A sign-in link works once, within ten minutes. */
export const LINK_MS = 10 * 60 * 1_000;

export interface MintedLink {
  readonly url: string;
  readonly expires_at: string;
}

/** The living token that a link signs in as: the one with this name that may sign in, or the oldest with `admin`; null if there is none. */
export const signInToken = async (
  accounts: Pick<Accounts, 'tokens'>,
  account: string,
  nowMs: number,
  name?: string,
): Promise<Token | null> =>
  (await accounts.tokens(account)).find(
    (token) =>
      token.revoked_at === null &&
      (token.expires_at === null || Date.parse(token.expires_at) > nowMs) &&
      maySignIn(token.permission) &&
      (name === undefined ? token.permission === 'admin' : token.name === name),
  ) ?? null;

/**
 * The secret stands in the fragment, which browsers send to no server and write into no referrer; the dashboard exchanges it by POST.
 */
export const mintLink = async (
  accounts: Pick<Accounts, 'createLink'>,
  token: { readonly account: string; readonly token_id: string },
  publicUrl: string,
  write: WriteInfo,
  random: RandomBytes,
): Promise<MintedLink> => {
  const secret = mintSecret('hll_', random);
  const expires_at = new Date(Date.parse(write.at) + LINK_MS).toISOString();
  await accounts.createLink(
    { hash: await sha256Hex(secret), account: token.account, token_id: token.token_id, expires_at },
    write,
  );
  return { url: `${publicUrl.replace(/\/+$/, '')}/dashboard/sign-in#link=${secret}`, expires_at };
};

export const useLink = async (
  accounts: Pick<Accounts, 'consumeLink'>,
  secret: string,
  nowMs: number,
): Promise<SignInLink | null> => accounts.consumeLink(await sha256Hex(secret), new Date(nowMs).toISOString());
