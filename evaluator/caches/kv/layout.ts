import { type Position, positionOf } from '../following/history.ts';
import type { Change, Commit, Snapshot } from '../port.ts';

/** Raised when the layout changes in a way that an older reader would misread; see README.md. */
const FORMAT = 1;

/** Characters of the values in one chunk. Their UTF-8 is at most three times that: well below the 25 MiB KV takes. */
const CHUNK_CHARACTERS = 4 * 1024 * 1024;

/** A list of commits under keys of its own, written once and never changed. */
export interface Blob {
  readonly id: string;
  readonly chunks: number;
  /** Characters, about. */
  readonly size: number;
}

/** The whole space as of a version: in a blob, or in the head itself where it is small. */
export type Whole = { readonly version: number } & (
  | { readonly entries: readonly Change[] }
  | { readonly blob: Blob }
);

/** Commits in a row. */
export interface Segment {
  readonly from: number;
  readonly to: number;
  readonly blob: Blob;
}

/** What a space is now: the whole as of some version, and every commit since, oldest first: in segments, the last ones in `tail`. */
export interface Head extends Position {
  readonly kind: 'head';
  /** The filling. */
  readonly epoch: string;
  readonly version: number;
  /** Epoch milliseconds by the writer's clock. */
  readonly at: number;
  readonly whole: Whole;
  readonly log: readonly Segment[];
  readonly tail: readonly Commit[];
  /** Keys that no reader of this head needs, each with the time since when. */
  readonly dropped: readonly (readonly [key: string, sinceMs: number])[];
}

/** In the place of a head: the space was removed. */
export interface Tombstone {
  readonly kind: 'gone';
  readonly epoch: string;
  readonly at: number;
}

export interface KvNames {
  /** In front of every key of the space. */
  readonly all: string;
  readonly head: string;
  chunk(epoch: string, id: string, index: number): string;
}

export const namesOf = (prefix: string, space: string): KvNames => {
  const all = `${prefix}:${FORMAT}:${space}:`;
  return {
    all,
    head: `${all}head`,
    chunk: (epoch, id, index) => `${all}${epoch}:${id}:${index}`,
  };
};

export const keysOf = (names: KvNames, epoch: string, { id, chunks }: Blob): readonly string[] =>
  Array.from({ length: chunks }, (_, index) => names.chunk(epoch, id, index));

/** Null for what is no head: it counts as lost, and the writer fills the space again. */
export const headIn = (text: string | null): Head | Tombstone | null => {
  if (text === null) return null;
  try {
    const found: unknown = JSON.parse(text);
    if (typeof found !== 'object' || found === null || !('kind' in found)) return null;
    // Written by the writer of the same format: what says what it is, is.
    if (found.kind === 'gone') return found as Tombstone;
    const head = found as Head;
    return head.kind === 'head' && Number.isSafeInteger(head.version) ? head : null;
  } catch {
    return null;
  }
};

/** Where a space stands; null if it is not there. */
export const positionIn = (head: Head | Tombstone | null): Position | null =>
  head?.kind === 'head' ? positionOf(head) : null;

export const sizeOf = (commits: Iterable<Commit>): number => {
  let size = 0;
  for (const { changes } of commits) {
    size += 16;
    for (const { key, value } of changes) size += 16 + key.length + (value?.length ?? 0);
  }
  return size;
};

type Lengths = [version: number, changes: [key: string, length: number | null][]];

/**
 * Packs commits into chunks: a first line of JSON that says what is where, `[[version, [[key, length], …]], …]` (null: deleted), and
 * behind it the values one after the other. Values are cut out of it without being parsed. Hands each chunk over as soon as it is full.
 */
export const packer = (full: (chunk: string) => Promise<void>) => {
  let lengths: Lengths[] = [];
  let values: string[] = [];
  let characters = 0;

  const flush = async (): Promise<void> => {
    if (lengths.length === 0) return;
    const chunk = `${JSON.stringify(lengths)}\n${values.join('')}`;
    lengths = [];
    values = [];
    characters = 0;
    await full(chunk);
  };

  return {
    /** Changes of one commit; those of the same version that follow each other are one commit again when they are read. */
    async add(version: number, changes: Iterable<Change>): Promise<void> {
      let last = lengths.at(-1);
      if (last?.[0] !== version) {
        last = [version, []];
        lengths.push(last);
      }
      for (const { key, value } of changes) {
        if (characters + (value?.length ?? 0) > CHUNK_CHARACTERS && characters > 0) {
          await flush();
          last = [version, []];
          lengths.push(last);
        }
        last[1].push([key, value === null ? null : value.length]);
        if (value !== null) values.push(value);
        characters += key.length + (value?.length ?? 0);
      }
    },
    flush,
  };
};

export const unpack = (chunk: string): readonly Commit[] => {
  const end = chunk.indexOf('\n');
  let at = end + 1;
  // Written by `packer`.
  const lengths = JSON.parse(chunk.slice(0, end)) as Lengths[];
  return lengths.map(([version, changes]) => ({
    version,
    changes: changes.map(([key, length]) => {
      if (length === null) return { key, value: null };
      const value = chunk.slice(at, at + length);
      at += length;
      return { key, value };
    }),
  }));
};

/** The commits of a blob's chunks, in order; one that was cut by the end of a chunk is whole again. */
export const joinChunks = (chunks: readonly string[]): readonly Commit[] => {
  const commits: { version: number; changes: Change[] }[] = [];
  for (const chunk of chunks) {
    for (const { version, changes } of unpack(chunk)) {
      const last = commits.at(-1);
      if (last?.version === version) for (const change of changes) last.changes.push(change);
      else commits.push({ version, changes: [...changes] });
    }
  }
  return commits;
};

export const applyTo = (entries: Map<string, string>, changes: Iterable<Change>): void => {
  for (const { key, value } of changes) {
    if (value === null) entries.delete(key);
    else entries.set(key, value);
  }
};

export const changesOf = function* ({ entries }: Snapshot): Iterable<Change> {
  for (const [key, value] of entries) yield { key, value };
};
