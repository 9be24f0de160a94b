import { ApiError, createClient, type FlagView } from '@halyard/control-plane/client';
import { flagManifest, flagTypes } from '@halyard/providers/types';
import { type Command, UsageError } from './command-line.ts';
import type { Configuration } from './configuration.ts';

/** TypeScript declarations of an app's flags, or with `--manifest` the document that the OpenFeature CLI reads. */
export const typesCommand = async (configuration: Configuration, command: Command): Promise<string> => {
  const [app] = command.flags.get('--app') ?? [];
  const { url, token, account } = configuration;
  const missing = [
    ...(app === undefined ? ['--app is missing; name the app by its id or name.'] : []),
    ...(url === null
      ? ['HALYARD_URL is missing; set it to where the control plane is, such as http://127.0.0.1:4280.']
      : []),
    ...(token === null ? ['HALYARD_TOKEN is missing; set it to a token with the permission read.'] : []),
  ];
  if (app === undefined || url === null || token === null) throw new UsageError(missing.join('\n'));
  const client = createClient({ baseUrl: url, account, token });
  try {
    const apps = await client.listApps();
    const found = apps.find(({ id, name }) => id === app || name === app);
    if (found === undefined) throw new UsageError(`There is no app "${app}" in the account "${account}".`);
    const flags: FlagView[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof client.listFlags>> = await client.listFlags(found.id, {
        limit: 200,
        ...(cursor === null ? {} : { cursor }),
      });
      flags.push(...page.items);
      cursor = page.cursor;
    } while (cursor !== null);
    return command.flags.has('--manifest') ? JSON.stringify(flagManifest(flags), null, 2) : flagTypes(flags);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw new UsageError(
      error.status === 0
        ? `${url} cannot be reached; check HALYARD_URL.`
        : `${url} refused: ${error.message}`,
    );
  }
};
