import { DeliverPolicy, type JsMsg, type StoredMsg } from '@nats-io/jetstream';
import type { Reading } from '../following/reading.ts';
import { CacheUnavailable, type Commit, type Snapshot } from '../port.ts';
import {
  DELETED_HEADER,
  EPOCH_HEADER,
  type Head,
  headIn,
  lastTextOf,
  NEW_HEADER,
  positionIn,
  VERSION_HEADER,
} from './layout.ts';
import { sleep } from './sleep.ts';
import { type NatsStreams, unavailable } from './streams.ts';

/** A reader further behind than this reads the whole space: the way back goes from head to head. */
const MOST_COMMITS = 64;
const BATCH = 500;
const LOAD_MS = 30_000;
/** A consumer that brings nothing for this long is given up for another. */
const STALLED_MS = 1_000;
/** How long until the next look, while what was read does not make a whole version yet. */
const LOOK_MS = 1;

/** What a reader at a version (null: nothing) of a filling misses. */
export const readFromNats = async (
  streams: NatsStreams,
  space: string,
  version: number | null,
  filling: string,
): Promise<Reading> => {
  const stored = await streams.head(space);
  const head = stored?.head ?? null;
  if (head === null || head.version === null || (await isEmptied(streams, head))) return { kind: 'absent' };
  if (version !== null && filling === head.epoch) {
    if (head.version === version) return { kind: 'same' };
    if (head.version < version) return { kind: 'behind' };
    const commits = await commitsAfter(streams, head, version);
    if (commits !== null) return { kind: 'commits', head: head.version, commits };
  }
  const loaded = await loadFromNats(streams, space);
  return loaded === null ? { kind: 'absent' } : { kind: 'snapshot', ...loaded };
};

/** A head whose flags were purged speaks of nothing. */
export const isEmptied = async ({ jsm, layout }: NatsStreams, head: Head): Promise<boolean> => {
  if (head.count === 0) return false;
  try {
    const { state } = await jsm.streams.info(layout.flags);
    return state.messages === 0 || state.last_seq < head.upTo;
  } catch (error) {
    throw unavailable(error);
  }
};

/** The commits after a version, oldest first; null if one of them cannot be had by itself any more. */
const commitsAfter = async (
  streams: NatsStreams,
  newest: Head,
  version: number,
): Promise<readonly Commit[] | null> => {
  const { layout } = streams;
  if (newest.version === null || newest.version - version > MOST_COMMITS) return null;
  const heads: Head[] = [];
  for (let head = newest; ; ) {
    if (head.changes === null) return null;
    heads.unshift(head);
    if (head.version === version + 1) break;
    const message = head.before === 0 ? null : await streams.at(layout.heads, head.before);
    const before = message === null ? null : headIn(message.string());
    if (before === null || before.epoch !== newest.epoch || before.version !== (head.version ?? 0) - 1)
      return null;
    head = before;
  }
  const commits: Commit[] = [];
  for (const head of heads) {
    const messages = await Promise.all((head.changes ?? []).map((seq) => streams.at(layout.flags, seq)));
    if (messages.some((message) => message === null)) return null;
    commits.push({
      version: head.version ?? 0,
      changes: messages.flatMap((message) => (message === null ? [] : [changeIn(message)])),
    });
  }
  return commits;
};

const changeIn = (message: StoredMsg): { readonly key: string; readonly value: string | null } => ({
  key: lastTextOf(message.subject),
  value: message.header.has(DELETED_HEADER) ? null : message.string(),
});

interface Version {
  readonly version: number;
  /** Null: deleted. */
  readonly value: string | null;
  readonly isNew: boolean;
}

interface Loaded {
  readonly filling: string;
  readonly snapshot: Snapshot;
}

/** A whole space at one version, or null if there is none. */
export const loadFromNats = async (streams: NatsStreams, space: string): Promise<Loaded | null> => {
  const deadline = performance.now() + LOAD_MS;
  while (performance.now() < deadline) {
    const found = await loadOnce(streams, space, deadline);
    if (found !== 'stalled') return found;
  }
  throw new CacheUnavailable(`NATS: no whole version of ${space} could be read.`);
};

/**
 * All messages of a space's flags are read in order, and a head is looked for of which nothing is missing; a flag that was written over
 * and over meanwhile makes it look for the next. `stalled`: no more comes, although the head speaks of it. A server before 2.9.13 makes
 * a consumer skip whatever it has not had yet when one of its subjects is purged (nats-io/nats-server#3838), as a writer's sweep does.
 */
const loadOnce = async (
  streams: NatsStreams,
  space: string,
  deadline: number,
): Promise<Loaded | null | 'stalled'> => {
  const { js, layout } = streams;
  const flags = new Map<string, Map<string, Version[]>>();
  let seen = 0;
  let progressAt = performance.now();
  const take = (message: JsMsg): void => {
    seen = message.seq;
    progressAt = performance.now();
    note(flags, message);
  };
  const goesOn = (): boolean => performance.now() < Math.min(deadline, progressAt + STALLED_MS);

  const consumer = await js.consumers.get(layout.flags, {
    filter_subjects: layout.flagsOf(space),
    deliver_policy: DeliverPolicy.All,
    inactive_threshold: LOAD_MS,
  });
  const messages = await consumer.consume({ max_messages: BATCH, callback: take });
  try {
    while (goesOn()) {
      const head = (await streams.head(space))?.head ?? null;
      if (head === null || head.version === null) return null;
      // What the head speaks of was written before it, but may still be on its way here. The server's own count of what is on its way
      // is no help: nats-server 2.9 counts messages that were written over too.
      while (seen < head.upTo && head.count > 0 && goesOn()) await sleep(LOOK_MS);
      const entries = entriesAt(flags.get(head.epoch) ?? new Map(), head);
      const position = positionIn(head);
      if (entries !== null && position !== null)
        return { filling: head.epoch, snapshot: { ...position, entries } };
      await sleep(LOOK_MS);
    }
  } finally {
    await messages.close();
    await consumer.delete().catch(() => false);
  }
  return 'stalled';
};

/** By filling and key, oldest first. */
const note = (flags: Map<string, Map<string, Version[]>>, message: JsMsg): void => {
  const epoch = message.headers?.get(EPOCH_HEADER) ?? '';
  const ofEpoch = flags.get(epoch) ?? new Map<string, Version[]>();
  flags.set(epoch, ofEpoch);
  const key = lastTextOf(message.subject);
  const versions = ofEpoch.get(key) ?? [];
  ofEpoch.set(key, versions);
  versions.push({
    version: Number(message.headers?.get(VERSION_HEADER)),
    value: message.headers?.has(DELETED_HEADER) ? null : message.string(),
    isNew: message.headers?.has(NEW_HEADER) ?? false,
  });
};

/** The entries that a head speaks of, or null if one of them was not seen. */
const entriesAt = (
  flags: ReadonlyMap<string, readonly Version[]>,
  head: Head,
): Map<string, string> | null => {
  const entries = new Map<string, string>();
  for (const [key, versions] of flags) {
    const held = versions.findLast(({ version }) => version <= (head.version ?? -1));
    if (held === undefined) {
      // Not committed yet, and new: the head does not have it. Otherwise what the head has was written over.
      if (versions[0]?.isNew === true) continue;
      return null;
    }
    if (held.value !== null) entries.set(key, held.value);
  }
  return entries.size === head.count ? entries : null;
};
