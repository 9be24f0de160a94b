import { DEFAULT_PREFIX, isPrefix, PREFIX_FORM } from '@halyard/caches';
import { withoutPassword } from '@halyard/caches/without-password';
import { parsePublicUrl } from '@halyard/control-plane/public-url';
import { textOf } from './setting-file.ts';

/** What a process was told, from environment variables and the same-named options (an option wins). */
export interface Settings {
  readonly port: number;
  readonly host: string;
  readonly databaseUrl: string;
  readonly cacheUrl: string;
  /** In front of every name in the flag cache: installations that share one must not share it. */
  readonly cachePrefix: string;
  readonly adminToken: string | null;
  readonly account: string;
  /** Directory where an edge keeps its last good configuration. */
  readonly edgeData: string | null;
  readonly log: LogLevel;
  /** Where clients and browsers reach this process, when that is not `http://{host}:{port}`. */
  readonly publicUrl: string | null;
  /** Where evaluations are asked for, when that is not where people reach this process. */
  readonly edgeUrl: string | null;
  /** Believe `X-Forwarded-For` and `X-Forwarded-Proto`. */
  readonly trustProxy: boolean;
  /** Whether evaluations are counted: at an edge, and by the control plane. */
  readonly observe: boolean;
  /** Event streams that an edge keeps open at once, of all tokens and of one. */
  readonly maxStreams: number;
  readonly maxStreamsPerToken: number;
  readonly secret: string | null;
  /** The server that commands talk to, and the token they show. */
  readonly url: string | null;
  readonly token: string | null;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** Every mistake in the settings, one sentence each. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly mistakes: readonly string[];

  constructor(mistakes: readonly string[]) {
    super(mistakes.join('\n'));
    this.mistakes = mistakes;
  }
}

type Parsed<T> = { readonly value: T } | { readonly expected: string };
type Parser<T> = (text: string) => Parsed<T>;

const ok = <T>(value: T): Parsed<T> => ({ value });

const port: Parser<number> = (text) =>
  /^\d{1,5}$/.test(text) && Number(text) <= 65_535
    ? ok(Number(text))
    : { expected: 'a port number from 0 to 65535' };

const count: Parser<number> = (text) =>
  /^[1-9]\d{0,6}$/.test(text) ? ok(Number(text)) : { expected: 'a whole number from 1 to 9999999' };

const nonEmpty =
  (expected: string): Parser<string> =>
  (text) =>
    text.trim() === '' ? { expected } : ok(text);

const databaseUrl: Parser<string> = (text) =>
  /^file:.+/.test(text) || (/^postgres(ql)?:\/\//.test(text) && URL.canParse(text))
    ? ok(text)
    : { expected: 'file:PATH or postgres://USER@HOST/DATABASE' };

const cacheUrl: Parser<string> = (text) =>
  text === 'memory:' || (/^rediss?:\/\//.test(text) && URL.canParse(text)) || isNatsUrl(text)
    ? ok(text)
    : { expected: 'memory:, redis://HOST:PORT or nats://HOST:PORT' };

/** NATS takes several servers of one cluster, separated by commas; the first says how to connect. */
const isNatsUrl = (text: string): boolean => {
  const [first = '', ...others] = text.split(',');
  return (
    /^(nats|tls):\/\//.test(first) &&
    URL.canParse(first) &&
    others.every((other) => URL.canParse(/^\w+:\/\//.test(other) ? other : `nats://${other}`))
  );
};

const oneOf =
  <const T extends string>(...values: readonly T[]): Parser<T> =>
  (text) => {
    const found = values.find((value) => value === text);
    return found === undefined ? { expected: `one of ${values.join(', ')}` } : ok(found);
  };

const boolean: Parser<boolean> = (text) => {
  if (text === '1' || text === 'true' || text === '') return ok(true);
  return text === '0' || text === 'false' ? ok(false) : { expected: 'true or false' };
};

const onOrOff: Parser<boolean> = (text) =>
  text === 'on' || text === 'off' ? ok(text === 'on') : { expected: 'on or off' };

const secretText: Parser<string> = (text) =>
  text.length >= 24 ? ok(text) : { expected: 'at least 24 characters' };

const account: Parser<string> = (text) =>
  /^[A-Za-z0-9_-]{1,64}$/.test(text) ? ok(text) : { expected: '1 to 64 letters, digits, _ or -' };

const cachePrefix: Parser<string> = (text) => (isPrefix(text) ? ok(text) : { expected: PREFIX_FORM });

interface Setting<T> {
  readonly variable: string;
  readonly parse: Parser<T>;
  readonly fallback: T;
  /**
   * May be given as a file instead, `{variable}_FILE`. `whole`: never shown, and never an option, because options are seen by everyone on the
   * machine. `password`: a URL that may hold one.
   */
  readonly secret?: 'whole' | 'password';
}

const table: { readonly [K in keyof Settings]: Setting<Settings[K]> } = {
  port: { variable: 'HALYARD_PORT', parse: port, fallback: 4280 },
  host: {
    variable: 'HALYARD_HOST',
    parse: nonEmpty('an address or host name to listen on'),
    fallback: '127.0.0.1',
  },
  databaseUrl: {
    variable: 'HALYARD_DATABASE_URL',
    parse: databaseUrl,
    fallback: 'file:./data/halyard.db',
    secret: 'password',
  },
  cacheUrl: { variable: 'HALYARD_CACHE_URL', parse: cacheUrl, fallback: 'memory:', secret: 'password' },
  cachePrefix: { variable: 'HALYARD_CACHE_PREFIX', parse: cachePrefix, fallback: DEFAULT_PREFIX },
  adminToken: { variable: 'HALYARD_ADMIN_TOKEN', parse: secretText, fallback: null, secret: 'whole' },
  account: { variable: 'HALYARD_ACCOUNT', parse: account, fallback: 'default' },
  edgeData: { variable: 'HALYARD_EDGE_DATA', parse: nonEmpty('a directory'), fallback: null },
  log: {
    variable: 'HALYARD_LOG',
    parse: oneOf('debug', 'info', 'warn', 'error', 'silent'),
    fallback: 'info',
  },
  publicUrl: {
    variable: 'HALYARD_PUBLIC_URL',
    parse: parsePublicUrl,
    fallback: null,
  },
  edgeUrl: { variable: 'HALYARD_EDGE_URL', parse: parsePublicUrl, fallback: null },
  trustProxy: { variable: 'HALYARD_TRUST_PROXY', parse: boolean, fallback: false },
  observe: { variable: 'HALYARD_OBSERVE', parse: onOrOff, fallback: true },
  maxStreams: { variable: 'HALYARD_MAX_STREAMS', parse: count, fallback: 50_000 },
  maxStreamsPerToken: { variable: 'HALYARD_MAX_STREAMS_PER_TOKEN', parse: count, fallback: 25_000 },
  secret: { variable: 'HALYARD_SECRET', parse: secretText, fallback: null, secret: 'whole' },
  url: {
    variable: 'HALYARD_URL',
    parse: parsePublicUrl,
    fallback: null,
  },
  token: { variable: 'HALYARD_TOKEN', parse: nonEmpty('a token'), fallback: null, secret: 'whole' },
};

/**
 * Kubernetes describes each service of a namespace in variables; those of a service named `halyard…` begin as ours do
 * (https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables).
 */
const isInjected = (name: string, text: string | undefined): boolean =>
  /^HALYARD(?:_[A-Z0-9_]+)?_(?:SERVICE_(?:HOST|PORT(?:_[A-Z0-9_]+)?)|PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)$/.test(
    name,
  ) ||
  (/^HALYARD(?:_[A-Z0-9_]+)?_PORT$/.test(name) && /^(?:tcp|udp|sctp):\/\//.test(text ?? ''));

const optionOf = (variable: string): string =>
  `--${variable.slice('HALYARD_'.length).toLowerCase().replaceAll('_', '-')}`;

/** The names of all settings' options, without those of secrets. */
export const settingOptions: readonly string[] = Object.values(table)
  .filter((setting) => setting.secret !== 'whole')
  .map((setting) => optionOf(setting.variable));

/**
 * Reads the settings; throws a `SettingsError` that lists every mistake.
 *
 * @param options setting options as given, name (`--port`) to text
 * @param nearest finds the known name that was probably meant, or null
 */
export const readSettings = (
  environment: Readonly<Record<string, string | undefined>>,
  options: ReadonlyMap<string, string>,
  nearest: (name: string, known: readonly string[]) => string | null,
): Settings => {
  const mistakes: string[] = [];
  const known = Object.values(table).flatMap(({ variable, secret }) =>
    secret === undefined ? [variable] : [variable, `${variable}_FILE`],
  );
  for (const name of Object.keys(environment)) {
    if (!name.startsWith('HALYARD_') || known.includes(name) || isInjected(name, environment[name])) continue;
    const meant = nearest(name, known);
    mistakes.push(
      `${name} is not a setting of Halyard; ${meant === null ? 'remove it' : `did you mean ${meant}?`}`,
    );
  }

  const read = <T>({ variable, parse, fallback, secret }: Setting<T>): T => {
    const option = optionOf(variable);
    const given = options.get(option);
    if (given !== undefined && secret === 'whole') {
      mistakes.push(
        `${option} would show a secret to everyone on this machine; set ${variable} or ${variable}_FILE instead`,
      );
      return fallback;
    }
    const found =
      given === undefined
        ? textOf(variable, environment, secret !== undefined)
        : { name: option, text: given };
    if ('mistake' in found) {
      mistakes.push(found.mistake);
      return fallback;
    }
    const { name, text } = found;
    // An empty variable is how compose files and shells say "not set"; Kubernetes sets some that mean something else.
    if (text === undefined || (text === '' && given === undefined)) return fallback;
    if (given === undefined && isInjected(name, text)) return fallback;
    const parsed = parse(text);
    if ('value' in parsed) return parsed.value;
    const shown =
      secret === 'whole'
        ? `has ${text.length} characters`
        : `is ${JSON.stringify(secret === undefined && !text.includes('@') ? text : withoutPassword(text))}`;
    mistakes.push(`${name} ${shown}; expected ${parsed.expected}`);
    return fallback;
  };

  const settings: Settings = {
    port: read(table.port),
    host: read(table.host),
    databaseUrl: read(table.databaseUrl),
    cacheUrl: read(table.cacheUrl),
    cachePrefix: read(table.cachePrefix),
    adminToken: read(table.adminToken),
    account: read(table.account),
    edgeData: read(table.edgeData),
    log: read(table.log),
    publicUrl: read(table.publicUrl),
    edgeUrl: read(table.edgeUrl),
    trustProxy: read(table.trustProxy),
    observe: read(table.observe),
    maxStreams: read(table.maxStreams),
    maxStreamsPerToken: read(table.maxStreamsPerToken),
    secret: read(table.secret),
    url: read(table.url),
    token: read(table.token),
  };
  if (mistakes.length > 0) throw new SettingsError(mistakes);
  return settings;
};
