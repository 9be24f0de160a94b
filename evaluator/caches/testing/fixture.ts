import type { Lineage, Position } from '../following/history.ts';
import {
  appSpace,
  type Change,
  type EdgeReceipt,
  type FlagCache,
  type NewCommit,
  type Snapshot,
  type Watcher,
} from '../port.ts';

/** The parts of a test runner that the suite uses, so that it runs under vitest and inside workerd alike. */
export interface Runner {
  describe(title: string, body: () => void): void;
  test(title: string, body: () => Promise<void>): void;
  expect(actual: unknown): {
    toBe(expected: unknown): void;
    toEqual(expected: unknown): void;
  };
}

export interface Fixture {
  readonly cache: FlagCache;
  /** Another connection to the same cache: what another process sees. For a cache of one process, the same object. */
  readonly other: FlagCache;
  /** Lets this much time pass for receipts; caches with a shorter life of receipts scale it. */
  age(ms: number): Promise<void>;
  close(): Promise<void>;
}

/** What a technology cannot promise; its own header says why. */
export interface Limits {
  /** A space is written by one process only: what two would do is done by one. */
  readonly oneWriter?: true;
  /** Edges do not report. */
  readonly noReceipts?: true;
}

export const SPACE = appSpace('account', 'app');

export const commit = (
  version: number,
  changes: Readonly<Record<string, string | null>>,
  lineage: Omit<Lineage, 'version'> = {},
): NewCommit => ({
  version,
  ...lineage,
  changes: Object.entries(changes).map(([key, value]) => ({ key, value })),
});

export const snapshot = (
  version: number,
  entries: Readonly<Record<string, string>>,
  position: Omit<Position, 'version'> = {},
): Snapshot => ({
  version,
  ...position,
  entries: new Map(Object.entries(entries)),
});

export const versionIn = (position: Position | null): number | null => position?.version ?? null;

export const plain = (loaded: Snapshot | null): unknown =>
  loaded === null
    ? null
    : { version: loaded.version, entries: Object.fromEntries([...loaded.entries].sort()) };

export const receipts = (edges: readonly EdgeReceipt[]): readonly [string, number | null][] =>
  edges
    .map(({ edge, appliedVersion }): [string, number | null] => [edge, appliedVersion])
    .sort(([a], [b]) => (a < b ? -1 : 1));

export interface Recorder extends Watcher {
  readonly log: string[];
  version(): number | null;
  entries(): Record<string, string>;
  versionsAreMonotone(): boolean;
  firstSnapshot(): Snapshot | null;
  until(condition: (log: readonly string[]) => boolean): Promise<void>;
}

/** A watcher that writes down what it is told, and keeps the space as an edge would. */
export const record = (): Recorder => {
  const log: string[] = [];
  const versions: number[] = [];
  const state = new Map<string, string>();
  let first: Snapshot | null = null;
  const short = (value: unknown): string => {
    const text = JSON.stringify(value);
    return text.length > 200 ? `${text.length} characters` : text;
  };
  const asObject = (changes: readonly Change[]): Record<string, string | null> =>
    Object.fromEntries(changes.map(({ key, value }) => [key, value]));

  return {
    log,
    snapshot(given) {
      first ??= given;
      log.push(`snapshot ${given.version} ${short(Object.fromEntries(given.entries))}`);
      versions.push(given.version);
      state.clear();
      for (const [key, value] of given.entries) state.set(key, value);
    },
    commit({ version, changes }) {
      log.push(`commit ${version} ${short(asObject([...changes].sort((a, b) => (a.key < b.key ? -1 : 1))))}`);
      versions.push(version);
      for (const { key, value } of changes) {
        if (value === null) state.delete(key);
        else state.set(key, value);
      }
    },
    absent() {
      log.push('absent');
      state.clear();
    },
    cutOff(why) {
      log.push(`cut off, ${why}`);
    },
    live() {
      log.push('live');
    },
    version: () => versions.at(-1) ?? null,
    entries: () => Object.fromEntries([...state].sort()),
    versionsAreMonotone: () => versions.every((version, i) => i === 0 || version >= (versions[i - 1] ?? 0)),
    firstSnapshot: () => first,
    until: (condition) => until(() => condition(log), log),
  };
};

const WAIT_MS = 10_000;

export const until = async (condition: () => boolean, log: readonly string[] = []): Promise<void> => {
  const deadline = performance.now() + WAIT_MS;
  while (!condition()) {
    if (performance.now() > deadline) {
      throw new Error(`Waited ${WAIT_MS} ms in vain; seen so far: ${log.slice(-20).join(' | ')}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};
