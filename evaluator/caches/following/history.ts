/**
 * A version counts within a history: the commits of one space by one database, from its beginning or from the moment somebody put
 * another state in its place (a restored backup). Two histories may both have a version 7, with nothing in common.
 */
export interface History {
  /** The database's own name, random. */
  readonly identity: string;
  /** `{ms begun}-{64 random bits}`; see `compareEpochs`. Opaque to clients. */
  readonly epoch: string;
}

/** One version of one history. */
export interface Position {
  readonly version: number;
  /** Absent: written by a release that did not know of histories. */
  readonly history?: History;
  /** Of the newest entry as of this version; absent where nobody said. */
  readonly hash?: string;
}

/** What a writer says of the commit that it adds, so that a cache can refuse one that continues something else. */
export interface Lineage extends Position {
  /** The hash as of the version before. */
  readonly parent?: string;
}

const msOf = (epoch: string): number => {
  const ms = Number.parseInt(epoch, 10);
  return Number.isSafeInteger(ms) ? ms : 0;
};

/** Names a history that begins at `ms`, and orders after `above` even where the clock has gone back since. */
export const newEpoch = (ms: number, above: string | null = null): string => {
  const random = crypto.getRandomValues(new Uint8Array(8));
  const hex = Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${Math.max(ms, above === null ? 0 : msOf(above) + 1)}-${hex}`;
};

/** Below zero: `a` began before `b`. */
export const compareEpochs = (a: string, b: string): number =>
  msOf(a) - msOf(b) || (a < b ? -1 : a > b ? 1 : 0);

export const sameHistory = (a: History | undefined, b: History | undefined): boolean =>
  a?.identity === b?.identity && a?.epoch === b?.epoch;

/**
 * Whether somebody who holds a position may be given what was found: a later version, or any version of a newer epoch. Where a former
 * release wrote what was found, its version alone can be judged.
 */
export const mayFollow = (held: Position, found: Position): boolean => {
  if (found.history === undefined) return found.version >= held.version;
  if (held.history === undefined) return true;
  const order = compareEpochs(found.history.epoch, held.history.epoch);
  return order === 0 ? found.version >= held.version : order > 0;
};

/** A version and its history in one word, for ETags and ids of events: `{epoch}.{version}`; of a former release the version alone. */
export const revisionOf = ({ version, history }: Position): string =>
  history === undefined ? `${version}` : `${history.epoch}.${version}`;

export interface Revision {
  /** Null: a version alone. */
  readonly epoch: string | null;
  readonly version: number;
}

const REVISION = /^(?:W\/)?"?(?:(\d{1,15}-[0-9a-f]{1,32})\.)?(\d{1,15})"?$/;

/** What an `etag` or a `Last-Event-ID` names, quoted or not; null if it is not a revision. */
export const revisionIn = (text: string | null | undefined): Revision | null => {
  const found = REVISION.exec(text ?? '');
  return found === null ? null : { epoch: found[1] ?? null, version: Number(found[2]) };
};

/**
 * What becomes of a commit at a head. `other`: the head is of another history than the commit, or its newest entry is not the one that
 * the commit follows. A side that does not say is not compared.
 */
export const judgeCommit = (
  head: Position | null,
  commit: Lineage,
): 'applied' | 'already' | 'gap' | 'other' => {
  if (head === null) return 'gap';
  if (commit.history !== undefined && !sameHistory(head.history, commit.history)) return 'other';
  if (head.version === commit.version && differ(head.hash, commit.hash)) return 'other';
  if (head.version >= commit.version) return 'already';
  if (head.version < commit.version - 1) return 'gap';
  return differ(head.hash, commit.parent) ? 'other' : 'applied';
};

/**
 * Whether a snapshot may be put in the place of a head. `already`: the head is the same history, further on. `other`: it is another
 * database's (unless `adopting`), of a newer epoch, or of another content at the same version.
 */
export const judgeSnapshot = (
  head: Position | null,
  snapshot: Position,
  adopting: boolean,
): 'replaced' | 'already' | 'other' => {
  if (head?.history === undefined || snapshot.history === undefined) return 'replaced';
  if (head.history.identity !== snapshot.history.identity && !adopting) return 'other';
  const order = compareEpochs(snapshot.history.epoch, head.history.epoch);
  if (order !== 0) return order > 0 ? 'replaced' : 'other';
  if (head.version > snapshot.version) return 'already';
  return head.version === snapshot.version && differ(head.hash, snapshot.hash) ? 'other' : 'replaced';
};

const differ = (a: string | undefined, b: string | undefined): boolean =>
  a !== undefined && b !== undefined && a !== b;

/** The parts of a position and nothing else, those that are there. */
export const positionOf = ({ version, history, hash }: Position): Position => ({
  version,
  ...(history === undefined ? {} : { history }),
  ...(hash === undefined ? {} : { hash }),
});

export const samePosition = (a: Position | null | undefined, b: Position | null | undefined): boolean =>
  a?.version === b?.version && a?.hash === b?.hash && sameHistory(a?.history, b?.history);
