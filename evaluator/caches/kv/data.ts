import { CacheUnavailable, type Change, type Commit, type Snapshot } from '../port.ts';
import {
  type Blob,
  changesOf,
  type KvNames,
  keysOf,
  packer,
  type Segment,
  sizeOf,
  unpack,
  type Whole,
} from './layout.ts';
import { ask, type KvNamespace, readBlob, readChunk } from './reader.ts';

/** Where the data of one filling of a space lives. */
export interface Place {
  readonly kv: KvNamespace;
  readonly names: KvNames;
  readonly epoch: string;
}

/** What a head names, and the keys that it does not name any more. */
export interface NewData {
  readonly whole: Whole;
  readonly log: readonly Segment[];
  readonly tail: readonly Commit[];
  readonly free: readonly string[];
}

/** A whole of at most this many characters stands in the head. */
const INLINE_CHARACTERS = 32 * 1024;

interface BlobWriter {
  add(version: number, changes: Iterable<Change>): Promise<void>;
  /** Everything is in KV when this resolves. */
  end(): Promise<Blob>;
}

const openBlob = ({ kv, names, epoch }: Place): BlobWriter => {
  const id = crypto.randomUUID().slice(0, 8);
  let chunks = 0;
  let size = 0;
  const pack = packer(async (chunk) => {
    await ask(kv.put(names.chunk(epoch, id, chunks), chunk));
    chunks += 1;
    size += chunk.length;
  });
  return {
    add: pack.add,
    async end() {
      await pack.flush();
      return { id, chunks, size };
    },
  };
};

export const writeSnapshot = async (place: Place, snapshot: Snapshot): Promise<Whole> => {
  const { version, entries } = snapshot;
  if (sizeOf([{ version, changes: [...changesOf(snapshot)] }]) <= INLINE_CHARACTERS) {
    return { version, entries: [...entries].map(([key, value]) => ({ key, value })) };
  }
  const blob = openBlob(place);
  await blob.add(version, changesOf(snapshot));
  return { version, blob: await blob.end() };
};

/**
 * Puts the tail into a segment, together with the segments before it that are not larger: the number of segments grows with the
 * logarithm of what they hold, and each commit is written again as often at most.
 */
export const segmented = async (place: Place, { whole, log, tail, free }: NewData): Promise<NewData> => {
  const kept = [...log];
  const freed = [...free];
  let commits = tail;
  let size = sizeOf(commits);
  for (let last = kept.at(-1); last !== undefined && last.blob.size <= size; last = kept.at(-1)) {
    const before = await ifThere(readBlob(place.kv, place.names, place.epoch, last.blob));
    if (before === null) break;
    commits = [...before, ...commits];
    size += last.blob.size;
    freed.push(...keysOf(place.names, place.epoch, last.blob));
    kept.pop();
  }
  const from = commits[0]?.version;
  const to = commits.at(-1)?.version;
  if (from === undefined || to === undefined) return { whole, log, tail, free };
  const blob = openBlob(place);
  for (const { version, changes } of commits) await blob.add(version, changes);
  return { whole, log: [...kept, { from, to, blob: await blob.end() }], tail: [], free: freed };
};

/**
 * Makes the whole and its log (and the tail, if that is as large) a new whole, a chunk at a time. Readers that have the log do not
 * notice. Where a chunk is not to be had, all stays as it was.
 */
export const compacted = async (place: Place, data: NewData, withTail: boolean): Promise<NewData> => {
  const { kv, names, epoch } = place;
  const { whole, log, tail, free } = data;
  const logged = await ifThere(Promise.all(log.map(({ blob }) => readBlob(kv, names, epoch, blob))));
  if (logged === null) return data;
  const commits = [...logged.flat(), ...(withTail ? tail : [])];
  const version = commits.at(-1)?.version;
  if (version === undefined) return data;
  const latest = new Map<string, string | null>();
  for (const { changes } of commits) for (const { key, value } of changes) latest.set(key, value);

  const made = openBlob(place);
  const merge = (changes: readonly Change[]): readonly Change[] =>
    changes.flatMap(({ key, value }) => {
      const now = latest.get(key);
      if (now === undefined) return [{ key, value }];
      latest.delete(key);
      return now === null ? [] : [{ key, value: now }];
    });
  if ('entries' in whole) await made.add(version, merge(whole.entries));
  else {
    for (const key of keysOf(names, epoch, whole.blob)) {
      const chunk = await ifThere(readChunk(kv, key));
      if (chunk === null) return data;
      for (const { changes } of unpack(chunk)) await made.add(version, merge(changes));
    }
  }
  await made.add(
    version,
    [...latest].flatMap(([key, value]) => (value === null ? [] : [{ key, value }])),
  );
  return {
    whole: { version, blob: await made.end() },
    log: [],
    tail: withTail ? [] : tail,
    free: [
      ...free,
      ...log.flatMap(({ blob }) => keysOf(names, epoch, blob)),
      ...('entries' in whole ? [] : keysOf(names, epoch, whole.blob)),
    ],
  };
};

/** Null where a chunk is not seen yet or KV does not answer: what wanted it can wait. */
const ifThere = async <A>(reading: Promise<A>): Promise<A | null> => {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof CacheUnavailable) return null;
    throw error;
  }
};
