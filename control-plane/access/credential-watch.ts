import type { Subscription } from '../store/port.ts';
import type { Authenticator, Credential } from './authentication.ts';

/** How long a credential that ended elsewhere, or by itself, may still be followed with. */
const RECHECK_MS = 5_000;

/** Ends what was opened with a credential when the credential ends. */
export interface CredentialWatch {
  /** Calls `ended` once: at once where the end is heard of, and within seconds where it is not. */
  watch(credential: Credential, ended: () => void): Subscription;
  close(): void;
}

interface Watched {
  readonly credential: Credential;
  readonly listeners: Set<() => void>;
}

/** Each credential is asked about once, however much is open with it. */
export const createCredentialWatch = (
  authenticator: Pick<Authenticator, 'verify' | 'onForget'>,
  recheckMs = RECHECK_MS,
): CredentialWatch => {
  const watched = new Map<string, Watched>();
  let ticking: ReturnType<typeof setInterval> | null = null;

  const check = async ({ credential, listeners }: Watched): Promise<void> => {
    if (await authenticator.verify(credential)) return;
    for (const ended of [...listeners]) ended();
  };
  const checkAll = (): void => {
    for (const each of watched.values()) {
      // A database that is away for a moment ends nobody's stream.
      check(each).catch(() => {});
    }
  };
  const forgetting = authenticator.onForget(checkAll);

  return {
    watch(credential, ended) {
      const name = `${credential.via} ${credential.secret}`;
      const known = watched.get(name) ?? { credential, listeners: new Set() };
      const own = (): void => ended();
      known.listeners.add(own);
      watched.set(name, known);
      ticking ??= setInterval(checkAll, recheckMs);
      return {
        async close() {
          known.listeners.delete(own);
          if (known.listeners.size === 0 && watched.get(name) === known) watched.delete(name);
          if (watched.size > 0 || ticking === null) return;
          clearInterval(ticking);
          ticking = null;
        },
      };
    },

    close() {
      void forgetting.close();
      watched.clear();
      if (ticking !== null) clearInterval(ticking);
      ticking = null;
    },
  };
};
