import type { NewCommit } from '@halyard/caches';
import type { ChangelogEntry, FlagChange, FlagDefinition, StoredFlag } from '../flags/change.ts';
import { diffFlags } from '../flags/diff.ts';
import { Problem } from '../problem.ts';
import { isExpired, type RememberedAnswer, refuseOther } from './answers.ts';
import { hashedText, type Sha256 } from './audit.ts';
import { fits } from './fits.ts';
import type { CommitRequest, Committed, Replayed, WriteInfo } from './port.ts';
import { typeOf } from './rows.ts';

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
  /** The last versions of deleted flags. */
  readonly deleted: ReadonlyMap<string, number>;
  readonly answers: ReadonlyMap<string, RememberedAnswer>;
}

export interface EntryWrite {
  readonly seq: number;
  readonly entry: ChangelogEntry;
  readonly afterText: string;
}

export interface FlagWrite {
  /** The flag as the batch leaves it, with its definition as JSON; null: deleted. */
  readonly now: { readonly flag: StoredFlag; readonly text: string } | null;
  /** The flag as the database has it now. */
  readonly before: FlagDefinition | undefined;
}

/** What the batch writes, all of it at once. */
export interface Writes {
  head: AppHead;
  readonly flags: Map<string, FlagWrite>;
  readonly deleted: Map<string, number>;
  readonly entries: EntryWrite[];
  readonly commits: NewCommit[];
  readonly answers: Map<string, RememberedAnswer>;
}

export interface PlanOptions {
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
  readonly #flagLimit: number;
  readonly #textBytes: number;
  readonly #sha256: Sha256;
  readonly #pause: () => Promise<void>;

  constructor(known: Known, { flagLimit, textBytes, sha256, pause }: PlanOptions) {
    this.#known = known;
    this.#flagLimit = flagLimit;
    this.#textBytes = textBytes;
    this.#sha256 = sha256;
    this.#pause = pause;
    this.writes = {
      head: known.head,
      flags: new Map(),
      deleted: new Map(),
      entries: [],
      commits: [],
      answers: new Map(),
    };
  }

  /** @throws what `decide` throws; Problem `conflict` (idempotency key with another fingerprint), `limit`, `too_large`. */
  async add<A>(request: CommitRequest<A>): Promise<Committed<A> | Replayed> {
    const { idempotency, write } = request;
    if (idempotency !== undefined) {
      const first = this.#answer(idempotency.key);
      if (first !== undefined && !isExpired(first, write.at)) {
        refuseOther(first, idempotency.fingerprint);
        return { replayed: first.answer };
      }
    }
    const { changes, answer } = request.decide(this.#current(request.keys));
    const draft = await this.#draft(changes, write);
    const committed: Committed<A> = {
      answer,
      appVersion: draft.head.version,
      flags: new Map([...draft.flags].map(([key, written]) => [key, written.now?.flag ?? null])),
      entries: draft.entries.map(({ entry }) => entry),
    };
    if (idempotency !== undefined) {
      const { key, fingerprint } = idempotency;
      const kept = idempotency.answer(committed);
      if (!fits(kept.body, this.#textBytes)) throw unkeepable(kept.body, this.#textBytes);
      this.writes.answers.set(key, { fingerprint, at: write.at, answer: kept });
    }
    this.#adopt(draft);
    return committed;
  }

  #adopt(draft: Writes): void {
    this.writes.head = draft.head;
    for (const [key, written] of draft.flags) this.writes.flags.set(key, written);
    for (const [key, version] of draft.deleted) this.writes.deleted.set(key, version);
    for (const entry of draft.entries) this.writes.entries.push(entry);
    for (const commit of draft.commits) this.writes.commits.push(commit);
  }

  async #draft(changes: readonly FlagChange[], write: WriteInfo): Promise<Writes> {
    const before = this.writes.head;
    const draft: Writes = {
      head: before,
      flags: new Map(),
      deleted: new Map(),
      entries: [],
      commits: [],
      answers: new Map(),
    };
    if (changes.length === 0) return draft;

    // An app's time never goes back, whatever the clocks of its writers do, so that its entries' dates and order agree.
    const at = before.last_at !== null && before.last_at > write.at ? before.last_at : write.at;
    const appVersion = before.version + 1;
    let { flag_count, last_hash } = before;
    let seq = before.entry_count;
    for (const change of changes) {
      if (draft.flags.has(change.key)) throw new Error(`Two changes of flag ${change.key} in one commit.`);
      if (this.#known.keys !== 'all' && !this.#known.keys.has(change.key)) {
        throw new Error(`The change of flag ${change.key} was decided without asking for the flag.`);
      }
      const was = this.#flag(change.key);
      checkFits(change, was);
      const version = (was?.version ?? this.#deletedVersion(change.key)) + 1;
      const after = change.event === 'delete' ? definitionOf(was, change) : change.after;
      const afterText = JSON.stringify(after);
      seq += 1;
      const entry = {
        id: String(seq),
        flag_key: change.key,
        event: change.event,
        after,
        ...(change.event === 'update' ? { diff: diffFlags(definitionOf(was, change), after) } : {}),
        version,
        app_version: appVersion,
        at,
        actor: { name: write.actor.name, token_id: write.actor.token_id },
        comment: write.comment,
      };
      const hash = this.#sha256(hashedText(entry, last_hash));
      last_hash = typeof hash === 'string' ? hash : await hash;
      draft.entries.push({ seq, entry: { ...entry, hash: last_hash }, afterText });
      const stored = this.#known.flags.get(change.key)?.definition;
      if (change.event === 'delete') {
        flag_count -= 1;
        draft.flags.set(change.key, { now: null, before: stored });
        draft.deleted.set(change.key, version);
      } else {
        if (was === undefined) flag_count += 1;
        const flag: StoredFlag = {
          definition: change.after,
          type: typeOf(change.after),
          version,
          created_at: was?.created_at ?? at,
          updated_at: at,
          updated_by: write.actor.name,
        };
        draft.flags.set(change.key, { now: { flag, text: afterText }, before: stored });
      }
      if (draft.entries.length % 256 === 0) await this.#pause();
    }
    if (flag_count > this.#flagLimit && flag_count > before.flag_count) {
      throw new Problem('limit', {
        message: `The app would have ${flag_count} flags; an app holds at most ${this.#flagLimit}. Delete flags that are no longer used, or use another app.`,
      });
    }
    draft.commits.push({
      version: appVersion,
      changes: [...draft.flags].map(([key, written]) => ({ key, value: written.now?.text ?? null })),
      ...(last_hash === null ? {} : { hash: last_hash }),
      ...(before.last_hash === null ? {} : { parent: before.last_hash }),
    });
    draft.head = { version: appVersion, flag_count, entry_count: seq, last_hash, last_at: at };
    return draft;
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

  #deletedVersion(key: string): number {
    return this.writes.deleted.get(key) ?? this.#known.deleted.get(key) ?? 0;
  }

  #answer(key: string): RememberedAnswer | undefined {
    return this.writes.answers.get(key) ?? this.#known.answers.get(key);
  }
}

const unkeepable = (body: string, bytes: number): Problem =>
  new Problem('too_large', {
    message: `The answer would have ${body.length} characters, and at most ${bytes} bytes can be kept for a repeat; change fewer flags at once, or leave out the Idempotency-Key.`,
  });

const checkFits = (change: FlagChange, was: StoredFlag | undefined): void => {
  if (change.event === 'create' ? was !== undefined : was === undefined) {
    throw new Error(`The change "${change.event}" of flag ${change.key} does not follow from what is there.`);
  }
};

const definitionOf = (was: StoredFlag | undefined, change: FlagChange): StoredFlag['definition'] => {
  if (was === undefined)
    throw new Error(`The change "${change.event}" of flag ${change.key} needs the flag.`);
  return was.definition;
};
