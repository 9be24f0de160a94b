import { namesOrigin } from '@halyard/caches/access';
import type { BrowserToken } from '../../model/token.ts';
import type { Accounts } from '../../store/port.ts';
import type { AppPlace } from '../../store/sql/rows.ts';

/** Which pages elsewhere may read answers about an app. */
export interface Origins {
  /** Whether a living browser token of the app names the origin. */
  allows(place: AppPlace, origin: string): Promise<boolean>;
  /** A token was made or revoked. */
  forget(): void;
}

/** Where nobody tells of a new token, it is known after this. */
const KEPT_MS = 2_000;

/** Anybody may send a preflight, so that it must not cost a reading of every token there ever was. */
export const createOrigins = ({
  accounts,
  now,
}: {
  readonly accounts: Pick<Accounts, 'browserTokens'>;
  readonly now: () => number;
}): Origins => {
  const kept = new Map<
    string,
    { readonly atMs: number; readonly tokens: Promise<readonly BrowserToken[]> }
  >();

  const tokensOf = (account: string): Promise<readonly BrowserToken[]> => {
    const atMs = now();
    const known = kept.get(account);
    if (known !== undefined && atMs - known.atMs < KEPT_MS) return known.tokens;
    const tokens = accounts.browserTokens(account);
    const entry = { atMs, tokens };
    // Whatever accounts strangers name, one is kept: a control plane serves one.
    kept.clear();
    kept.set(account, entry);
    tokens.catch(() => kept.get(account) === entry && kept.delete(account));
    return tokens;
  };

  return {
    async allows({ account, app }, origin) {
      const tokens = await tokensOf(account);
      return tokens.some(
        ({ allowed_origins, app_ids, expires_at }) =>
          (expires_at === null || Date.parse(expires_at) > now()) &&
          namesOrigin(allowed_origins, origin) &&
          (app_ids === null || app_ids.includes(app)),
      );
    },
    forget: () => kept.clear(),
  };
};
