import { createHash } from 'node:crypto';
import { createClient, ErrorReply } from 'redis';
import { ConnectionWatch } from '../following/connection-watch.ts';
import type { Follower } from '../following/follower.ts';
import { type CacheLog, CacheUnavailable, type Subscription } from '../port.ts';
import { SCRIPTS } from './scripts.ts';

const CONNECT_MS = 2_000;
const RECONNECT_MIN_MS = 50;
const RECONNECT_MAX_MS = 1_000;
/** An answer that takes longer is no answer. */
const ANSWER_MS = 3_000;
/** A connection on which nothing was heard for this long is given up; there is a ping a second. */
const SILENCE_MS = 4_000;
const PING_MS = 1_000;

const SHAS = Object.fromEntries(
  Object.entries(SCRIPTS).map(([name, script]) => [name, createHash('sha1').update(script).digest('hex')]),
);

const clientOf = (url: string) =>
  createClient({
    url,
    disableOfflineQueue: true,
    pingInterval: PING_MS,
    socket: {
      connectTimeout: CONNECT_MS,
      socketTimeout: SILENCE_MS,
      reconnectStrategy: (retries) =>
        Math.min(RECONNECT_MAX_MS, RECONNECT_MIN_MS * 2 ** Math.min(retries, 10)) * (0.5 + Math.random() / 2),
    },
  });

/** Two connections to one Redis, commands on one and channels on the other, which are opened again for ever. */
export class RedisConnection {
  readonly commands: ReturnType<typeof clientOf>;
  readonly followers = new Set<Follower>();
  readonly #channels: ReturnType<typeof clientOf>;
  readonly #watch: ConnectionWatch;
  readonly #tick: ReturnType<typeof setInterval>;

  /** @throws for a URL that is none. */
  constructor(url: string, marker: string, log: CacheLog) {
    this.commands = clientOf(url);
    this.#channels = this.commands.duplicate();
    this.#watch = new ConnectionWatch({
      log,
      cache: 'redis',
      name: 'Redis',
      takes: 'commands',
      followers: () => [...this.followers],
      fingerprint: () => this.ask(this.commands.get(marker)),
    });
    for (const client of [this.commands, this.#channels]) this.#open(client);
    this.#tick = setInterval(() => this.#watch.look(), PING_MS);
  }

  get connected(): boolean {
    return this.#watch.connected;
  }

  /** Resolves when it is connected, or when that takes long. */
  opened(): Promise<void> {
    return this.#watch.whenConnected(CONNECT_MS);
  }

  /** @throws CacheUnavailable: there was no answer, or a refusal. */
  async ask<A>(what: Promise<A>, withinMs = ANSWER_MS): Promise<A> {
    try {
      return await within(what, withinMs);
    } catch (error) {
      if (error instanceof CacheUnavailable) throw error;
      if (error instanceof ErrorReply) this.#watch.refusals.met(error.message);
      throw new CacheUnavailable(`Redis: ${error instanceof Error ? error.message : error}`);
    }
  }

  run(
    script: keyof typeof SCRIPTS,
    keys: readonly string[],
    args: readonly string[],
    withinMs?: number,
  ): Promise<unknown> {
    const rest = [`${keys.length}`, ...keys, ...args];
    const send = async (): Promise<unknown> => {
      try {
        return await this.commands.sendCommand(['EVALSHA', SHAS[script] ?? '', ...rest]);
      } catch (error) {
        if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
        return this.commands.sendCommand(['EVAL', SCRIPTS[script], ...rest]);
      }
    };
    return this.ask(send(), withinMs);
  }

  async listen(channel: string, listener: (message: string) => void): Promise<Subscription> {
    if (!this.#channels.isReady) throw new CacheUnavailable('Redis cannot be reached.');
    await this.ask(this.#channels.subscribe(channel, listener));
    return {
      close: async () => {
        if (!this.#channels.isReady) return;
        await this.ask(this.#channels.unsubscribe(channel, listener)).catch(() => undefined);
      },
    };
  }

  close(): void {
    this.#watch.close();
    clearInterval(this.#tick);
    for (const follower of this.followers) follower.close();
    this.followers.clear();
    for (const client of [this.commands, this.#channels]) if (client.isOpen) client.destroy();
  }

  #open(client: ReturnType<typeof clientOf>): void {
    const judge = (): void => this.#watch.become(this.commands.isReady && this.#channels.isReady);
    client.on('ready', judge);
    client.on('reconnecting', judge);
    client.on('end', judge);
    client.on('error', (error) => {
      judge();
      if (this.#watch.closed) return;
      if (error instanceof ErrorReply) this.#watch.refusals.met(error.message);
      else this.#watch.outage.met(String(error));
    });
    // Never given up: the cache may come back at any time.
    client.connect().catch((error) => {
      if (!this.#watch.closed) this.#watch.outage.met(String(error));
    });
  }
}

const within = <A>(what: Promise<A>, timeoutMs: number): Promise<A> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new CacheUnavailable(`Redis did not answer within ${timeoutMs} ms.`)),
      timeoutMs,
    );
    what.then(resolve, reject).finally(() => clearTimeout(timer));
  });
