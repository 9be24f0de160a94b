import type { CommitRequest, Committed, Replayed } from '../../model/commit.ts';
import { Problem } from '../../model/problem.ts';
import { loadKnown, writeBatch } from './batch.ts';
import type { Database } from './database.ts';
import { Plan } from './plan.ts';
import type { AppPlace } from './rows.ts';

/** A batch stops growing at this many requests or keys; a request larger than that is a batch of its own. */
const BATCH_REQUESTS = 128;
const BATCH_KEYS = 1_000;

interface Job {
  readonly weight: number;
  /** Decides within the plan; what it answers is given out only when the transaction is durable. */
  decide(plan: Plan): Promise<Settle>;
  readonly request: Pick<CommitRequest<unknown>, 'keys' | 'segments' | 'idempotency'>;
  fail(error: unknown): void;
}
type Settle = () => void;

export interface CommitQueueOptions {
  readonly flagLimit: number;
  readonly onIdle: () => void;
}

/**
 * Group commit: the requests of one app that arrive while a transaction is under way share the next one. Requests are decided in
 * order of arrival; one that is refused costs the others nothing; nobody is answered before the transaction is durable.
 */
export class CommitQueue {
  readonly #database: Database;
  readonly #place: AppPlace;
  readonly #flagLimit: number;
  readonly #onIdle: () => void;
  #waiting: Job[] = [];
  #draining = false;

  constructor(database: Database, place: AppPlace, { flagLimit, onIdle }: CommitQueueOptions) {
    this.#flagLimit = flagLimit;
    this.#database = database;
    this.#place = place;
    this.#onIdle = onIdle;
  }

  submit<A>(request: CommitRequest<A>): Promise<Committed<A> | Replayed> {
    return new Promise((resolve, fail) => {
      this.#waiting.push({
        weight: weightOf(request),
        request: request as Job['request'],
        decide: async (plan) => {
          try {
            const committed = await plan.add(request);
            return () => resolve(committed);
          } catch (error) {
            return () => fail(error);
          }
        },
        fail,
      });
      if (!this.#draining) void this.#drain();
    });
  }

  async #drain(): Promise<void> {
    this.#draining = true;
    while (this.#waiting.length > 0) await this.#run(null);
    this.#draining = false;
    this.#onIdle();
  }

  /** One transaction; without given jobs it takes those that wait once it holds the database. */
  async #run(given: readonly Job[] | null): Promise<void> {
    let batch = given;
    try {
      const settles = await this.#database.transact(async (transaction) => {
        batch ??= await this.#gather();
        const known = await loadKnown(
          transaction,
          this.#place,
          batch.map((job) => job.request),
        );
        const { sha256, pause } = this.#database;
        const { textBytes } = transaction;
        const { account } = this.#place;
        const plan = new Plan(known, { account, flagLimit: this.#flagLimit, textBytes, sha256, pause });
        const decided: Settle[] = [];
        for (const job of batch) decided.push(await job.decide(plan));
        await writeBatch(transaction, this.#place, plan.writes);
        if (plan.writes.commits.length > 0) transaction.announce(this.#place);
        return decided;
      });
      for (const settle of settles) settle();
    } catch (error) {
      const failed = batch ?? this.#waiting.splice(0);
      if (failed.length > 1 && !(error instanceof Problem)) {
        // One request that the database refuses must not take down those that share its transaction.
        for (const job of failed) await this.#run([job]);
      } else {
        for (const job of failed) job.fail(error);
      }
    }
  }

  /** Requests that are just being read join in, as long as each look around finds more of them. */
  async #gather(): Promise<readonly Job[]> {
    for (let found = 0; found < this.#waiting.length && found < BATCH_REQUESTS; ) {
      found = this.#waiting.length;
      await this.#database.pause();
    }
    return this.#take();
  }

  #take(): Job[] {
    let keys = 0;
    let count = 0;
    for (const { weight } of this.#waiting) {
      if (count > 0 && (count === BATCH_REQUESTS || keys + weight > BATCH_KEYS)) break;
      keys += weight;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }
}

const weightOf = ({ keys, segments = [] }: Pick<CommitRequest<unknown>, 'keys' | 'segments'>): number =>
  keys === 'all' || segments === 'all' ? Number.POSITIVE_INFINITY : keys.length + segments.length;
