import type { Stores } from '@halyard/control-plane';
import { type ChainVerdict, verifyChain, verifyChainBackwards } from '@halyard/control-plane/audit';
import type { Client } from '@halyard/control-plane/client';
import { Problem } from '@halyard/control-plane/problem';
import { type Command, UsageError } from './command-line.ts';
import type { Configuration } from './configuration.ts';
import { everyPage } from './server-command.ts';

/** Where the entries are: in a database at hand, or behind a server. */
interface Trail {
  apps(): Promise<readonly { readonly id: string; readonly name: string }[]>;
  verify(app: string): Promise<ChainVerdict>;
}

export const trailIn = (stores: Stores, account: string): Trail => ({
  apps: () => stores.accounts.apps(account),
  verify: (app) => verifyChain(stores.app(account, app).everyEntry()),
});

/** Every hash is made here, of what the server shows: it cannot claim that its own trail is good. */
export const trailBehind = (client: Client): Trail => ({
  apps: () => client.listApps(),
  verify: (app) => verifyChainBackwards(everyPage((query) => client.listChanges(app, query))),
});

/** Verifies the hash chains of all apps, or of one; throws a `Problem` that shows the first broken link of each broken chain. */
export const verifyAudit = async (
  trail: Trail,
  { account }: Configuration,
  command: Command,
): Promise<string> => {
  if (command.words[0] !== 'verify') throw new UsageError('The audit command is "halyard audit verify".');
  const [only] = command.flags.get('--app') ?? [];
  const [expected] = command.flags.get('--expect') ?? [];
  const apps = (await trail.apps()).filter(({ id }) => only === undefined || id === only);
  if (apps.length === 0 && only !== undefined) {
    throw new Problem('not_found', { message: `There is no app "${only}" in the account "${account}".` });
  }
  if (expected !== undefined && only === undefined) {
    throw new UsageError('--expect compares with the last hash of one app; name it with --app.');
  }
  const good: string[] = [];
  const broken: string[] = [];
  for (const app of apps) {
    const verdict = await trail.verify(app.id);
    if (!verdict.ok) {
      const { id, expected: due, found } = verdict.broken;
      broken.push(
        `${app.name} (${app.id}): entry ${id} is broken: its hash is ${found}, but what it holds hashes to ${due}; the ${verdict.length} before it are good.`,
      );
    } else if (expected !== undefined && verdict.last !== expected) {
      broken.push(
        `${app.name} (${app.id}): the last hash is ${verdict.last ?? 'none'}, not the expected ${expected}: entries were added or removed.`,
      );
    } else {
      good.push(
        `${app.name} (${app.id}): ${verdict.length} entries verified, last hash ${verdict.last ?? 'none'}`,
      );
    }
  }
  const [first, ...others] = broken.map((message) => ({ message }));
  if (first !== undefined) throw new Problem('conflict', [first, ...others]);
  return good.length === 0 ? 'There are no apps to verify.' : good.join('\n');
};
