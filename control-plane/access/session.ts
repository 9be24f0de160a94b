import type { Permission } from '../model/permission.ts';
import { allows } from '../model/permission.ts';
import type { Origin, SignInLink } from '../model/session.ts';
import type { Accounts } from '../store/port.ts';
import { mintSecret, type RandomBytes, sha256Hex } from './secret.ts';

/** A session ends a day after it began, whatever happens in it: who comes back the next day signs in again. */
export const SESSION_MS = 24 * 60 * 60 * 1_000;

/** What a token must allow to sign in: the dashboard shows nothing to less. */
const SIGNS_IN: Permission = 'read';

export const maySignIn = (permission: Permission): boolean => allows(permission, SIGNS_IN);

export interface Opened {
  /** The cookie's value; only its hash is stored. */
  readonly secret: string;
  readonly expires_at: string;
}

export const openSession = async (
  accounts: Pick<Accounts, 'createSession'>,
  token: { readonly account: string; readonly token_id: string },
  from: Origin,
  link: SignInLink | null,
  random: RandomBytes,
): Promise<Opened> => {
  const secret = mintSecret('hls_', random);
  const expires_at = new Date(Date.parse(from.at) + SESSION_MS).toISOString();
  await accounts.createSession(
    {
      hash: await sha256Hex(secret),
      account: token.account,
      token_id: token.token_id,
      created_at: from.at,
      expires_at,
    },
    from,
    link,
  );
  return { secret, expires_at };
};

export const closeSession = async (
  accounts: Pick<Accounts, 'deleteSession'>,
  secret: string,
  from: Origin,
): Promise<void> => accounts.deleteSession(await sha256Hex(secret), from);
