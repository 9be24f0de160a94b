import type { Position } from '../following/history.ts';

/** The layout of the flag cache in JetStream; README.md describes it. Raised when an older reader would misread it. */
export const FORMAT = 1;

/** Messages kept of one flag: its committed value, and what writers that raced or died left on top of it. */
export const FLAG_HISTORY = 4;
/** Messages kept of one head; a commit writes two. A reader further behind reads the whole space. */
export const HEAD_HISTORY = 256;
/** Sequences a head names; a larger commit is read as a whole space. */
export const NAMED_CHANGES = 2_000;

export interface Layout {
  readonly flags: string;
  readonly heads: string;
  readonly edges: string;
  readonly reports: string;
  headSubject(space: string): string;
  flagSubject(space: string, key: string): string;
  /** Every flag of a space. */
  flagsOf(space: string): string;
  changedSubject(space: string): string;
  aliveSubject(edge: string): string;
  receiptSubject(edge: string, space: string): string;
  /** Of no stream: what nobody hears is gone. */
  usesSubject(account: string): string;
  reportSubject(account: string): string;
}

/** Names below a prefix, so that several accounts of one server or runs of the tests do not meet. */
export const layoutOf = (prefix: string): Layout => {
  const root = `${prefix}.${FORMAT}`;
  const stream = `${prefix.replace(/[^A-Za-z0-9_-]/g, '_')}_${FORMAT}`;
  return {
    flags: `${stream}_flags`,
    heads: `${stream}_heads`,
    edges: `${stream}_edges`,
    reports: `${stream}_reports`,
    headSubject: (space) => `${root}.head.${tokenOf(space)}`,
    flagSubject: (space, key) => `${root}.flag.${tokenOf(space)}.${tokenOf(key)}`,
    flagsOf: (space) => `${root}.flag.${tokenOf(space)}.*`,
    changedSubject: (space) => `${root}.changed.${space === '*' ? '*' : tokenOf(space)}`,
    aliveSubject: (edge) => `${root}.edge.${edge === '*' ? '*' : tokenOf(edge)}.alive`,
    reportSubject: (account) => `${root}.report.${tokenOf(account)}`,
    usesSubject: (account) => `${root}.used.${tokenOf(account)}`,
    receiptSubject: (edge, space) =>
      `${root}.edge.${edge === '*' ? '*' : tokenOf(edge)}.${space === '*' ? '*' : tokenOf(space)}`,
  };
};

const PLAIN = /^[A-Za-z0-9_-]+$/;

/** Any text as one token of a subject: plain ones behind an underscore, others as hex of their UTF-8 behind an `x`. */
export const tokenOf = (text: string): string =>
  PLAIN.test(text) ? `_${text}` : `x${Buffer.from(text, 'utf8').toString('hex')}`;

export const textOf = (token: string): string =>
  token.startsWith('_') ? token.slice(1) : Buffer.from(token.slice(1), 'hex').toString('utf8');

/** The last token of a subject, as text. */
export const lastTextOf = (subject: string): string => textOf(subject.slice(subject.lastIndexOf('.') + 1));

/** What the head of a space says. The newest message on its subject counts. */
export interface Head {
  /** Null: the space was removed, or is being filled for the first time. */
  readonly version: number | null;
  /** The filling. */
  readonly epoch: string;
  /** The history of the version and the hash of its newest entry; absent where a former release wrote the head. */
  readonly identity?: string;
  readonly history?: string;
  readonly hash?: string;
  /** Entries of the space at this version. */
  readonly count: number;
  /** Sequence, among the flags, of the last message of this version. */
  readonly upTo: number;
  /** Sequences of the messages of this commit; null if it is to be read as a whole space. */
  readonly changes: readonly number[] | null;
  /** Sequence, among the heads, of the message before this version; 0 if there is none to be had. */
  readonly before: number;
  /** A writer is writing the next version. */
  readonly claim?: string;
}

/** Null if it cannot be understood: then there is no head, and the writer fills the space anew. */
export const headIn = (text: string): Head | null => {
  try {
    const head: unknown = JSON.parse(text);
    return isHead(head) ? head : null;
  } catch {
    return null;
  }
};

/** Where a head says that its space is; null if there is none. */
export const positionIn = (head: Head | null): Position | null => {
  if (head === null || head.version === null) return null;
  const { version, identity, history: epoch, hash } = head;
  return {
    version,
    ...(identity === undefined || epoch === undefined ? {} : { history: { identity, epoch } }),
    ...(hash === undefined ? {} : { hash }),
  };
};

/** A position as it stands in a head. */
export const saidIn = ({ history, hash }: Position): Pick<Head, 'identity' | 'history' | 'hash'> => ({
  ...(history === undefined ? {} : { identity: history.identity, history: history.epoch }),
  ...(hash === undefined ? {} : { hash }),
});

const isText = (value: unknown): boolean => value === undefined || typeof value === 'string';

const isHead = (head: unknown): head is Head =>
  typeof head === 'object' &&
  head !== null &&
  'version' in head &&
  (head.version === null || Number.isSafeInteger(head.version)) &&
  'epoch' in head &&
  typeof head.epoch === 'string' &&
  'count' in head &&
  Number.isSafeInteger(head.count) &&
  'upTo' in head &&
  Number.isSafeInteger(head.upTo) &&
  'changes' in head &&
  (head.changes === null || (Array.isArray(head.changes) && head.changes.every(Number.isSafeInteger))) &&
  'before' in head &&
  Number.isSafeInteger(head.before) &&
  isText('identity' in head ? head.identity : undefined) &&
  isText('history' in head ? head.history : undefined) &&
  isText('hash' in head ? head.hash : undefined);

/** Headers of a flag's message; its payload is the flag's text. */
export const VERSION_HEADER = 'Halyard-Version';
/** The filling. */
export const EPOCH_HEADER = 'Halyard-Epoch';
/** Present: the flag is deleted. */
export const DELETED_HEADER = 'Halyard-Deleted';
/** Present: the flag is not in the version before. */
export const NEW_HEADER = 'Halyard-New';
/** Of a receipt: the life of the edge it belongs to. */
export const LIFE_HEADER = 'Halyard-Life';
/** Of a receipt: `IDENTITY EPOCH` of what was applied. */
export const HISTORY_HEADER = 'Halyard-History';
