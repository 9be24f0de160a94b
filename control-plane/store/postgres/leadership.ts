import type { Subscription } from '@halyard/caches';
import type pg from 'pg';
import type { StoreLog } from '../sql/log.ts';
import { sleep } from '../sql/sleep.ts';
import { connectClient } from './pool.ts';
import { messageOf } from './problems.ts';

/** "HALY" and a number: advisory locks are numbers, one pair a purpose. */
export const MIGRATION_LOCK = [0x48414c59, 1] as const;
const LEADER_LOCK = [0x48414c59, 2] as const;

const TRY_MS = 250;
const BEAT_MS = 1_000;
/**
 * How long the server waits for a word of the leader before it ends the session and with it the lock: a machine that vanished closes no
 * connection (TCP alone would wait two hours), and a process that hangs keeps its own open. The beat has to come well within.
 */
const SILENCE_MS = 5_000;

type TermWork = (signal: AbortSignal) => Promise<void>;

interface Term {
  readonly run: TermWork;
  readonly closing: AbortController;
  /** Resolves when the term has ended; what it does now, if anything. */
  work: Promise<void>;
}

/**
 * Leadership is a session's advisory lock on a connection of its own: PostgreSQL gives it back when the session ends, however its
 * process ends. A leader whose connection is lost stops at once, because another may lead already. All terms of a process share
 * the lock.
 */
export class Leadership {
  readonly #url: string;
  readonly #log: StoreLog;
  readonly #terms = new Set<Term>();
  readonly #subscriptions = new Set<Subscription>();
  /** Aborts when the lock is lost; null while another process leads, or nobody. */
  #leading: AbortSignal | null = null;
  #ending = new AbortController();
  #holding: Promise<void> = Promise.resolve();

  constructor(url: string, log: StoreLog) {
    this.#url = url;
    this.#log = log;
  }

  lead(run: TermWork): Subscription {
    const term: Term = { run, closing: new AbortController(), work: Promise.resolve() };
    this.#terms.add(term);
    if (this.#terms.size === 1) this.#hold();
    if (this.#leading !== null) this.#begin(term, this.#leading);
    const subscription: Subscription = {
      close: async () => {
        term.closing.abort();
        this.#terms.delete(term);
        this.#subscriptions.delete(subscription);
        await term.work;
        if (this.#terms.size > 0) return;
        this.#ending.abort();
        await this.#holding;
      },
    };
    this.#subscriptions.add(subscription);
    return subscription;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#subscriptions].map((subscription) => subscription.close()));
  }

  /** After the previous hold has let go: closing the last term and leading again may overlap. */
  #hold(): void {
    const ending = new AbortController();
    this.#ending = ending;
    this.#holding = this.#holding.then(() => this.#run(ending.signal));
  }

  async #run(ending: AbortSignal): Promise<void> {
    while (!ending.aborted) {
      const lost = new AbortController();
      const ended = AbortSignal.any([ending, lost.signal]);
      let client: pg.Client | null = null;
      try {
        client = await connectClient(this.#url, () => lost.abort());
        await limitSilence(client);
        await this.#session(client, ended);
      } catch (error) {
        this.#log.debug({ error: messageOf(error) }, 'Leadership cannot be asked for now.');
      } finally {
        lost.abort();
        await client?.end().catch(() => {});
      }
      await sleep(TRY_MS, ending);
    }
  }

  /** Until the connection or the last subscription ends. */
  async #session(client: pg.Client, ended: AbortSignal): Promise<void> {
    while (!(await tryLock(client))) {
      await sleep(TRY_MS, ended);
      if (ended.aborted) return;
    }
    const over = new AbortController();
    const signal = AbortSignal.any([ended, over.signal]);
    this.#leading = signal;
    for (const term of this.#terms) this.#begin(term, signal);
    try {
      while (!signal.aborted) {
        await sleep(BEAT_MS, signal);
        if (!signal.aborted) await client.query('select 1');
      }
    } finally {
      over.abort();
      this.#leading = null;
      await Promise.all([...this.#terms].map(({ work }) => work));
    }
  }

  #begin(term: Term, leading: AbortSignal): void {
    const signal = AbortSignal.any([leading, term.closing.signal]);
    const work = async (): Promise<void> => {
      while (!signal.aborted) {
        try {
          await term.run(signal);
        } catch (error) {
          if (!signal.aborted) this.#log.error({ error: messageOf(error) }, 'A term of leadership failed.');
        }
        await sleep(TRY_MS, signal);
      }
    };
    term.work = work();
  }
}

const tryLock = async (client: pg.Client): Promise<boolean> => {
  const { rows } = await client.query('select pg_try_advisory_lock($1, $2) as mine', [...LEADER_LOCK]);
  return rows[0]?.mine === true;
};

/** `idle_session_timeout` came with PostgreSQL 14; before it only keep-alives find a machine that vanished. */
const limitSilence = async (client: pg.Client): Promise<void> => {
  await client.query(
    `select set_config(name, case name when 'idle_session_timeout' then $1 when 'tcp_keepalives_count' then '3' else '1' end, false)
     from pg_settings
     where name in ('idle_session_timeout', 'tcp_keepalives_idle', 'tcp_keepalives_interval', 'tcp_keepalives_count')`,
    [String(SILENCE_MS)],
  );
};
