import { WorkerEntrypoint } from 'cloudflare:workers';
import { filedReportIn } from '@halyard/caches';
import type { Environment } from './bindings.ts';
import { objectName } from './places.ts';

const SPACE = /^(?:account\/([^/]+)|app\/([^/]+)\/([^/]+))$/;

/**
 * Tells the evaluator what the flag cache has of a space, as the object that writes it knows it: Workers KV may take a minute to show
 * its locations as much. And takes its word of the tokens that it was shown and of what it counted, which KV could not bring here. For a service binding; it
 * has no address of its own.
 */
export class Heads extends WorkerEntrypoint<Environment> {
  /** The text of the head in KV; null where nothing was ever written. */
  async head(space: string): Promise<string | null> {
    const [, account, owner, app] = SPACE.exec(space) ?? [];
    const { ACCOUNTS, APPS } = this.env;
    if (account !== undefined) return ACCOUNTS.get(ACCOUNTS.idFromName(account)).head(space);
    if (owner === undefined || app === undefined) return null;
    return APPS.get(APPS.idFromName(objectName({ account: owner, app }))).head(space);
  }

  /** The evaluator was shown these tokens (their ids). */
  async used(account: string, tokens: readonly string[]): Promise<void> {
    const { ACCOUNTS } = this.env;
    await ACCOUNTS.get(ACCOUNTS.idFromName(account)).used(tokens);
  }

  /** A report of what was counted. */
  async report(account: string, text: string): Promise<void> {
    const app = filedReportIn(text)?.app;
    if (app === undefined) return;
    const { APPS } = this.env;
    await APPS.get(APPS.idFromName(objectName({ account, app }))).report(text);
  }
}
