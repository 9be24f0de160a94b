import { COMMANDS, type CommandName, UsageError } from './command-line.ts';

interface Help {
  /** In the list of all commands; null: not in it. */
  readonly summary: string | null;
  /** What may follow the name. */
  readonly usage: string;
  readonly more: readonly string[];
}

const NO_EXAMPLE = '--no-example   make no example app on the first start';

const COMMAND_HELP: Readonly<Record<CommandName, Help>> = {
  start: {
    summary: 'everything in one process: SQLite, edge, dashboard (the default)',
    usage: '[--no-example] [SETTING…]',
    more: [NO_EXAMPLE],
  },
  'control-plane': {
    summary: 'the writer: API, dashboard, replication',
    usage: '[--no-example] [SETTING…]',
    more: [NO_EXAMPLE, 'Edges need HALYARD_CACHE_URL to be redis:// or nats://, the same as theirs.'],
  },
  edge: {
    summary: 'a reader beside the users; needs a shared HALYARD_CACHE_URL',
    usage: '[SETTING…]',
    more: ['With HALYARD_EDGE_DATA it keeps its last good settings over a restart.'],
  },
  link: {
    summary: 'a one-time sign-in link for a token',
    usage: '[NAME]',
    more: ['NAME   the name of a token that may read (default: the oldest admin token)'],
  },
  token: {
    summary: 'tokens, for when nobody can sign in',
    usage: 'list | create | revoke',
    more: [
      'token create --name NAME --permission evaluate|config|read|write|admin [--app ID]… [--origin URL]… [--expires DATE]',
      'token revoke ID',
    ],
  },
  audit: {
    summary:
      'checks every entry of the audit trail, and that flags, apps and tokens are what the entries say',
    usage: 'verify [--app ID | --account-log] [--expect HASH]',
    more: [
      'In the database, or with HALYARD_URL and HALYARD_TOKEN of a server that is not taken at its word.',
      '--app ID        one app only',
      "--account-log   the account's own log alone",
      '--expect HASH   compare the last hash with one that was kept elsewhere',
    ],
  },
  'adopt-cache': {
    summary: 'lets this database take over a flag cache that another database filled',
    usage: '[SETTING…]',
    more: [
      'With the settings of the control plane. Edges follow this database at once; tokens and apps of the other one are gone.',
    ],
  },
  backup: {
    summary: 'writes the database to one file while it is in use, SQLite or PostgreSQL',
    usage: 'FILE',
    more: [
      'FILE must not exist. Only its owner can read what is written. It is a SQLite database, of whichever database it is a backup.',
    ],
  },
  restore: {
    summary: 'puts a backup into an empty database, SQLite or PostgreSQL',
    usage: 'FILE',
    more: [
      'A SQLite database must not exist: stop the server and move the old one away first, with its -wal and -shm files.',
    ],
  },
  copy: {
    summary: 'moves everything into an empty database, from SQLite to PostgreSQL or back',
    usage: '[--from URL] [--to URL]',
    more: [
      'Stop the servers first: what they commit after the copy has begun stays behind.',
      '--from URL   file:PATH or postgres://USER@HOST/DATABASE (default: HALYARD_DATABASE_URL)',
      '--to URL     the same; it must be empty, or half-copied from the same database (default: HALYARD_DATABASE_URL)',
      'Give the URL with a password as HALYARD_DATABASE_URL_FILE, which no list of processes shows.',
    ],
  },
  types: {
    summary: "TypeScript declarations of an app's flags",
    usage: '--app ID [--out FILE] [--manifest]',
    more: [
      'From the server at HALYARD_URL, with a token that may read in HALYARD_TOKEN.',
      '--out        the file to write; without it the declarations are printed',
      '--manifest   the document that the OpenFeature CLI reads, instead',
    ],
  },
  import: {
    summary: 'moves in from LaunchDarkly, Unleash, flagd, GrowthBook or Flagship; nobody changes variation',
    usage: '--from VENDOR FILE --app ID [--environment KEY] [--plan]',
    more: [
      'Into the server at HALYARD_URL, with a token that may write in HALYARD_TOKEN. FILE is JSON, or YAML by its name.',
      '--from VENDOR             launchdarkly, unleash, flagd, growthbook or flagship',
      "--environment KEY         the vendor's environment whose rules are meant, where the file has several",
      '--targeting-key NAME      the attribute that becomes targetingKey, where it is not the usual one',
      '--flagship-account ID     with flagship: whose buckets the flags keep',
      '--only-exact              flags that would answer somebody otherwise stay away too',
      '--plan                    change nothing, and say what would be',
    ],
  },
  compare: {
    summary: 'what differs between two environments of a project',
    usage: '--project NAME --from KEY --to KEY [--key FLAG]',
    more: [
      'Asks the server at HALYARD_URL, with a token that may read in HALYARD_TOKEN.',
      'Exits with 0 where nothing differs, with 2 where something does, and with 1 where it cannot tell.',
    ],
  },
  promote: {
    summary: 'carries flags from one environment of a project to another, in one commit',
    usage: '--project NAME --from KEY --to KEY (--key FLAG… | --tag TAG) [--plan]',
    more: [
      'Definitions alone: what is on, and for how many, stays as it is there.',
      '--state          what is on, and for how many, too',
      '--take-source    where both sides changed the same, take what --from has',
      '--comment TEXT   why, for the history',
      '--plan           change nothing, and say what would be; exits with 0 where that is nothing, else with 2',
    ],
  },
  help: { summary: 'this, or more about one command', usage: '[COMMAND]', more: [] },
  version: { summary: null, usage: '', more: ['The same as halyard --version.'] },
};

const SETTINGS = `Settings are environment variables or the same-named options (HALYARD_PORT is --port):
  HALYARD_PORT (4280), HALYARD_HOST (127.0.0.1), HALYARD_DATABASE_URL (file:./data/halyard.db), HALYARD_CACHE_URL (memory:),
  HALYARD_CACHE_PREFIX (halyard), HALYARD_ACCOUNT (default), HALYARD_EDGE_DATA, HALYARD_LOG (info), HALYARD_PUBLIC_URL, HALYARD_EDGE_URL,
  HALYARD_TRUST_PROXY, HALYARD_OBSERVE (on), HALYARD_MAX_STREAMS (50000), HALYARD_MAX_STREAMS_PER_TOKEN (25000), HALYARD_URL
Secrets are variables only: HALYARD_ADMIN_TOKEN, HALYARD_SECRET, HALYARD_TOKEN
Secrets, HALYARD_DATABASE_URL and HALYARD_CACHE_URL may be files: HALYARD_SECRET_FILE and so on.`;

/** What `halyard help` prints, or `halyard help COMMAND`. Throws a `UsageError` for a name that is not a command. */
export const helpOf = (name?: string): string => {
  if (name === undefined) return general();
  const command = COMMANDS.find((each) => each === name);
  if (command === undefined)
    throw new UsageError(`"${name}" is not a command of halyard; see "halyard help".`);
  const { summary, usage, more } = COMMAND_HELP[command];
  return [
    `halyard ${command} ${usage}`.trimEnd(),
    '',
    ...(summary === null ? [] : [`  ${summary}`, '']),
    ...more.map((line) => `  ${line}`),
    ...(more.length === 0 ? [] : ['']),
    SETTINGS,
    '',
  ].join('\n');
};

const general = (): string => {
  const lines = COMMANDS.flatMap((command) => {
    const { summary } = COMMAND_HELP[command];
    return summary === null ? [] : [`  halyard ${command.padEnd(15)} ${summary}`];
  });
  return `Halyard decides feature flags.

${lines.join('\n')}

  halyard COMMAND --help  more about one command
  halyard --version       the version

${SETTINGS}
`;
};
