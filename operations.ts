import type { Stores } from '@halyard/control-plane';
import type { Logger } from 'pino';
import { trailBehind, trailIn, verifyAudit } from './audit-command.ts';
import { type Command, UsageError } from './command-line.ts';
import type { Configuration } from './configuration.ts';
import { openStores } from './open-stores.ts';
import { askServer } from './server-command.ts';
import { signInLink, tokenCommand } from './token-command.ts';

/** Runs a command that answers and ends; what it prints. A problem found by `audit verify` is thrown, so that the exit code says it. */
export const operate = async (
  command: Command,
  configuration: Configuration,
  log: Logger,
): Promise<string> => {
  switch (command.name) {
    case 'link':
      return withStores(configuration, log, (stores) => signInLink(stores, configuration, command.words[0]));
    case 'token':
      return withStores(configuration, log, (stores) => tokenCommand(stores, configuration, command));
    case 'audit':
      return configuration.url === null
        ? withStores(configuration, log, (stores) =>
            verifyAudit(trailIn(stores, configuration.account), configuration, command, Date.now()),
          )
        : askServer(configuration, (client) =>
            verifyAudit(trailBehind(client), configuration, command, Date.now()),
          );
    case 'adopt-cache':
      return withStores(configuration, log, async (stores) =>
        (await import('./adopt-command.ts')).adoptCommand(stores, configuration, log),
      );
    case 'backup':
      return (await import('./copy-command.ts')).backupCommand(configuration, command, log);
    case 'restore':
      return (await import('./copy-command.ts')).restoreCommand(configuration, command, log);
    case 'copy':
      return (await import('./copy-command.ts')).copyCommand(configuration, command, log);
    case 'types':
      return (await import('./types-command.ts')).typesCommand(configuration, command);
    default:
      throw new UsageError(`"${command.name}" is not a command that answers and ends.`);
  }
};

const withStores = async (
  configuration: Configuration,
  log: Logger,
  work: (stores: Stores) => Promise<string>,
): Promise<string> => {
  const stores = await openStores(configuration.databaseUrl, log);
  try {
    return await work(stores);
  } finally {
    await stores.close();
  }
};
