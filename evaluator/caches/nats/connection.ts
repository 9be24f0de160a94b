import { connect, type NatsConnection, type NodeConnectionOptions } from '@nats-io/transport-node';
import { ConnectionWatch } from '../following/connection-watch.ts';
import type { Follower } from '../following/follower.ts';
import { type CacheLog, CacheUnavailable } from '../port.ts';
import { type Layout, lastTextOf } from './layout.ts';
import { sleep } from './sleep.ts';
import { type NatsStreams, openStreams, unavailable } from './streams.ts';

const CONNECT_MS = 2_000;
const PING_MS = 1_000;
const PINGS_UNANSWERED = 2;
const RECONNECT_MS = 250;

interface Reached {
  readonly connection: NatsConnection;
  readonly streams: NatsStreams;
}

/** The connection to NATS, opened again for ever, and who follows a space over it. */
export class NatsCacheConnection {
  readonly #layout: Layout;
  readonly #watch: ConnectionWatch;
  readonly #followers = new Map<string, Set<Follower>>();
  /** The newest version of a space that was announced and perhaps not read yet. */
  readonly announced = new Map<string, number>();
  #connection: NatsConnection | null = null;
  #streams: NatsStreams | null = null;
  #tick: ReturnType<typeof setInterval> | null = null;

  constructor(layout: Layout, log: CacheLog) {
    this.#layout = layout;
    this.#watch = new ConnectionWatch({
      log,
      cache: 'nats',
      name: 'NATS',
      takes: 'requests',
      followers: () => this.#everyone(),
      fingerprint: () => this.reached().streams.fingerprint(),
    });
  }

  get connected(): boolean {
    return this.#watch.connected;
  }

  /** Resolves when it is connected, or when that takes long. Rejects for a URL that is none. */
  async open(url: string): Promise<void> {
    this.#tick = setInterval(() => {
      if (this.#connection === null) this.#watch.outage.met('No server answers.');
      this.#watch.look();
    }, PING_MS);
    const joining = this.#join(url);
    joining.catch((error) => this.#watch.outage.met(String(error)));
    await Promise.race([joining, sleep(CONNECT_MS)]);
  }

  /** @throws CacheUnavailable */
  reached(): Reached {
    if (this.#connection === null || this.#streams === null || !this.connected) {
      throw new CacheUnavailable('NATS cannot be reached.');
    }
    return { connection: this.#connection, streams: this.#streams };
  }

  /** Tells of what is refused. @throws CacheUnavailable, whatever `ask` throws. */
  async asked<A>(ask: () => Promise<A>): Promise<A> {
    try {
      return await ask();
    } catch (error) {
      const told = unavailable(error);
      // What is asked while the connection is away is no refusal.
      if (this.connected && !this.#watch.closed) this.#watch.refusals.met(told.message);
      throw told;
    }
  }

  /** The follower is pulled whenever there may be something; returns how to end that. */
  add(space: string, follower: Follower): () => void {
    const group = this.#followers.get(space) ?? new Set();
    this.#followers.set(space, group.add(follower));
    return () => {
      group.delete(follower);
      if (group.size === 0 && this.#followers.get(space) === group) this.#followers.delete(space);
    };
  }

  async close(): Promise<void> {
    this.#watch.close();
    if (this.#tick !== null) clearInterval(this.#tick);
    for (const follower of this.#everyone()) follower.close();
    this.#followers.clear();
    await this.#connection?.close();
  }

  #everyone(): readonly Follower[] {
    return [...this.#followers.values()].flatMap((group) => [...group]);
  }

  async #join(url: string): Promise<void> {
    const opened = await connect(connectionOptions(url));
    if (this.#watch.closed) return opened.close();
    this.#connection = opened;
    void this.#watchStatus(opened);
    this.#hear(opened);
    while (!this.#watch.closed && this.#streams === null) {
      try {
        this.#streams = await openStreams(opened, this.#layout);
      } catch (error) {
        this.#watch.refusals.met(unavailable(error).message);
        await sleep(RECONNECT_MS);
      }
    }
    this.#watch.become(!opened.isClosed());
  }

  #hear(opened: NatsConnection): void {
    opened.subscribe(this.#layout.changedSubject('*'), {
      callback: (error, message) => {
        if (error !== null) return;
        const space = lastTextOf(message.subject);
        const group = this.#followers.get(space);
        if (group === undefined) return;
        this.announced.set(space, Number(message.string()));
        for (const follower of group) follower.pull();
      },
    });
  }

  async #watchStatus(opened: NatsConnection): Promise<void> {
    for await (const { type, ...more } of opened.status()) {
      // Authorization that was taken away, a subject that may not be used.
      if (type === 'error' && 'error' in more && !this.#watch.closed) {
        this.#watch.refusals.met(String(more.error));
      }
      if (type === 'disconnect' || type === 'staleConnection' || type === 'close') this.#watch.become(false);
      if (type === 'reconnect') this.#watch.become(true);
    }
  }
}

/** User and password, or a token, may stand in the URL; further servers of the cluster follow it, separated by commas. */
const connectionOptions = (url: string): NodeConnectionOptions => {
  const [first = '', ...others] = url.split(',');
  const { protocol, host, username, password } = new URL(first);
  return {
    servers: [
      host,
      ...others.map((other) => new URL(/^\w+:\/\//.test(other) ? other : `nats://${other}`).host),
    ],
    maxReconnectAttempts: -1,
    waitOnFirstConnect: true,
    reconnectTimeWait: RECONNECT_MS,
    timeout: CONNECT_MS,
    pingInterval: PING_MS,
    maxPingOut: PINGS_UNANSWERED,
    ...(protocol === 'tls:' ? { tls: {} } : {}),
    ...(username === ''
      ? {}
      : password === ''
        ? { token: decodeURIComponent(username) }
        : { user: decodeURIComponent(username), pass: decodeURIComponent(password) }),
  };
};
