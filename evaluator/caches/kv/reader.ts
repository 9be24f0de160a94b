import { positionOf } from '../following/history.ts';
import { CacheUnavailable, type Commit, type Snapshot } from '../port.ts';
import {
  applyTo,
  type Blob,
  type Head,
  headIn,
  joinChunks,
  type KvNames,
  keysOf,
  type Tombstone,
  unpack,
} from './layout.ts';

/** What of a Workers KV binding is used. */
export interface KvNamespace {
  get(key: string, options: { readonly type: 'text'; readonly cacheTtl: number }): Promise<string | null>;
  put(key: string, value: string, options?: { readonly expirationTtl: number }): Promise<void>;
  delete(key: string): Promise<void>;
  list(options: {
    readonly prefix: string;
    readonly cursor?: string;
  }): Promise<
    { readonly keys: readonly { readonly name: string }[] } & (
      | { readonly list_complete: false; readonly cursor: string }
      | { readonly list_complete: true }
    )
  >;
}

/** How long a location may go on answering what it read, in seconds: the least that KV takes. */
const HEAD_TTL_SECONDS = 30;
/**
 * Chunks never change, but that one is not there is remembered by a location too: for as long as this, a head that came before its
 * chunks could not be read there.
 */
const CHUNK_TTL_SECONDS = 60;

export const ask = async <A>(what: Promise<A>): Promise<A> => {
  try {
    return await what;
  } catch (error) {
    throw new CacheUnavailable(`Workers KV: ${error instanceof Error ? error.message : error}`);
  }
};

export const readHead = async (kv: KvNamespace, names: KvNames): Promise<Head | Tombstone | null> =>
  headIn(await ask(kv.get(names.head, { type: 'text', cacheTtl: HEAD_TTL_SECONDS })));

export const readChunk = async (kv: KvNamespace, key: string): Promise<string> => {
  const chunk = await ask(kv.get(key, { type: 'text', cacheTtl: CHUNK_TTL_SECONDS }));
  if (chunk === null) throw new CacheUnavailable(`Workers KV does not have ${key} here yet.`);
  return chunk;
};

export const readBlob = async (
  kv: KvNamespace,
  names: KvNames,
  epoch: string,
  blob: Blob,
): Promise<readonly Commit[]> =>
  joinChunks(await Promise.all(keysOf(names, epoch, blob).map((key) => readChunk(kv, key))));

/** The commits after a version, or null if they are no longer there one by one. */
export const readCommits = async (
  kv: KvNamespace,
  names: KvNames,
  head: Head,
  after: number,
): Promise<readonly Commit[] | null> => {
  if (after < head.whole.version) return null;
  const missed = head.log.filter(({ to }) => to > after);
  const logged = await Promise.all(missed.map(({ blob }) => readBlob(kv, names, head.epoch, blob)));
  return [...logged.flat(), ...head.tail].filter(({ version }) => version > after);
};

export const readWhole = async (kv: KvNamespace, names: KvNames, head: Head): Promise<Snapshot> => {
  const { whole, epoch } = head;
  const entries = new Map<string, string>();
  const since = readCommits(kv, names, head, whole.version);
  // Awaited below: until then a refusal is nobody's.
  since.catch(() => undefined);
  if ('entries' in whole) applyTo(entries, whole.entries);
  else {
    const chunks = await Promise.all(keysOf(names, epoch, whole.blob).map((key) => readChunk(kv, key)));
    for (const chunk of chunks) for (const { changes } of unpack(chunk)) applyTo(entries, changes);
  }
  for (const { changes } of (await since) ?? []) applyTo(entries, changes);
  return { ...positionOf(head), entries };
};
