import pg from 'pg';
import type { Place } from '../port.ts';
import type { Listeners } from '../sql/listeners.ts';
import type { StoreLog } from '../sql/log.ts';
import { sleep } from '../sql/sleep.ts';
import { connectClient } from './pool.ts';
import { messageOf } from './problems.ts';

const CHANNEL = 'halyard_commit';
const BEAT_MS = 5_000;
const RECONNECT_MS = 250;

export interface NoticesOptions {
  readonly url: string;
  /** Tells our own notices from other processes'. */
  readonly process: string;
  readonly listeners: Listeners;
  readonly undelivered: () => Promise<readonly Place[]>;
  readonly log: StoreLog;
}

/**
 * What other processes commit, by LISTEN and NOTIFY. Notices sent while the connection was down are lost, so after each reconnection
 * every place with something undelivered is told of.
 */
export class Notices {
  readonly #options: NoticesOptions;
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;

  constructor(options: NoticesOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  /** SQL to run inside the transaction that the notice is about: it is sent if and when that commits. */
  notice(places: readonly Place[]): string {
    return places
      .map(({ account, app }) => JSON.stringify([this.#options.process, account, app]))
      .map((payload) => `notify ${CHANNEL}, ${pg.escapeLiteral(payload)}`)
      .join('; ');
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    const { log, listeners, undelivered, url } = this.#options;
    for (let connections = 0; !signal.aborted; ) {
      const lost = new AbortController();
      const ended = AbortSignal.any([signal, lost.signal]);
      let client: pg.Client | null = null;
      try {
        client = await connectClient(url, () => lost.abort());
        client.on('notification', ({ payload }) => this.#hear(payload ?? ''));
        await client.query(`listen ${CHANNEL}`);
        connections += 1;
        if (connections > 1) listeners.tell(await undelivered());
        while (!ended.aborted) {
          await sleep(BEAT_MS, ended);
          // Without traffic a connection that a firewall dropped looks alive for ever.
          if (!ended.aborted) await client.query('select 1');
        }
      } catch (error) {
        log.debug({ error: messageOf(error) }, 'Notices of commits are not heard now.');
      } finally {
        client?.end().catch(() => {});
      }
      await sleep(RECONNECT_MS, signal);
    }
  }

  #hear(payload: string): void {
    // Written by `send`.
    const [sender, account, app] = JSON.parse(payload) as [string, string, string | null];
    if (sender !== this.#options.process) this.#options.listeners.tell([{ account, app }]);
  }
}
