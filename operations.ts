import type { Stores } from '@halyard/control-plane';
import { Problem } from '@halyard/control-plane/problem';
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
      return backup(configuration, command);
    case 'restore':
      return restore(configuration, command);
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

const backup = async (configuration: Configuration, command: Command): Promise<string> => {
  const file = command.words[0];
  if (file === undefined)
    throw new UsageError('A backup needs a file to write, as in "halyard backup flags.db".');
  if (!configuration.databaseUrl.startsWith('file:')) {
    throw new Problem('invalid', {
      message: 'HALYARD_DATABASE_URL names PostgreSQL, which has its own tools for this; use pg_dump.',
    });
  }
  const { backupSqlite } = await import('@halyard/control-plane/sqlite');
  backupSqlite(configuration.databaseUrl, file);
  return `Wrote ${file}. To restore it, stop the server and run "halyard restore ${file}".`;
};

const restore = async (configuration: Configuration, command: Command): Promise<string> => {
  const file = command.words[0];
  if (file === undefined)
    throw new UsageError('Name the backup to restore, as in "halyard restore flags.db".');
  const { restoreSqlite } = await import('@halyard/control-plane/sqlite');
  restoreSqlite(file, configuration.databaseUrl);
  return `Restored ${file} to ${configuration.databaseUrl}.`;
};
