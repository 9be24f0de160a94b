import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Client } from '@halyard/control-plane/client';
import { VENDORS, type Vendor } from '@halyard/control-plane/importers';
import { type Command, UsageError } from './command-line.ts';
import { appNamed, askServer, missingForServer } from './server.ts';
import type { Settings } from './settings.ts';

type Imported = Awaited<ReturnType<Client['importFrom']>>;

/** Imports another vendor's file, or with `--plan` says what that would do. What it prints: every flag that is not exact, and the counts. */
export const importCommand = async (settings: Settings, command: Command): Promise<string> => {
  const option = (name: string): string | undefined => command.options.get(name)?.[0];
  const [given, ...others] = command.words;
  const app = option('--app');
  const from = VENDORS.find((vendor) => vendor === option('--from'));
  if (given === undefined || others.length > 0 || app === undefined || from === undefined) {
    const missing = [
      from === undefined &&
        `--from is ${option('--from') ?? 'missing'}; expected one of ${VENDORS.join(', ')}.`,
      app === undefined && '--app is missing; name the app by its id or name.',
      (given === undefined || others.length > 0) && 'Name the one file to import.',
      ...missingForServer(settings, 'write'),
    ];
    throw new UsageError(missing.filter((each) => each !== false).join('\n'));
  }
  const document = await read(given);
  const plan = command.options.has('--plan');
  const environment = option('--environment');
  const targetingKey = option('--targeting-key');
  const account = option('--flagship-account');
  const result = await askServer(settings, async (client) => {
    const found = await appNamed(client, settings, app);
    const query = {
      from,
      ...(environment === undefined ? {} : { environment }),
      ...(targetingKey === undefined ? {} : { targeting_key: targetingKey }),
      ...(account === undefined ? {} : { flagship_account: account }),
      ...(command.options.has('--only-exact') ? { only: 'exact' as const } : {}),
    };
    return plan
      ? client.importFrom(found.id, document, query, { dryRun: true })
      : client.importFrom(found.id, document, query);
  });
  return said(result, from, plan);
};

const read = async (given: string): Promise<Blob> => {
  // npm runs a script in the folder of its package; whoever called it is elsewhere.
  const file = resolve(process.env['INIT_CWD'] ?? '.', given);
  const type = /\.ya?ml$/i.test(file) ? 'application/yaml' : 'application/json';
  try {
    return new Blob([await readFile(file)], { type });
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${error instanceof Error ? error.message : error}`);
  }
};

const said = (result: Imported, from: Vendor, plan: boolean): string => {
  const { created, updated, unchanged, report = [], counts } = result;
  const lines = report.flatMap(({ key, outcome, notes }) =>
    outcome === 'exact' && notes.length === 0
      ? []
      : [
          `${outcome.padEnd(8)} ${key}`,
          ...notes.map(({ path, message }) => `           ${path}: ${message}`),
        ],
  );
  const verb = plan ? 'would be created' : 'created';
  return [
    ...lines,
    `${report.length} ${report.length === 1 ? 'flag' : 'flags'} of ${from}: ${counts?.exact ?? 0} exact, ${counts?.differs ?? 0} differ, ${counts?.refused ?? 0} refused.`,
    `${created} ${verb}, ${updated} updated, ${unchanged} unchanged.`,
  ].join('\n');
};
