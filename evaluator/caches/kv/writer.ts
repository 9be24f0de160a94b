import { judgeCommit, judgeSnapshot, type Position, positionOf } from '../following/history.ts';
import { newFilling } from '../following/reading.ts';
import type { NewCommit, Published, Snapshot } from '../port.ts';
import { compacted, type NewData, segmented, writeSnapshot } from './data.ts';
import { type Head, headIn, type KvNames, namesOf, positionIn, sizeOf, type Tombstone } from './layout.ts';
import { ask, type KvNamespace, readHead } from './reader.ts';

/**
 * Where a writer keeps its own word of what it wrote last, one text a space: KV may answer it with something older for a minute. In a
 * Durable Object, its storage. Without one the writer believes KV, and may write again what is there already.
 */
export interface KvMemory {
  load(space: string): Promise<string | null> | string | null;
  save(space: string, head: string): Promise<void> | void;
}

export interface KvWriterOptions {
  readonly kv: KvNamespace;
  readonly prefix: string;
  readonly now: () => number;
  readonly memory: KvMemory | undefined;
  /** Between two writes of one head: KV takes one a second. */
  readonly headEveryMs: number;
}

/** What the head itself may hold of commits, in characters; more goes into a segment. */
const TAIL_CHARACTERS = 32 * 1024;
/** Commits kept one by one however small the whole is, in characters. */
const LOG_CHARACTERS = 256 * 1024;
/** Keys that no head names any more are read until every location has heard of the newer head. */
const DROP_AFTER_MS = 10 * 60 * 1000;
/** So long after it was written, KV may still say that a head is not there. */
const UNSEEN_MS = 2 * 60 * 1000;
const TOMBSTONE_SECONDS = 24 * 60 * 60;

interface Job {
  /** Null: not a publish, but `alone`. */
  readonly commits: readonly NewCommit[] | null;
  readonly alone: () => Promise<void>;
  readonly resolve: (answer: Published) => void;
  readonly reject: (error: unknown) => void;
}

/** Writes one space, one thing at a time; what is published while a write is under way goes out together. */
export class KvWriter {
  readonly #space: string;
  readonly #names: KvNames;
  readonly #options: KvWriterOptions;
  #known: Head | Tombstone | undefined;
  #jobs: Job[] = [];
  #working = false;
  #wroteAt = Number.NEGATIVE_INFINITY;

  constructor(space: string, options: KvWriterOptions) {
    this.#space = space;
    this.#names = namesOf(options.prefix, space);
    this.#options = options;
  }

  /** What was written last, if anything was. */
  get known(): Head | Tombstone | undefined {
    return this.#known;
  }

  /** What is there now: this writer's own word, or what its memory and KV say. */
  async look(): Promise<Head | Tombstone | null> {
    if (this.#known !== undefined) return this.#known;
    const { kv, memory, now } = this.#options;
    const remembered = headIn((await memory?.load(this.#space)) ?? null);
    const found = await readHead(kv, this.#names);
    if (remembered === null) return found;
    if (found === null) {
      // Not seen there yet, or lost: an emptied namespace must be filled again.
      return remembered.kind === 'gone' || now() - remembered.at < UNSEEN_MS ? remembered : null;
    }
    return isLater(found, remembered) ? found : remembered;
  }

  publish(commits: readonly NewCommit[]): Promise<Published> {
    return this.#enqueue(commits, async () => undefined);
  }

  async replace(snapshot: Snapshot, adopting: boolean): Promise<'replaced' | 'already' | 'other'> {
    let judged: 'replaced' | 'already' | 'other' = 'replaced';
    await this.#enqueue(null, async () => {
      const { kv, now } = this.#options;
      const before = await this.look();
      judged = judgeSnapshot(positionIn(before), snapshot, adopting);
      if (judged !== 'replaced') return;
      const epoch = epochAfter(before?.epoch);
      const others = await this.#listed();
      const whole = await writeSnapshot({ kv, names: this.#names, epoch }, snapshot);
      const at = now();
      const dropped = others.map((key): [string, number] => [key, at]);
      const position = positionOf(snapshot);
      await this.#put({ kind: 'head', epoch, ...position, at, whole, log: [], tail: [], dropped });
    });
    return judged;
  }

  async remove(identity: string | undefined): Promise<void> {
    await this.#enqueue(null, async () => {
      const before = await this.look();
      if (before === null || before.kind === 'gone') return;
      const by = before.history?.identity;
      if (identity !== undefined && by !== undefined && by !== identity) return;
      await this.#put({ kind: 'gone', epoch: epochAfter(before.epoch), at: this.#options.now() });
      for (const key of await this.#listed()) await ask(this.#options.kv.delete(key));
    });
  }

  #enqueue(commits: readonly NewCommit[] | null, alone: () => Promise<void>): Promise<Published> {
    return new Promise((resolve, reject) => {
      this.#jobs.push({ commits, alone, resolve, reject });
      if (!this.#working) void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#working = true;
    while (this.#jobs.length > 0) {
      const wait = this.#wroteAt + this.#options.headEveryMs - this.#options.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      const first = this.#jobs[0];
      if (first?.commits === null) {
        this.#jobs.shift();
        await first.alone().then(() => first.resolve('applied'), first.reject);
        continue;
      }
      const other = this.#jobs.findIndex(({ commits }) => commits === null);
      await this.#publishAll(this.#jobs.splice(0, other === -1 ? this.#jobs.length : other));
    }
    this.#working = false;
  }

  async #publishAll(jobs: readonly Job[]): Promise<void> {
    try {
      const before = await this.look();
      const head = before?.kind === 'head' ? before : null;
      const taken: NewCommit[] = [];
      const answers = jobs.map(({ commits }) => take(commits ?? [], positionIn(head), taken));
      if (head !== null && taken.length > 0) await this.#add(head, taken);
      for (const [i, { resolve }] of jobs.entries()) resolve(answers[i] ?? 'gap');
    } catch (error) {
      // What was written of it is looked up again before the next is.
      this.#known = undefined;
      for (const { reject } of jobs) reject(error);
    }
  }

  async #add(head: Head, commits: readonly NewCommit[]): Promise<void> {
    const { kv, now } = this.#options;
    const data = { kv, names: this.#names, epoch: head.epoch };
    const tail = [...head.tail, ...commits.map(({ version, changes }) => ({ version, changes }))];
    const position = after(positionOf(head), commits.at(-1));
    const tailSize = sizeOf(tail);
    let made: NewData = { whole: head.whole, log: head.log, tail, free: [] };
    if (tailSize > TAIL_CHARACTERS) {
      const logged = head.log.reduce((sum, { blob }) => sum + blob.size, tailSize);
      const bound = Math.max(LOG_CHARACTERS, wholeSize(head) / 2);
      if (logged > bound) made = await compacted(data, made, tailSize > bound);
      if (made.tail.length > 0) made = await segmented(data, made);
    }
    const at = now();
    const due = head.dropped.filter(([, since]) => at - since > DROP_AFTER_MS);
    const { whole, log, tail: rest, free } = made;
    const kept = head.dropped.filter(([, since]) => at - since <= DROP_AFTER_MS);
    const dropped = [...kept, ...free.map((key): [string, number] => [key, at])];
    await this.#put({ kind: 'head', epoch: head.epoch, ...position, at, whole, log, tail: rest, dropped });
    // One that stays behind is found by the next `replace`.
    await Promise.allSettled(due.map(([key]) => kv.delete(key)));
  }

  async #put(head: Head | Tombstone): Promise<void> {
    const { kv, memory, now } = this.#options;
    const text = JSON.stringify(head);
    this.#known = undefined;
    this.#wroteAt = now();
    await ask(
      head.kind === 'gone'
        ? kv.put(this.#names.head, text, { expirationTtl: TOMBSTONE_SECONDS })
        : kv.put(this.#names.head, text),
    );
    await memory?.save(this.#space, text);
    this.#known = head;
  }

  /** Every key of the space that is there now, but for its head. */
  async #listed(): Promise<readonly string[]> {
    const { kv } = this.#options;
    const found: string[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await ask(
        kv.list({ prefix: this.#names.all, ...(cursor === undefined ? {} : { cursor }) }),
      );
      for (const { name } of page.keys) if (name !== this.#names.head) found.push(name);
      if (page.list_complete) return found;
      cursor = page.cursor;
    }
  }
}

/** Takes the commits that follow, and says what became of all of them. */
const take = (commits: readonly NewCommit[], head: Position | null, taken: NewCommit[]): Published => {
  let answer: Published = 'already';
  for (const commit of commits) {
    const judged = judgeCommit(head === null ? null : after(head, taken.at(-1)), commit);
    if (judged === 'gap' || judged === 'other') return judged;
    if (judged === 'already') continue;
    taken.push(commit);
    answer = 'applied';
  }
  return answer;
};

/** Where a head stands once a commit is on it. */
const after = (head: Position, commit: NewCommit | undefined): Position => {
  if (commit === undefined) return head;
  const { history = head.history, version, hash } = commit;
  return positionOf({
    version,
    ...(history === undefined ? {} : { history }),
    ...(hash === undefined ? {} : { hash }),
  });
};

const wholeSize = ({ whole }: Head): number => ('entries' in whole ? 0 : whole.blob.size);

const isLater = (found: Head | Tombstone, remembered: Head | Tombstone): boolean => {
  if (found.epoch !== remembered.epoch) return found.epoch > remembered.epoch;
  return found.kind === 'head' && remembered.kind === 'head' && found.version > remembered.version;
};

/** A new epoch that orders after the one before, even if that was named by a clock ahead of this one. */
const epochAfter = (before: string | undefined): string => {
  const epoch = newFilling();
  if (before === undefined || epoch > before) return epoch;
  const [time = '', rest = ''] = epoch.split('-');
  const ahead = Number.parseInt(before, 10);
  return Number.isSafeInteger(ahead) ? `${String(ahead + 1).padStart(time.length, '0')}-${rest}` : epoch;
};
