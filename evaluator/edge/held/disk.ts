import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Snapshot } from '@halyard/caches';
import type { LastGood } from './last-good.ts';

/** Raised when the layout of a file changes; an edge does not take what it does not know. */
const FORMAT = 1;
const CURRENT_FILE = 'current.json';

interface Header {
  readonly format: number;
  readonly space: string;
  readonly version: number;
  /** Of the version; absent where a former release wrote the file, or the cache that it is of. */
  readonly identity?: string;
  readonly epoch?: string;
  readonly hash?: string;
  readonly at: number;
  /** Of everything after the first line, hex. */
  readonly sha256: string;
}

export interface DiskLog {
  warn(fields: object, message: string): void;
}

/**
 * The last good configuration in a directory: one file a space, a header line with a checksum and then the entries as JSON. A file
 * is written beside and renamed, so that a crash leaves the old one or the new one; a damaged one counts as none.
 *
 * Files hold hashes of tokens and the secret that signs tickets, so only their owner may read them. Rejects if the directory cannot
 * be made.
 */
export const openDisk = async (directory: string, { log }: { readonly log: DiskLog }): Promise<LastGood> => {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const queues = new Map<string, Promise<void>>();
  let written = 0;

  const inTurn = (name: string, job: () => Promise<void>): Promise<void> => {
    const before = queues.get(name) ?? Promise.resolve();
    const turn = before.catch(() => undefined).then(job);
    queues.set(name, turn);
    return turn.finally(() => {
      if (queues.get(name) === turn) queues.delete(name);
    });
  };

  const replaceFile = (name: string, text: string): Promise<void> =>
    inTurn(name, async () => {
      written += 1;
      const beside = join(directory, `.${name}.${process.pid}.${written}`);
      try {
        const file = await open(beside, 'w', 0o600);
        try {
          await file.writeFile(text);
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(beside, join(directory, name));
      } catch (error) {
        await rm(beside, { force: true });
        throw error;
      }
    });

  const currentAt = async (): Promise<number> => {
    try {
      const { at }: { at?: unknown } = JSON.parse(await readFile(join(directory, CURRENT_FILE), 'utf8'));
      return typeof at === 'number' ? at : 0;
    } catch {
      return 0;
    }
  };

  return {
    async load(space) {
      let text: string;
      try {
        text = await readFile(join(directory, fileOf(space)), 'utf8');
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) {
          log.warn({ space, error: String(error) }, 'The last good configuration cannot be read.');
        }
        return null;
      }
      const kept = understand(text, space);
      if (typeof kept === 'string') {
        log.warn({ space, reason: kept }, 'The last good configuration on disk is not taken.');
        return null;
      }
      return { snapshot: kept.snapshot, at: Math.max(kept.at, await currentAt()) };
    },

    save(space, { version, history, hash, entries }, at) {
      const body = JSON.stringify([...entries]);
      const header: Header = {
        format: FORMAT,
        space,
        version,
        ...(history ?? {}),
        ...(hash === undefined ? {} : { hash }),
        at,
        sha256: sha256(body),
      };
      return replaceFile(fileOf(space), `${JSON.stringify(header)}\n${body}`);
    },

    remove(space) {
      const name = fileOf(space);
      return inTurn(name, () => rm(join(directory, name), { force: true }));
    },

    stillCurrent: (at) => replaceFile(CURRENT_FILE, JSON.stringify({ at })),
  };
};

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A space's name is not a file's name. */
const fileOf = (space: string): string => `${sha256(space).slice(0, 32)}.space`;

type Kept = { readonly snapshot: Snapshot; readonly at: number };

/** What a file says, or why it cannot be trusted. */
const understand = (text: string, space: string): Kept | string => {
  const end = text.indexOf('\n');
  const header = end === -1 ? null : headerIn(text.slice(0, end));
  if (header === null) return 'it is cut short';
  if (header.format !== FORMAT) return `it has the format ${header.format}; expected ${FORMAT}`;
  if (header.space !== space) return `it is of the space ${header.space}`;
  const body = text.slice(end + 1);
  if (sha256(body) !== header.sha256) return 'its checksum is wrong';
  // The checksum says that this is what `save` wrote.
  const entries = JSON.parse(body) as [string, string][];
  const { version, identity, epoch, hash, at } = header;
  const history = identity === undefined || epoch === undefined ? {} : { history: { identity, epoch } };
  const snapshot = { version, ...history, ...(hash === undefined ? {} : { hash }) };
  return { snapshot: { ...snapshot, entries: new Map(entries) }, at };
};

const headerIn = (line: string): Header | null => {
  try {
    const header: unknown = JSON.parse(line);
    if (typeof header !== 'object' || header === null || !('format' in header)) return null;
    // Of another format only the number is looked at.
    return header as Header;
  } catch {
    return null;
  }
};
