import type { Subscription } from '@halyard/caches';
import type pg from 'pg';
import type { StoreLog } from '../log.ts';
import { sleep } from '../sleep.ts';
import { connectClient } from './pool.ts';
import { messageOf } from './problems.ts';

/** "HALY" and a number: advisory locks are numbers, one pair a purpose. */
export const MIGRATION_LOCK = [0x48414c59, 1] as const;
const LEADER_LOCK = [0x48414c59, 2] as const;

const TRY_MS = 250;
const BEAT_MS = 1_000;

/**
 * Leadership is a session's advisory lock on a connection of its own: PostgreSQL gives it back when the session ends, however its
 * process ends. A leader whose connection is lost stops at once, because another may lead already.
 */
export class Leadership {
  readonly #url: string;
  readonly #log: StoreLog;
  readonly #terms = new Set<Subscription>();

  constructor(url: string, log: StoreLog) {
    this.#url = url;
    this.#log = log;
  }

  lead(term: (signal: AbortSignal) => Promise<void>): Subscription {
    const closing = new AbortController();
    const running = this.#run(term, closing.signal);
    const subscription: Subscription = {
      close: async () => {
        closing.abort();
        this.#terms.delete(subscription);
        await running;
      },
    };
    this.#terms.add(subscription);
    return subscription;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#terms].map((term) => term.close()));
  }

  async #run(term: (signal: AbortSignal) => Promise<void>, closing: AbortSignal): Promise<void> {
    while (!closing.aborted) {
      const lost = new AbortController();
      const ended = AbortSignal.any([closing, lost.signal]);
      let client: pg.Client | null = null;
      try {
        client = await connectClient(this.#url, () => lost.abort());
        await this.#session(client, term, ended);
      } catch (error) {
        this.#log.debug({ error: messageOf(error) }, 'Leadership cannot be asked for now.');
      } finally {
        lost.abort();
        await client?.end().catch(() => {});
      }
      await sleep(TRY_MS, closing);
    }
  }

  /** Until the connection or the subscription ends. */
  async #session(
    client: pg.Client,
    term: (signal: AbortSignal) => Promise<void>,
    ended: AbortSignal,
  ): Promise<void> {
    while (!(await tryLock(client))) {
      await sleep(TRY_MS, ended);
      if (ended.aborted) return;
    }
    const over = new AbortController();
    const signal = AbortSignal.any([ended, over.signal]);
    const work = term(signal)
      .catch((error: unknown) => {
        if (!signal.aborted) this.#log.error({ error: messageOf(error) }, 'A term of leadership failed.');
      })
      .finally(() => over.abort());
    try {
      while (!signal.aborted) {
        await sleep(BEAT_MS, signal);
        if (!signal.aborted) await client.query('select 1');
      }
    } finally {
      over.abort();
      await work;
    }
  }
}

const tryLock = async (client: pg.Client): Promise<boolean> => {
  const { rows } = await client.query('select pg_try_advisory_lock($1, $2) as mine', [...LEADER_LOCK]);
  return rows[0]?.mine === true;
};
