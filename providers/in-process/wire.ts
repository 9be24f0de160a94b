/** What an edge says at `/apps/{app}/config` and `/apps/{app}/stream`: unknown JSON becomes these types here and nowhere else. */

export interface Configuration {
  /** Part of the bucketing salt of flags that carry none. */
  readonly account: string;
  readonly app: string;
  readonly version: number;
  /** The database's name and the epoch of its history; absent where an edge of a former release answered. */
  readonly identity?: string;
  readonly epoch?: string;
  /** By key. Left unparsed: the engine turns one that it does not understand into one failing flag. */
  readonly flags: Readonly<Record<string, unknown>>;
  /** By key, unparsed too. None where a former release wrote it. */
  readonly segments: Readonly<Record<string, unknown>>;
}

export interface Change {
  readonly kind: 'flag' | 'segment';
  readonly key: string;
  /** The flag or segment; undefined: it was deleted. */
  readonly value: unknown;
}

/** One commit: exactly the step from `version - 1` to `version`. */
export interface ConfigurationChange {
  readonly version: number;
  readonly changes: readonly Change[];
}

/** Something answered, but not an edge: the message says what was expected and what was found. */
export class NotAConfiguration extends Error {
  override readonly name = 'NotAConfiguration';
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isVersion = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

const kindOf = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`;

export const parseJson = (text: string): unknown => {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    throw new NotAConfiguration(`expected JSON, found ${JSON.stringify(text.slice(0, 60))}`);
  }
};

export const parseConfiguration = (value: unknown): Configuration => {
  if (!isRecord(value)) throw new NotAConfiguration(`expected a configuration, found ${kindOf(value)}`);
  const { account, app, version, identity, epoch, flags, segments = {} } = value;
  if (typeof account !== 'string' || account === '')
    throw new NotAConfiguration(`account is ${kindOf(account)}; expected the account's id`);
  if (!isVersion(version))
    throw new NotAConfiguration(`version is ${kindOf(version)}; expected a whole number`);
  if (!isRecord(flags)) throw new NotAConfiguration(`flags is ${kindOf(flags)}; expected an object by key`);
  if (!isRecord(segments))
    throw new NotAConfiguration(`segments is ${kindOf(segments)}; expected an object by key`);
  const history = typeof identity === 'string' && typeof epoch === 'string' ? { identity, epoch } : {};
  return { account, app: typeof app === 'string' ? app : '', version, ...history, flags, segments };
};

/** `account` is the one already known: a snapshot on a stream may leave it out. */
export const parseSnapshot = (value: unknown, account: string): Configuration =>
  parseConfiguration(isRecord(value) ? { account, ...value } : value);

export const parseChange = (value: unknown): ConfigurationChange => {
  if (!isRecord(value)) throw new NotAConfiguration(`expected a change, found ${kindOf(value)}`);
  const { version, changes } = value;
  if (!isVersion(version))
    throw new NotAConfiguration(`version is ${kindOf(version)}; expected a whole number`);
  if (!Array.isArray(changes))
    throw new NotAConfiguration(`changes is ${kindOf(changes)}; expected an array`);
  return { version, changes: changes.flatMap(changeIn) };
};

/** None where its kind is not known here: a later edge may say more than this provider knows. */
const changeIn = (change: unknown): Change[] => {
  if (!isRecord(change) || typeof change['key'] !== 'string')
    throw new NotAConfiguration('a change names no flag; expected { key, flag }');
  const { kind = 'flag', key } = change;
  return kind === 'flag' || kind === 'segment' ? [{ kind, key, value: change[kind] ?? undefined }] : [];
};
