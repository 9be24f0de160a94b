import { JetStreamApiCodes, JetStreamApiError } from '@nats-io/jetstream';
import { headers } from '@nats-io/transport-node';
import { judgeCommit, judgeSnapshot } from '../following/history.ts';
import { newFilling } from '../following/reading.ts';
import { CacheUnavailable, type Commit, type NewCommit, type Published, type Snapshot } from '../port.ts';
import {
  DELETED_HEADER,
  EPOCH_HEADER,
  type Head,
  lastTextOf,
  NAMED_CHANGES,
  NEW_HEADER,
  positionIn,
  saidIn,
  VERSION_HEADER,
} from './layout.ts';
import { isEmptied } from './reader.ts';
import { ANSWER_MS, type NatsStreams, type StoredHead, unavailable } from './streams.ts';

const PARALLEL = 256;
const ATTEMPTS = 50;
/** A claim that stands still this long belongs to a writer that died. */
const CLAIM_MS = 1_000;
const CLAIM_POLL_MS = 20;

const REMEMBERED_SPACES = 100;
const REMEMBERED_FLAGS = 1_000;

/** The newest message of a flag, and whether the flag is in the version of the head. */
interface HeldFlag {
  readonly last: number;
  readonly held: boolean;
}

interface Left {
  readonly seq: number;
  readonly head: Head;
  readonly flags: Map<string, HeldFlag>;
}

/**
 * Writes commits in two steps that readers see as one. A writer first claims the next version on the head, then writes the flags, then
 * the head that names them. Every write says which message it follows, so of two writers one is refused, and a writer that was asleep
 * can damage nothing when it wakes up: somebody claimed after it.
 */
export class NatsWriter {
  readonly #streams: NatsStreams;
  readonly #name: string;
  readonly #announce: (space: string, version: number | null) => void;
  /** Where this writer left a space. It may be out of date: then a write is refused, and the truth is read. */
  readonly #left = new Map<string, Left>();

  constructor(streams: NatsStreams, name: string, announce: (space: string, version: number | null) => void) {
    this.#streams = streams;
    this.#name = name;
    this.#announce = announce;
  }

  async publish(space: string, commit: NewCommit): Promise<Published> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const left = this.#left.get(space);
      this.#left.delete(space);
      const expected = left !== undefined && left.head.version === commit.version - 1;
      const stored = expected ? left : await this.#unclaimed(space, commit.version);
      const head = stored?.head ?? null;
      const position = positionIn(head);
      const judged = judgeCommit(position, commit);
      if (stored === null || head === null || judged !== 'applied') return judged;
      const claimed = await this.#writeHead(space, { ...head, claim: this.#name }, stored.seq);
      if (claimed === null) continue;

      const flags = expected ? left.flags : new Map<string, HeldFlag>();
      const written = await this.#writeChanges(space, commit, head, flags);
      const { history = position?.history, hash } = commit;
      const said = { ...(history === undefined ? {} : { history }), ...(hash === undefined ? {} : { hash }) };
      const next: Head = {
        version: commit.version,
        epoch: head.epoch,
        ...saidIn({ version: commit.version, ...said }),
        count: head.count + written.grown,
        upTo: Math.max(head.upTo, ...written.seqs),
        changes: written.seqs.length > NAMED_CHANGES ? null : written.seqs,
        before: claimed,
      };
      const seq = await this.#writeHead(space, next, claimed);
      if (seq === null) continue;
      this.#announce(space, commit.version);
      this.#leave(space, { seq, head: next, flags });
      return 'applied';
    }
    throw new CacheUnavailable(`NATS: other writers kept changing ${space}.`);
  }

  async replace(
    space: string,
    snapshot: Snapshot,
    adopting: boolean,
  ): Promise<'replaced' | 'already' | 'other'> {
    const { version, entries } = snapshot;
    this.#left.delete(space);
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const stored = await this.#unclaimed(space, null);
      const head = stored?.head ?? null;
      const lost = head !== null && head.version !== null && (await isEmptied(this.#streams, head));
      const judged = judgeSnapshot(lost ? null : positionIn(head), snapshot, adopting);
      if (judged !== 'replaced') return judged;
      // Another writer had the same thought and was faster.
      if (attempt > 0 && head?.version === version) return judged;
      const nothing = { version: null, epoch: '', count: 0, upTo: 0, changes: null, before: 0 };
      const claimed = await this.#writeHead(
        space,
        { ...(head ?? nothing), claim: this.#name },
        stored?.seq ?? 0,
      );
      if (claimed === null) continue;

      const epoch = newFilling();
      let upTo = 0;
      await inParallel([...entries], async ([key, value]) => {
        const ack = await this.#write(space, key, value, version, epoch, true, null);
        if (ack !== null) upTo = Math.max(upTo, ack);
      });
      const next: Head = {
        version,
        epoch,
        ...saidIn(snapshot),
        count: entries.size,
        upTo,
        changes: null,
        before: 0,
      };
      if ((await this.#writeHead(space, next, claimed)) === null) continue;
      this.#announce(space, version);
      await this.#sweep(space, entries, upTo);
      return judged;
    }
    throw new CacheUnavailable(`NATS: other writers kept changing ${space}.`);
  }

  async remove(space: string, identity: string | undefined): Promise<void> {
    this.#left.delete(space);
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const stored = await this.#streams.head(space);
      if (stored === null || stored.head?.version === null) return;
      const by = stored.head?.identity;
      if (identity !== undefined && by !== undefined && by !== identity) return;
      const gone: Head = { version: null, epoch: '', count: 0, upTo: 0, changes: null, before: 0 };
      if ((await this.#writeHead(space, gone, stored.seq)) === null) continue;
      this.#announce(space, null);
      const { jsm, layout } = this.#streams;
      await jsm.streams.purge(layout.flags, { filter: layout.flagsOf(space) });
      return;
    }
  }

  #leave(space: string, left: Left): void {
    if (left.flags.size > REMEMBERED_FLAGS) left.flags.clear();
    this.#left.delete(space);
    this.#left.set(space, left);
    const [oldest] = this.#left.keys();
    if (this.#left.size > REMEMBERED_SPACES && oldest !== undefined) this.#left.delete(oldest);
  }

  /** The head, once no other living writer is at work on the version (or, for null, on any). */
  async #unclaimed(space: string, version: number | null): Promise<StoredHead | null> {
    let waitedFor = 0;
    let since = performance.now();
    for (;;) {
      const stored = await this.#streams.head(space);
      const head = stored?.head ?? null;
      if (stored === null || head === null || head.claim === undefined || head.claim === this.#name)
        return stored;
      if (version !== null && head.version !== null && head.version >= version) return stored;
      if (stored.seq !== waitedFor) {
        waitedFor = stored.seq;
        since = performance.now();
      } else if (performance.now() - since > CLAIM_MS) return stored;
      await new Promise((resolve) => setTimeout(resolve, CLAIM_POLL_MS));
    }
  }

  async #writeChanges(
    space: string,
    { version, changes }: Commit,
    head: Head,
    flags: Map<string, HeldFlag>,
  ): Promise<{ readonly seqs: readonly number[]; readonly grown: number }> {
    const seqs: number[] = [];
    let grown = 0;
    await inParallel(changes, async ({ key, value }) => {
      for (;;) {
        const { last, held } = flags.get(key) ?? (await this.#heldBefore(space, key, head));
        flags.delete(key);
        const seq = await this.#write(space, key, value, version, head.epoch, !held, last);
        if (seq === null) continue;
        flags.set(key, { last: seq, held: value !== null });
        seqs.push(seq);
        if (value !== null && !held) grown += 1;
        if (value === null && held) grown -= 1;
        return;
      }
    });
    return { seqs, grown };
  }

  /** The newest message of a flag, and whether the flag is in the version that the head names. */
  async #heldBefore(space: string, key: string, head: Head): Promise<HeldFlag> {
    const { layout } = this.#streams;
    const message = await this.#streams.last(layout.flags, layout.flagSubject(space, key));
    if (message === null || message.header.get(EPOCH_HEADER) !== head.epoch) {
      return { last: message?.seq ?? 0, held: false };
    }
    // What a writer left that did not get to its head says itself whether there was something before.
    const committed = Number(message.header.get(VERSION_HEADER)) <= (head.version ?? -1);
    return {
      last: message.seq,
      held: committed ? !message.header.has(DELETED_HEADER) : !message.header.has(NEW_HEADER),
    };
  }

  /** The message's sequence, or null if it did not follow the one it had to. */
  #write(
    space: string,
    key: string,
    value: string | null,
    version: number,
    epoch: string,
    isNew: boolean,
    follows: number | null,
  ): Promise<number | null> {
    const about = headers();
    about.set(VERSION_HEADER, `${version}`);
    about.set(EPOCH_HEADER, epoch);
    if (isNew) about.set(NEW_HEADER, '1');
    if (value === null) about.set(DELETED_HEADER, '1');
    return this.#send(this.#streams.layout.flagSubject(space, key), value ?? '', about, follows);
  }

  #writeHead(space: string, head: Head, follows: number): Promise<number | null> {
    return this.#send(this.#streams.layout.headSubject(space), JSON.stringify(head), headers(), follows);
  }

  async #send(
    subject: string,
    payload: string,
    about: ReturnType<typeof headers>,
    follows: number | null,
  ): Promise<number | null> {
    try {
      const { seq } = await this.#streams.js.publish(subject, payload, {
        headers: about,
        timeout: ANSWER_MS,
        ...(follows === null ? {} : { expect: { lastSubjectSequence: follows } }),
      });
      return seq;
    } catch (error) {
      if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamWrongLastSequence)
        return null;
      throw unavailable(error);
    }
  }

  /** Removes what an earlier filling left. What was written since is not touched: only messages before `upTo` are. */
  async #sweep(space: string, entries: Snapshot['entries'], upTo: number): Promise<void> {
    const { jsm, layout } = this.#streams;
    const info = await jsm.streams.info(layout.flags, { subjects_filter: layout.flagsOf(space) });
    const stale = Object.keys(info.state.subjects ?? {}).filter(
      (subject) => !entries.has(lastTextOf(subject)),
    );
    await inParallel(stale, async (filter) => {
      await jsm.streams.purge(layout.flags, upTo === 0 ? { filter } : { filter, seq: upTo });
    });
  }
}

const inParallel = async <T>(items: readonly T[], job: (item: T) => Promise<void>): Promise<void> => {
  const queue = items[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (const item of { [Symbol.iterator]: () => queue }) await job(item);
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL, items.length) }, worker));
};
