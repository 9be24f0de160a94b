import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { FlagView } from '@halyard/control-plane/client';
import { flagManifest, flagTypes } from '@halyard/providers/types';
import { type Command, UsageError } from './command-line.ts';
import { appNamed, askServer, everyPage, missingForServer } from './server.ts';
import type { Settings } from './settings.ts';

/**
 * TypeScript declarations of an app's flags, or with `--manifest` the document that the OpenFeature CLI reads. With `--out` they are
 * written to that file, and what is answered says so: a script of npm prints lines of its own, which must not end up in the file.
 */
export const typesCommand = async (settings: Settings, command: Command): Promise<string> => {
  const [app] = command.options.get('--app') ?? [];
  if (app === undefined) {
    const missing = ['--app is missing; name the app by its id or name.', ...missingForServer(settings)];
    throw new UsageError(missing.join('\n'));
  }
  const [out] = command.options.get('--out') ?? [];
  const { text, count } = await askServer(settings, async (client) => {
    const found = await appNamed(client, settings, app);
    const flags: FlagView[] = [];
    for await (const flag of everyPage((query) => client.listFlags(found.id, query))) flags.push(flag);
    const text = command.options.has('--manifest')
      ? JSON.stringify(flagManifest(flags), null, 2)
      : flagTypes(flags);
    return { text, count: flags.length };
  });
  if (out === undefined) return text;
  // npm runs a script in the folder of its package; whoever called it is elsewhere.
  const file = resolve(process.env['INIT_CWD'] ?? '.', out);
  try {
    await writeFile(file, text.endsWith('\n') ? text : `${text}\n`);
  } catch (error) {
    throw new UsageError(`${file} cannot be written: ${error instanceof Error ? error.message : error}`);
  }
  return `Wrote ${file}: ${count} ${count === 1 ? 'flag' : 'flags'}.`;
};
