import type { FlagView } from '@halyard/control-plane/client';
import { flagManifest, flagTypes } from '@halyard/providers/types';
import { type Command, UsageError } from './command-line.ts';
import type { Configuration } from './configuration.ts';
import { askServer, everyPage, missingForServer } from './server-command.ts';

/** TypeScript declarations of an app's flags, or with `--manifest` the document that the OpenFeature CLI reads. */
export const typesCommand = (configuration: Configuration, command: Command): Promise<string> => {
  const [app] = command.flags.get('--app') ?? [];
  if (app === undefined) {
    const missing = ['--app is missing; name the app by its id or name.', ...missingForServer(configuration)];
    throw new UsageError(missing.join('\n'));
  }
  return askServer(configuration, async (client) => {
    const apps = await client.listApps();
    const found = apps.find(({ id, name }) => id === app || name === app);
    if (found === undefined) {
      throw new UsageError(`There is no app "${app}" in the account "${configuration.account}".`);
    }
    const flags: FlagView[] = [];
    for await (const flag of everyPage((query) => client.listFlags(found.id, query))) flags.push(flag);
    return command.flags.has('--manifest') ? JSON.stringify(flagManifest(flags), null, 2) : flagTypes(flags);
  });
};
