import type {
  Change,
  CommitRequest,
  Committed,
  FlagChange,
  Replayed,
  WriteInfo,
} from '../../../model/commit.ts';
import type { FlagDefinition, StoredFlag } from '../../../model/flag.ts';
import { Problem } from '../../../model/problem.ts';
import type { Origin } from '../../../model/session.ts';
import type { NewToken } from '../../../model/token.ts';
import type { AppStore, Stores } from '../../port.ts';

/** The parts of a test runner that the suite uses, so that it runs under vitest and inside workerd alike. */
export interface Runner {
  describe(title: string, body: () => void): void;
  test(title: string, body: () => Promise<void>): void;
  expect(actual: unknown): {
    toBe(expected: unknown): void;
    toEqual(expected: unknown): void;
  };
}

/** Empty stores whose limits are `LIMITS` and whose clock is `clock`. */
export interface Fixture {
  readonly stores: Stores;
  /** The same database as another process sees it; for a database of one process, the same object. */
  readonly other: Stores;
  close(): Promise<void>;
}

export const LIMITS = { apps: 5, flags: 6 } as const;

export type Check = (title: string, body: (fixture: Fixture) => Promise<void>) => void;

export interface Suite {
  readonly check: Check;
  readonly expect: Runner['expect'];
}

export const ACCOUNT = 'acme';
export const APP = 'app-1';

/** The second of the fixed day of the suite's clock. */
export const at = (second: number): string => new Date(Date.UTC(2026, 0, 2) + second * 1_000).toISOString();
export const clock = (): number => Date.UTC(2026, 0, 2, 12);

export const by = (name: string, second: number, comment: string | null = null): WriteInfo => ({
  actor: { name, token_id: `token-${name}` },
  at: at(second),
  comment,
});

/** The second of the day, from an address. */
export const from = (second: number): Origin => ({ at: at(second), address: '203.0.113.7' });

export const tokenOf = (id: string, more: Partial<NewToken> = {}): NewToken => ({
  id,
  hash: `hash-of-${id}`,
  name: id,
  permission: 'evaluate',
  app_ids: null,
  allowed_origins: null,
  expires_at: null,
  ...more,
});

export const flagOf = (key: string, more: Partial<FlagDefinition> = {}): FlagDefinition => ({
  key,
  enabled: false,
  variations: { on: true, off: false },
  default_variation: 'off',
  rules: [],
  bucketing: { hash: 'murmur3', salt: `${ACCOUNT}/${key}` },
  ...more,
});

/** The account with one app. */
export const settle = async ({ accounts, ...stores }: Stores): Promise<AppStore> => {
  await accounts.ensureAccount(ACCOUNT, at(0));
  await accounts.createApp(ACCOUNT, { id: APP, name: 'shop', client_side_default: true }, by('ann', 0));
  return stores.app(ACCOUNT, APP);
};

export const commit = async (
  app: AppStore,
  changes: readonly FlagChange[],
  write: WriteInfo = by('ann', 1),
): Promise<Committed<null>> => {
  const keys = changes.map((change) => change.key);
  return fresh(await app.commit({ keys, decide: () => ({ changes, answer: null }), write }));
};

/** A commit of flags and segments. */
export const writeAll = (
  app: AppStore,
  changes: readonly Change[],
  write: WriteInfo = by('ann', 1),
): Promise<Committed<null> | Replayed> =>
  app.commit({
    keys: changes.flatMap(({ kind = 'flag', key }) => (kind === 'flag' ? key : [])),
    segments: changes.flatMap(({ kind, key }) => (kind === 'segment' ? key : [])),
    decide: () => ({ changes, answer: null }),
    write,
  });

export const create = (key: string, more: Partial<FlagDefinition> = {}): FlagChange => ({
  event: 'create',
  key,
  after: flagOf(key, more),
});

export const update = (key: string, more: Partial<FlagDefinition> = {}): FlagChange => ({
  event: 'update',
  key,
  after: flagOf(key, more),
});

/** What every toggle in the suite is: reads the flag inside the transaction, writes the opposite. */
export const toggle = (key: string, write: WriteInfo = by('ann', 2)): CommitRequest<boolean> => ({
  keys: [key],
  decide: (current) => {
    const definition = definitionOf(current, key);
    const enabled = !definition.enabled;
    return { changes: [{ event: 'update', key, after: { ...definition, enabled } }], answer: enabled };
  },
  write,
});

const definitionOf = (current: ReadonlyMap<string, StoredFlag>, key: string): FlagDefinition => {
  const flag = current.get(key);
  if (flag === undefined) throw new Problem('not_found', { message: `There is no flag ${key}.` });
  return flag.definition;
};

export const fresh = <A>(result: Committed<A> | Replayed): Committed<A> => {
  if (result.replayed !== undefined) throw new Error('The commit was taken for a repeat.');
  return result;
};

/** The kind of the `Problem` that a promise rejects with; its message if it is another error; null if it resolves. */
export const refusal = async (promise: Promise<unknown>): Promise<string | null> => {
  try {
    await promise;
    return null;
  } catch (error) {
    return error instanceof Problem ? error.kind : String(error);
  }
};

export const all = async <T>(items: AsyncIterable<T>): Promise<readonly T[]> => {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
};

/** Looks until the answer is there; ten seconds at most. */
export const until = async (holds: () => boolean | Promise<boolean>): Promise<boolean> => {
  for (const end = performance.now() + 10_000; performance.now() < end; ) {
    if (await holds()) return true;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return false;
};
