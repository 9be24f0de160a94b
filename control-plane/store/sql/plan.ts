import type { NewCommit } from '@halyard/caches';
import { diffFlags, diffSegments } from '../../flags/diff/diff.ts';
import { replicatedText } from '../../flags/replicated.ts';
import { type Affected, type ChangelogEntry, segmentName } from '../../model/changelog.ts';
import type { CommitRequest, Committed, Foreseen, Replayed, WriteInfo } from '../../model/commit.ts';
import { type Change, type FlagChange, isSegmentChange, type SegmentChange } from '../../model/commit.ts';
import type { FlagDefinition, StoredFlag } from '../../model/flag.ts';
import { Problem } from '../../model/problem.ts';
import type { SegmentDefinition, StoredSegment } from '../../model/segment.ts';
import { isExpired, type RememberedAnswer, refuseOther } from './answers.ts';
import { digestText, hashedText, type Sha256, type Unhashed } from './audit.ts';
import { Examination, type Examined } from './examination.ts';
import { fits } from './fits.ts';
import { foresee } from './foresight.ts';
import type { Overlay, Reach } from './reach.ts';
import { typeOf } from './rows.ts';

/** An app's. */
const SEGMENT_LIMIT = 1_000;

/** What the next commit of an app counts on from; the rest of its row does not matter here. */
export interface AppHead {
  readonly version: number;
  readonly flag_count: number;
  readonly entry_count: number;
  readonly last_hash: string | null;
  readonly last_at: string | null;
}

/** What the batch's requests need, as the database has it now. */
export interface Known {
  readonly head: AppHead;
  /** The keys that were asked for. */
  readonly keys: ReadonlySet<string> | 'all';
  readonly flags: ReadonlyMap<string, StoredFlag>;
  readonly segmentKeys: ReadonlySet<string> | 'all';
  readonly segments: ReadonlyMap<string, StoredSegment>;
  /** How many the app has; 0 where no request names one. */
  readonly segmentCount: number;
  /** Whether anything in the app names anything. */
  readonly hasReferences: boolean;
  /** What a failing test of a flag does. */
  readonly tests: 'warn' | 'block';
  /** The app is an environment whose changes need a comment. */
  readonly needsComment: boolean;
  /** The app's graph as an overlay makes it; reads inside the transaction. */
  readonly reach: (overlay: Overlay) => Reach;
  /** The last versions of deleted flags, and of segments by `segment/KEY`. */
  readonly deleted: ReadonlyMap<string, number>;
  readonly answers: ReadonlyMap<string, RememberedAnswer>;
  /** What the last import said, of the names that were asked for. */
  readonly imported: ReadonlyMap<string, string>;
}

export interface EntryWrite {
  readonly seq: number;
  readonly entry: ChangelogEntry;
  readonly afterText: string;
}

export interface FlagWrite {
  /** The flag as the batch leaves it, with its definition as JSON; null: deleted. */
  readonly now: { readonly flag: StoredFlag; readonly text: string; readonly digest: string } | null;
  /** The flag as the database has it now. */
  readonly before: FlagDefinition | undefined;
}

export interface SegmentWrite {
  readonly now: { readonly segment: StoredSegment; readonly text: string; readonly digest: string } | null;
  readonly before: SegmentDefinition | undefined;
}

/** What the batch writes, all of it at once. */
export interface Writes {
  head: AppHead;
  readonly flags: Map<string, FlagWrite>;
  readonly segments: Map<string, SegmentWrite>;
  readonly deleted: Map<string, number>;
  readonly entries: EntryWrite[];
  readonly commits: NewCommit[];
  readonly answers: Map<string, RememberedAnswer>;
  readonly imported: Map<string, string>;
}

export interface PlanOptions {
  readonly account: string;
  readonly flagLimit: number;
  /** The longest answer that can be kept for a repeat, in UTF-8 bytes. */
  readonly textBytes: number;
  readonly sha256: Sha256;
  readonly pause: () => Promise<void>;
}

/**
 * Decides commits one after the other, each seeing what the ones before it did, before anything is written. A request that is
 * refused leaves no trace, so that many requests can share one database transaction.
 */
export class Plan {
  readonly writes: Writes;
  readonly #known: Known;
  readonly #options: PlanOptions;

  constructor(known: Known, options: PlanOptions) {
    this.#known = known;
    this.#options = options;
    this.writes = nothingYet(known.head);
  }

  /** @throws what `decide` throws; Problem `conflict` (idempotency key with another fingerprint), `limit`, `too_large`. */
  async add<A>(request: CommitRequest<A>): Promise<Committed<A> | Replayed> {
    const { idempotency, write } = request;
    if (idempotency !== undefined && request.dryRun !== true) {
      const first = this.#answer(idempotency.key);
      if (first !== undefined && !isExpired(first, write.at)) {
        refuseOther(first, idempotency.fingerprint);
        return { replayed: first.answer };
      }
    }
    const { changes, answer, imported } = request.decide(
      this.#current(request.keys),
      this.#currentSegments(request.segments ?? []),
      this.#imported(request.imported ?? []),
    );
    const dryRun = request.dryRun === true;
    if (this.#known.needsComment && changes.length > 0 && !dryRun) checkCommented(write);
    const { affects, failing } = await this.#examine(changes, dryRun);
    const draft = await this.#draft(changes, write, affects);
    const committed: Committed<A> = {
      answer,
      appVersion: dryRun ? this.writes.head.version : draft.head.version,
      flags: new Map([...draft.flags].map(([key, written]) => [key, written.now?.flag ?? null])),
      segments: new Map([...draft.segments].map(([key, written]) => [key, written.now?.segment ?? null])),
      entries: draft.entries.map(({ entry }) => entry),
      failing,
    };
    if (dryRun) return { ...committed, foreseen: await this.#foresee(changes) };
    if (idempotency !== undefined) {
      const { key, fingerprint } = idempotency;
      const kept = idempotency.answer(committed);
      if (!fits(kept.body, this.#options.textBytes)) throw unkeepable(kept.body, this.#options.textBytes);
      this.writes.answers.set(key, { fingerprint, at: write.at, answer: kept });
    }
    this.#adopt(draft);
    for (const [name, said] of imported ?? []) this.writes.imported.set(name, said);
    return committed;
  }

  #imported(names: readonly string[]): ReadonlyMap<string, string> {
    return new Map(
      names.flatMap((name) => {
        const said = this.writes.imported.get(name) ?? this.#known.imported.get(name);
        return said === undefined ? [] : [[name, said] as const];
      }),
    );
  }

  #adopt(draft: Writes): void {
    this.writes.head = draft.head;
    for (const [key, written] of draft.flags) this.writes.flags.set(key, written);
    for (const [key, written] of draft.segments) this.writes.segments.set(key, written);
    for (const [key, version] of draft.deleted) this.writes.deleted.set(key, version);
    for (const entry of draft.entries) this.writes.entries.push(entry);
    for (const commit of draft.commits) this.writes.commits.push(commit);
  }

  /** Whether the app stays whole, and what the changes reach; throws where they may not be. */
  #examine(changes: readonly Change[], dryRun: boolean): Promise<Examined> {
    return new Examination(this.#options.account, this.#known, this.#overlay(changes), {
      flag: (key) => this.#flag(key)?.definition,
      segment: (key) => this.#segment(key)?.definition,
    }).of(changes, dryRun);
  }

  #foresee(changes: readonly Change[]): Promise<Foreseen> {
    const touched = changes.map(({ kind = 'flag', key }) => ({ kind, key }));
    return foresee(this.#known.reach(this.#overlay([])), this.#known.reach(this.#overlay(changes)), touched);
  }

  /** What the batch has decided so far, and these changes. */
  #overlay(changes: readonly Change[]): Overlay {
    const flags = new Map<string, FlagDefinition | null>();
    const segments = new Map<string, SegmentDefinition | null>();
    for (const [key, { now }] of this.writes.flags) flags.set(key, now?.flag.definition ?? null);
    for (const [key, { now }] of this.writes.segments) segments.set(key, now?.segment.definition ?? null);
    for (const change of changes) {
      if (isSegmentChange(change)) segments.set(change.key, change.event === 'delete' ? null : change.after);
      else flags.set(change.key, change.event === 'delete' ? null : change.after);
    }
    return { flags, segments };
  }

  async #draft(
    changes: readonly Change[],
    write: WriteInfo,
    affects: ReadonlyMap<string, readonly Affected[]>,
  ): Promise<Writes> {
    const before = this.writes.head;
    const draft = nothingYet(before);
    if (changes.length === 0) return draft;

    // An app's time never goes back, whatever the clocks of its writers do, so that its entries' dates and order agree.
    const at = before.last_at !== null && before.last_at > write.at ? before.last_at : write.at;
    const appVersion = before.version + 1;
    let { flag_count, last_hash } = before;
    let segmentCount = this.#segmentCount;
    let seq = before.entry_count;
    for (const change of changes) {
      seq += 1;
      const head: EntryHead = {
        id: String(seq),
        app_version: appVersion,
        at,
        actor: { name: write.actor.name, token_id: write.actor.token_id },
        comment: write.comment,
        ...(change.source === undefined ? {} : { source: change.source }),
      };
      const isSegment = isSegmentChange(change);
      const digested = change.event === 'delete' ? '' : this.#options.sha256(digestText(change.after));
      const digest = typeof digested === 'string' ? digested : await digested;
      const { entry, afterText, count } = isSegment
        ? this.#segmentEntry(change, head, draft, digest, affects.get(change.key) ?? [])
        : this.#flagEntry(change, head, draft, digest);
      if (isSegment) segmentCount += count;
      else flag_count += count;
      const hash = this.#options.sha256(hashedText(entry, last_hash));
      last_hash = typeof hash === 'string' ? hash : await hash;
      draft.entries.push({ seq, entry: { ...entry, hash: last_hash }, afterText });
      if (draft.entries.length % 256 === 0) await this.#options.pause();
    }
    if (flag_count > this.#options.flagLimit && flag_count > before.flag_count) {
      throw new Problem('limit', {
        message: `The app would have ${flag_count} flags; an app holds at most ${this.#options.flagLimit}. Delete flags that are no longer used, or use another app.`,
      });
    }
    if (segmentCount > SEGMENT_LIMIT && segmentCount > this.#segmentCount) {
      throw new Problem('limit', {
        message: `The app would have ${segmentCount} segments; an app holds at most ${SEGMENT_LIMIT}. Delete segments that are no longer used.`,
      });
    }
    draft.commits.push({
      version: appVersion,
      changes: [
        ...[...draft.flags].map(([key, { now }]) => ({
          key,
          value: now === null ? null : replicatedText(now.flag.definition, now.flag.version, now.text),
        })),
        ...[...draft.segments].map(([key, { now }]) => ({ key: segmentName(key), value: now?.text ?? null })),
      ],
      ...(last_hash === null ? {} : { hash: last_hash }),
      ...(before.last_hash === null ? {} : { parent: before.last_hash }),
    });
    draft.head = { version: appVersion, flag_count, entry_count: seq, last_hash, last_at: at };
    return draft;
  }

  #flagEntry(change: FlagChange, head: EntryHead, draft: Writes, digest: string): Drafted {
    if (draft.flags.has(change.key)) throw new Error(`Two changes of flag ${change.key} in one commit.`);
    if (this.#known.keys !== 'all' && !this.#known.keys.has(change.key)) {
      throw new Error(`The change of flag ${change.key} was decided without asking for the flag.`);
    }
    const was = this.#flag(change.key);
    checkFits(change, was);
    const version = (was?.version ?? this.#deletedVersion(change.key)) + 1;
    const after = change.event === 'delete' ? definitionOf(was, change) : change.after;
    const afterText = JSON.stringify(after);
    const { id, ...dates } = head;
    const entry = {
      id,
      flag_key: change.key,
      event: change.event,
      after,
      ...(change.event === 'update' ? { diff: diffFlags(definitionOf(was, change), after) } : {}),
      version,
      ...dates,
    };
    const stored = this.#known.flags.get(change.key)?.definition;
    if (change.event === 'delete') {
      draft.flags.set(change.key, { now: null, before: stored });
      draft.deleted.set(change.key, version);
      return { entry, afterText, count: -1 };
    }
    const flag: StoredFlag = {
      definition: change.after,
      type: typeOf(change.after),
      version,
      created_at: was?.created_at ?? head.at,
      updated_at: head.at,
      updated_by: head.actor.name,
    };
    draft.flags.set(change.key, { now: { flag, text: afterText, digest }, before: stored });
    return { entry, afterText, count: was === undefined ? 1 : 0 };
  }

  #segmentEntry(
    change: SegmentChange,
    head: EntryHead,
    draft: Writes,
    digest: string,
    affects: readonly Affected[],
  ): Drafted {
    if (draft.segments.has(change.key))
      throw new Error(`Two changes of segment ${change.key} in one commit.`);
    if (this.#known.segmentKeys !== 'all' && !this.#known.segmentKeys.has(change.key)) {
      throw new Error(`The change of segment ${change.key} was decided without asking for the segment.`);
    }
    const was = this.#segment(change.key);
    checkFits(change, was);
    const version = (was?.version ?? this.#deletedVersion(segmentName(change.key))) + 1;
    const after = change.event === 'delete' ? definitionOf(was, change) : change.after;
    const afterText = JSON.stringify(after);
    const { id, ...dates } = head;
    const entry = {
      id,
      kind: 'segment',
      segment_key: change.key,
      affects,
      event: change.event,
      after,
      ...(change.event === 'update' ? { diff: diffSegments(definitionOf(was, change), after) } : {}),
      version,
      ...dates,
    } as const;
    const stored = this.#known.segments.get(change.key)?.definition;
    if (change.event === 'delete') {
      draft.segments.set(change.key, { now: null, before: stored });
      draft.deleted.set(segmentName(change.key), version);
    } else {
      const segment: StoredSegment = {
        definition: change.after,
        version,
        created_at: was?.created_at ?? head.at,
        updated_at: head.at,
        updated_by: head.actor.name,
      };
      draft.segments.set(change.key, { now: { segment, text: afterText, digest }, before: stored });
    }
    const count = change.event === 'delete' ? -1 : was === undefined ? 1 : 0;
    return { entry, afterText, count };
  }

  #current(keys: CommitRequest<unknown>['keys']): ReadonlyMap<string, StoredFlag> {
    const names =
      keys === 'all' ? new Set([...this.#known.flags.keys(), ...this.writes.flags.keys()]) : new Set(keys);
    const current = new Map<string, StoredFlag>();
    for (const key of names) {
      const flag = this.#flag(key);
      if (flag !== undefined) current.set(key, flag);
    }
    return current;
  }

  #flag(key: string): StoredFlag | undefined {
    const written = this.writes.flags.get(key);
    return written === undefined ? this.#known.flags.get(key) : written.now?.flag;
  }

  #currentSegments(keys: readonly string[] | 'all'): ReadonlyMap<string, StoredSegment> {
    const names =
      keys === 'all'
        ? new Set([...this.#known.segments.keys(), ...this.writes.segments.keys()])
        : new Set(keys);
    const current = new Map<string, StoredSegment>();
    for (const key of names) {
      const segment = this.#segment(key);
      if (segment !== undefined) current.set(key, segment);
    }
    return current;
  }

  #segment(key: string): StoredSegment | undefined {
    const written = this.writes.segments.get(key);
    return written === undefined ? this.#known.segments.get(key) : written.now?.segment;
  }

  /** As the batch leaves it so far. */
  get #segmentCount(): number {
    let count = this.#known.segmentCount;
    for (const { now, before } of this.writes.segments.values()) {
      count += (now === null ? 0 : 1) - (before === undefined ? 0 : 1);
    }
    return count;
  }

  #deletedVersion(key: string): number {
    return this.writes.deleted.get(key) ?? this.#known.deleted.get(key) ?? 0;
  }

  #answer(key: string): RememberedAnswer | undefined {
    return this.writes.answers.get(key) ?? this.#known.answers.get(key);
  }
}

/** Problem: `invalid`. */
const checkCommented = ({ comment }: WriteInfo): void => {
  if (comment !== null && comment.trim() !== '') return;
  throw new Problem('invalid', {
    pointer: '/comment',
    message:
      'comment is missing; expected why the change is made, because this environment asks for a comment with every change (comment_required). Send it as the header X-Halyard-Comment, or as comment where the body has it.',
  });
};

const unkeepable = (body: string, bytes: number): Problem =>
  new Problem('too_large', {
    message: `The answer would have ${body.length} characters, and at most ${bytes} bytes can be kept for a repeat; change fewer flags at once, or leave out the Idempotency-Key.`,
  });

const nothingYet = (head: AppHead): Writes => ({
  head,
  flags: new Map(),
  segments: new Map(),
  deleted: new Map(),
  entries: [],
  commits: [],
  answers: new Map(),
  imported: new Map(),
});

type EntryHead = Pick<ChangelogEntry, 'id' | 'app_version' | 'at' | 'actor' | 'comment' | 'source'>;

interface Drafted {
  readonly entry: Unhashed;
  readonly afterText: string;
  /** By how much the number of flags, or of segments, grows. */
  readonly count: number;
}

const nameOf = (change: Change): string => `${change.kind ?? 'flag'} ${change.key}`;

const checkFits = (change: Change, was: unknown): void => {
  if (change.event === 'create' ? was !== undefined : was === undefined) {
    throw new Error(`The change "${change.event}" of ${nameOf(change)} does not follow from what is there.`);
  }
};

const definitionOf = <D>(was: { readonly definition: D } | undefined, change: Change): D => {
  if (was === undefined)
    throw new Error(`The change "${change.event}" of ${nameOf(change)} needs what was there.`);
  return was.definition;
};
