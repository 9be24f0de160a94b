import type { Stores } from '@halyard/control-plane';
import type { Logger } from 'pino';
import { trailBehind, trailIn, verifyAudit } from './audit.ts';
import { type Command, UsageError } from './command-line.ts';
import { openStores } from './open-stores.ts';
import { askServer } from './server.ts';
import type { Settings } from './settings.ts';
import { signInLink, tokenCommand } from './token.ts';

/** Runs a command that answers and ends; what it prints. A problem found by `audit verify` is thrown, so that the exit code says it. */
export const operate = async (command: Command, settings: Settings, log: Logger): Promise<string> => {
  switch (command.name) {
    case 'link':
      return withStores(settings, log, (stores) => signInLink(stores, settings, command.words[0]));
    case 'token':
      return withStores(settings, log, (stores) => tokenCommand(stores, settings, command));
    case 'audit':
      return settings.url === null
        ? withStores(settings, log, (stores) =>
            verifyAudit(trailIn(stores, settings.account), settings, command, Date.now()),
          )
        : askServer(settings, (client) => verifyAudit(trailBehind(client), settings, command, Date.now()));
    case 'adopt-cache':
      return withStores(settings, log, async (stores) =>
        (await import('./adopt.ts')).adoptCommand(stores, settings, log),
      );
    case 'backup':
      return (await import('./copy.ts')).backupCommand(settings, command, log);
    case 'restore':
      return (await import('./copy.ts')).restoreCommand(settings, command, log);
    case 'copy':
      return (await import('./copy.ts')).copyCommand(settings, command, log);
    case 'types':
      return (await import('./types.ts')).typesCommand(settings, command);
    case 'import':
      return (await import('./import.ts')).importCommand(settings, command);
    case 'compare':
      return (await import('./promote.ts')).compareCommand(settings, command);
    case 'promote':
      return (await import('./promote.ts')).promoteCommand(settings, command);
    default:
      throw new UsageError(`"${command.name}" is not a command that answers and ends.`);
  }
};

const withStores = async (
  settings: Settings,
  log: Logger,
  work: (stores: Stores) => Promise<string>,
): Promise<string> => {
  const stores = await openStores(settings.databaseUrl, log);
  try {
    return await work(stores);
  } finally {
    await stores.close();
  }
};
