import { settingOptions } from './settings.ts';

export const COMMANDS = [
  'start',
  'control-plane',
  'edge',
  'link',
  'token',
  'audit',
  'adopt-cache',
  'backup',
  'restore',
  'copy',
  'types',
  'import',
  'compare',
  'promote',
  'help',
  'version',
] as const;
export type CommandName = (typeof COMMANDS)[number];

/** Options of single commands; a value of null means that the option takes none. */
const OPTIONS: Readonly<Record<CommandName, Readonly<Record<string, 'text' | 'list' | null>>>> = {
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
  audit: { '--app': 'text', '--account-log': null, '--expect': 'text' },
  'adopt-cache': {},
  backup: {},
  restore: {},
  copy: { '--from': 'text', '--to': 'text' },
  types: { '--app': 'text', '--out': 'text', '--manifest': null },
  import: {
    '--from': 'text',
    '--app': 'text',
    '--environment': 'text',
    '--targeting-key': 'text',
    '--flagship-account': 'text',
    '--only-exact': null,
    '--plan': null,
  },
  compare: { '--project': 'text', '--from': 'text', '--to': 'text', '--key': 'text' },
  promote: {
    '--project': 'text',
    '--from': 'text',
    '--to': 'text',
    '--key': 'list',
    '--tag': 'text',
    '--state': null,
    '--take-source': null,
    '--comment': 'text',
    '--plan': null,
  },
  help: {},
  version: {},
};

const SECRET_OPTIONS = ['--admin-token', '--secret', '--token'];

export interface Command {
  readonly name: CommandName;
  /** Words that are not options. */
  readonly words: readonly string[];
  /** Settings given as options. */
  readonly settings: ReadonlyMap<string, string>;
  /** The command's own options; one without a value has the value ''. */
  readonly options: ReadonlyMap<string, readonly string[]>;
}

export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly exitCode: number;

  constructor(message: string, exitCode = 2) {
    super(message);
    this.exitCode = exitCode;
  }
}

type Nearest = (name: string, known: readonly string[]) => string | null;

/** Reads `halyard COMMAND …`; throws a `UsageError` of one sentence that says what to do. */
export const parseCommand = (parameters: readonly string[], nearest: Nearest): Command => {
  if (parameters.some((parameter) => parameter === '--help' || parameter === '-h')) {
    return { ...bare('help'), words: COMMANDS.filter((command) => command === parameters[0]) };
  }
  if (parameters.some((parameter) => parameter === '--version' || parameter === '-v')) return bare('version');
  const first = parameters[0];
  const named = first !== undefined && !first.startsWith('-');
  const name = named ? COMMANDS.find((command) => command === first) : 'start';
  if (name === undefined) {
    throw new UsageError(`"${first}" is not a command of halyard; ${meant(first ?? '', COMMANDS, nearest)}`);
  }
  const own = OPTIONS[name];
  const words: string[] = [];
  const settings = new Map<string, string>();
  const options = new Map<string, string[]>();
  const rest = parameters.slice(named ? 1 : 0);
  for (let i = 0; i < rest.length; i += 1) {
    const parameter = rest[i] ?? '';
    if (!parameter.startsWith('--')) {
      words.push(parameter);
      continue;
    }
    const equals = parameter.indexOf('=');
    const option = equals === -1 ? parameter : parameter.slice(0, equals);
    const isSetting = settingOptions.includes(option) || SECRET_OPTIONS.includes(option);
    if (!isSetting && !Object.hasOwn(own, option)) {
      const known = [...settingOptions, ...Object.keys(own)];
      throw new UsageError(
        `${option} is not an option of "halyard ${name}"; ${meant(option, known, nearest)}`,
      );
    }
    if (!isSetting && own[option] === null) {
      options.set(option, ['']);
      continue;
    }
    const value = equals === -1 ? rest[++i] : parameter.slice(equals + 1);
    if (value === undefined) throw new UsageError(`${option} needs a value, as in ${option} VALUE.`);
    if (isSetting) settings.set(option, value);
    else options.set(option, own[option] === 'list' ? [...(options.get(option) ?? []), value] : [value]);
  }
  return { name, words, settings, options };
};

const bare = (name: CommandName): Command => ({ name, words: [], settings: new Map(), options: new Map() });

const meant = (name: string, known: readonly string[], nearest: Nearest): string => {
  const near = nearest(name, known);
  return near === null ? 'see "halyard help".' : `did you mean "${near}"?`;
};
