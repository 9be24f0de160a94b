import { Problem } from '../model/problem.ts';
import type { Accounts } from '../store/port.ts';

const DAY_MS = 86_400_000;

export interface ExpiryOptions {
  readonly accounts: Pick<Accounts, 'projects' | 'announceExpiry' | 'deleteApp'>;
  readonly account: string;
  /** Epoch ms. */
  readonly now: number;
  readonly actor: { readonly name: string; readonly token_id: string };
}

/**
 * Deletes the ephemeral environments whose time is over, each with its app, and announces in the account's log those that have a day
 * left. When the next of these is due, in epoch ms; null: none is.
 */
export const expireEnvironments = async ({
  accounts,
  account,
  now,
  actor,
}: ExpiryOptions): Promise<number | null> => {
  const write = { actor, at: new Date(now).toISOString(), comment: null };
  let next: number | null = null;
  for (const { id, environments } of await accounts.projects(account)) {
    for (const { key, app_id, expires_at } of environments) {
      if (expires_at === null) continue;
      const expires = Date.parse(expires_at);
      if (expires <= now) {
        await unlessProlonged(accounts.deleteApp(account, app_id, write, 'kept', 'expired'));
        continue;
      }
      const announced = expires - DAY_MS;
      if (announced <= now) await accounts.announceExpiry(account, id, key, write);
      const due = announced <= now ? expires : announced;
      next = next === null ? due : Math.min(next, due);
    }
  }
  return next;
};

/** Somebody gave it more time, or deleted it, a moment ago. */
const unlessProlonged = async (deletion: Promise<void>): Promise<void> => {
  try {
    await deletion;
  } catch (error) {
    if (!(error instanceof Problem && (error.kind === 'conflict' || error.kind === 'not_found'))) throw error;
  }
};
