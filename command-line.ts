import { settingFlags } from './configuration.ts';

export const HELP = `Halyard decides feature flags.

  halyard start             everything in one process: SQLite, edge, dashboard (the default)
  halyard control-plane     the writer: API, dashboard, replication
  halyard edge              a reader beside the users; needs a shared HALYARD_CACHE_URL

  halyard link [NAME]                      a one-time sign-in link for the token NAME (default admin)
  halyard token list | create | revoke     tokens, for when nobody can sign in
    create --name NAME --permission evaluate|config|read|write|admin [--app ID]… [--origin URL]… [--expires DATE]
    revoke ID
  halyard audit verify [--app ID] [--expect HASH]   checks every entry's hash and shows the first broken link; in the database,
                                                    or with HALYARD_URL and HALYARD_TOKEN of a server that is not taken at its word
  halyard backup FILE                      copies a SQLite database while it is in use
  halyard restore FILE                     puts a backup in the place of the database of a stopped server
  halyard types --app ID                   TypeScript declarations of an app's flags, from HALYARD_URL with HALYARD_TOKEN

  --no-example              with start and control-plane: no example app on the first start

Settings are environment variables or the same-named flags:
  HALYARD_PORT (4280), HALYARD_HOST (127.0.0.1), HALYARD_DATABASE_URL (file:./data/halyard.db), HALYARD_CACHE_URL (memory:),
  HALYARD_ACCOUNT (default), HALYARD_EDGE_DATA, HALYARD_LOG (info), HALYARD_PUBLIC_URL, HALYARD_TRUST_PROXY, HALYARD_URL
Secrets are variables only, or files by the variable with _FILE: HALYARD_ADMIN_TOKEN, HALYARD_SECRET, HALYARD_TOKEN
`;

export const COMMANDS = [
  'start',
  'control-plane',
  'edge',
  'link',
  'token',
  'audit',
  'backup',
  'restore',
  'types',
  'help',
] as const;
export type CommandName = (typeof COMMANDS)[number];

/** Flags of single commands; a value of null means that the flag takes none. */
const FLAGS: Readonly<Record<CommandName, Readonly<Record<string, 'text' | 'list' | null>>>> = {
  start: { '--no-example': null },
  'control-plane': { '--no-example': null },
  edge: {},
  link: {},
  token: {
    '--name': 'text',
    '--permission': 'text',
    '--app': 'list',
    '--origin': 'list',
    '--expires': 'text',
  },
  audit: { '--app': 'text', '--expect': 'text' },
  backup: {},
  restore: {},
  types: { '--app': 'text', '--manifest': null },
  help: {},
};

const SECRET_FLAGS = ['--admin-token', '--secret', '--token'];

export interface Command {
  readonly name: CommandName;
  /** Words that are no flags. */
  readonly words: readonly string[];
  /** Setting flags, for the configuration. */
  readonly settings: ReadonlyMap<string, string>;
  /** The command's own flags; a flag without a value has the value ''. */
  readonly flags: ReadonlyMap<string, readonly string[]>;
}

export class UsageError extends Error {
  override readonly name = 'UsageError';
}

type Nearest = (name: string, known: readonly string[]) => string | null;

/** Reads `halyard COMMAND …`; throws a `UsageError` of one sentence that says what to do. */
export const parseCommand = (parameters: readonly string[], nearest: Nearest): Command => {
  if (parameters.some((parameter) => parameter === '--help' || parameter === '-h')) return bare('help');
  const first = parameters[0];
  const named = first !== undefined && !first.startsWith('-');
  const name = named ? COMMANDS.find((command) => command === first) : 'start';
  if (name === undefined) {
    throw new UsageError(`"${first}" is not a command of halyard; ${meant(first ?? '', COMMANDS, nearest)}`);
  }
  const own = FLAGS[name];
  const words: string[] = [];
  const settings = new Map<string, string>();
  const flags = new Map<string, string[]>();
  const rest = parameters.slice(named ? 1 : 0);
  for (let i = 0; i < rest.length; i += 1) {
    const parameter = rest[i] ?? '';
    if (!parameter.startsWith('--')) {
      words.push(parameter);
      continue;
    }
    const equals = parameter.indexOf('=');
    const flag = equals === -1 ? parameter : parameter.slice(0, equals);
    const isSetting = settingFlags.includes(flag) || SECRET_FLAGS.includes(flag);
    if (!isSetting && !Object.hasOwn(own, flag)) {
      const known = [...settingFlags, ...Object.keys(own)];
      throw new UsageError(`${flag} is not a flag of "halyard ${name}"; ${meant(flag, known, nearest)}`);
    }
    if (!isSetting && own[flag] === null) {
      flags.set(flag, ['']);
      continue;
    }
    const value = equals === -1 ? rest[++i] : parameter.slice(equals + 1);
    if (value === undefined) throw new UsageError(`${flag} needs a value, as in ${flag} VALUE.`);
    if (isSetting) settings.set(flag, value);
    else flags.set(flag, own[flag] === 'list' ? [...(flags.get(flag) ?? []), value] : [value]);
  }
  return { name, words, settings, flags };
};

const bare = (name: CommandName): Command => ({ name, words: [], settings: new Map(), flags: new Map() });

const meant = (name: string, known: readonly string[], nearest: Nearest): string => {
  const near = nearest(name, known);
  return near === null ? 'see "halyard help".' : `did you mean "${near}"?`;
};
