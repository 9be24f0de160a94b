import { randomUUID } from 'node:crypto';
import { connect, type NatsConnection, type NodeConnectionOptions } from '@nats-io/transport-node';
import { type Follower, followByReading } from '../following/follower.ts';
import type { Position } from '../following/history.ts';
import { TAKE_EVERY_MS } from '../following/reports.ts';
import { Trouble } from '../following/trouble.ts';
import { type CacheLog, CacheUnavailable, EDGE_TTL_MS, type FlagCache, type Subscription } from '../port.ts';
import { lastTextOf, layoutOf, positionIn } from './layout.ts';
import { isEmptied, readFromNats } from './reader.ts';
import { NatsReceipts } from './receipts.ts';
import { natsReports } from './reports.ts';
import { type NatsStreams, openStreams, unavailable } from './streams.ts';
import { NatsWriter } from './writer.ts';

export interface NatsCacheOptions {
  readonly log: CacheLog;
  /** In front of every subject and stream name; default `halyard`. */
  readonly prefix?: string;
  /** How long an edge lives after its last beat; default `EDGE_TTL_MS`. */
  readonly edgeTtlMs?: number;
  /** How often reports that wait are taken; default `TAKE_EVERY_MS`. */
  readonly takeEveryMs?: number;
}

const CONNECT_MS = 2_000;
const PING_MS = 1_000;
const PINGS_UNANSWERED = 2;
const RECONNECT_MS = 250;
/** Requests that were all taken for this long: it refuses none any more. Writes are tried again more often than that. */
const QUIET_MS = 15_000;
/** Spaces compared a second although nothing was announced: an announcement may be lost with its writer. */
const COMPARED_PER_TICK = 20;
/** A replica may answer before it has what was announced. */
const LAGGING_TRIES = 20;
const LAGGING_MS = 25;

/**
 * A flag cache in NATS JetStream, nats-server 2.9 and later. Resolves also when the server cannot be reached now: the cache then says
 * so, and goes on trying. Rejects for a URL that is none.
 */
export const connectNatsCache = async (url: string, options: NatsCacheOptions): Promise<FlagCache> => {
  const { log, edgeTtlMs = EDGE_TTL_MS } = options;
  const layout = layoutOf(options.prefix ?? 'halyard');
  const followers = new Map<string, Set<Follower>>();
  const announced = new Map<string, number>();
  let connection: NatsConnection | null = null;
  let streams: NatsStreams | null = null;
  let connected = false;
  let closed = false;
  let lastFingerprint = '';
  let compared = 0;

  const outage = new Trouble({
    log,
    cache: 'nats',
    begins: 'NATS cannot be reached.',
    lasts: 'NATS still cannot be reached.',
    ends: 'Connected to NATS.',
  });
  const refusals = new Trouble({
    log,
    cache: 'nats',
    begins: 'NATS refuses requests.',
    lasts: 'NATS still refuses requests.',
    ends: 'NATS takes requests again.',
    quietMs: QUIET_MS,
  });

  const all = (): Follower[] => [...followers.values()].flatMap((group) => [...group]);

  const become = (ready: boolean): void => {
    if (connected === ready || closed) return;
    connected = ready;
    if (!ready) outage.met('The connection was lost.');
    else if (!outage.over()) log.info({ cache: 'nats' }, 'Connected to NATS.');
    for (const follower of all()) {
      if (ready) follower.pull();
      else follower.cutOff();
    }
  };

  const reached = (): { readonly connection: NatsConnection; readonly streams: NatsStreams } => {
    if (connection === null || streams === null || !connected) {
      throw new CacheUnavailable('NATS cannot be reached.');
    }
    return { connection, streams };
  };

  const asked = async <A>(ask: () => Promise<A>): Promise<A> => {
    try {
      return await ask();
    } catch (error) {
      const told = unavailable(error);
      // What is asked while the connection is away is no refusal.
      if (connected && !closed) refusals.met(told.message);
      throw told;
    }
  };

  let madeWriter: NatsWriter | null = null;
  const writer = (): NatsWriter => {
    const { connection, streams } = reached();
    madeWriter ??= new NatsWriter(streams, randomUUID(), (space, version) => {
      connection.publish(layout.changedSubject(space), `${version ?? ''}`);
    });
    return madeWriter;
  };
  const receipts = new NatsReceipts(reached, layout, edgeTtlMs, log);

  const hear = (opened: NatsConnection): void => {
    opened.subscribe(layout.changedSubject('*'), {
      callback: (error, message) => {
        if (error !== null) return;
        const space = lastTextOf(message.subject);
        const group = followers.get(space);
        if (group === undefined) return;
        announced.set(space, Number(message.string()));
        for (const follower of group) follower.pull();
      },
    });
  };

  const watchStatus = async (opened: NatsConnection): Promise<void> => {
    for await (const { type, ...more } of opened.status()) {
      // Authorization that was taken away, a subject that may not be used.
      if (type === 'error' && 'error' in more && !closed) refusals.met(String(more.error));
      if (type === 'disconnect' || type === 'staleConnection' || type === 'close') become(false);
      if (type === 'reconnect') become(true);
    }
  };

  const join = async (): Promise<void> => {
    const opened = await connect(connectionOptions(url));
    if (closed) return opened.close();
    connection = opened;
    void watchStatus(opened);
    hear(opened);
    while (!closed && streams === null) {
      try {
        streams = await openStreams(opened, layout);
      } catch (error) {
        refusals.met(unavailable(error).message);
        await sleep(RECONNECT_MS);
      }
    }
    become(!opened.isClosed());
  };

  const tick = setInterval(() => {
    if (connection === null) outage.met('No server answers.');
    outage.look();
    refusals.look();
    if (connected) void compare();
  }, PING_MS);

  /** A cache that was emptied says nothing, so it is asked. */
  const compare = async (): Promise<void> => {
    const everyone = all();
    try {
      const found = await reached().streams.fingerprint();
      const some =
        found === lastFingerprint ? everyone.slice(compared, compared + COMPARED_PER_TICK) : everyone;
      lastFingerprint = found;
      compared = compared + COMPARED_PER_TICK >= everyone.length ? 0 : compared + COMPARED_PER_TICK;
      for (const follower of some) follower.pull();
    } catch {
      // No answer: what was delivered may be getting old. Each finds out by itself when NATS answers again.
      for (const follower of everyone) {
        follower.cutOff();
        follower.pull();
      }
    }
  };

  const joining = join();
  joining.catch((error) => outage.met(String(error)));
  await Promise.race([joining, sleep(CONNECT_MS)]);

  const head = (space: string): Promise<Position | null> =>
    asked(async () => {
      const { streams } = reached();
      const found = (await streams.head(space))?.head ?? null;
      return found === null || (await isEmptied(streams, found)) ? null : positionIn(found);
    });

  const read = async (space: string, version: number | null, filling: string) => {
    for (let tries = 0; ; tries += 1) {
      const reading = await readFromNats(reached().streams, space, version, filling);
      const due = announced.get(space) ?? 0;
      const lagging = reading.kind === 'behind' || (reading.kind === 'same' && due > (version ?? 0));
      if (!lagging || tries >= LAGGING_TRIES) {
        announced.delete(space);
        return reading;
      }
      await sleep(LAGGING_MS);
    }
  };

  return {
    kind: 'nats',
    receipts: true,

    head,

    publish: (space, commit) => asked(() => writer().publish(space, commit)),
    replace: (space, snapshot, options) =>
      asked(() => writer().replace(space, snapshot, options?.adopting ?? false)),
    remove: (space, identity) => asked(() => writer().remove(space, identity)),
    load: (space) =>
      asked(async () => {
        const reading = await readFromNats(reached().streams, space, null, '');
        return reading.kind === 'snapshot' ? reading.snapshot : null;
      }),

    async watch(space, watcher, held) {
      const follower = followByReading(space, watcher, {
        log,
        held,
        connected: () => connected,
        head: () => head(space),
        read: (version, filling) => asked(() => read(space, version, filling)),
      });
      reached();
      const group = followers.get(space) ?? new Set();
      followers.set(space, group.add(follower));
      const close = async (): Promise<void> => {
        follower.close();
        group.delete(follower);
        if (group.size === 0 && followers.get(space) === group) followers.delete(space);
      };
      try {
        await follower.first();
      } catch (error) {
        await close();
        throw error;
      }
      return { close };
    },

    beat: (edge, applied) => asked(() => receipts.beat(edge, applied)),
    leave: (edge) => asked(() => receipts.leave(edge)),
    edges: (space) => asked(() => receipts.edges(space)),
    silentEdges: (space) => asked(() => receipts.silentEdges(space)),
    watchEdges: (space, onReceipt): Promise<Subscription> => asked(() => receipts.watch(space, onReceipt)),
    used: (account, tokens) => asked(() => receipts.used(account, tokens)),
    watchUses: (account, onUsed): Promise<Subscription> => asked(() => receipts.watchUses(account, onUsed)),

    ...natsReports(() => reached().streams, asked, layout, options.takeEveryMs ?? TAKE_EVERY_MS),

    async close() {
      closed = true;
      clearInterval(tick);
      for (const follower of all()) follower.close();
      followers.clear();
      await connection?.close();
    },
  };
};

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

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
