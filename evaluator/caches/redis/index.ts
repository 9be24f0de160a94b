import { createHash, randomUUID } from 'node:crypto';
import { createClient, ErrorReply } from 'redis';
import { type Follower, followByReading } from '../following/follower.ts';
import type { Position } from '../following/history.ts';
import { newFilling } from '../following/reading.ts';
import { TAKE_EVERY_MS } from '../following/reports.ts';
import { Trouble } from '../following/trouble.ts';
import { tellUses, usesText } from '../following/uses.ts';
import {
  type CacheLog,
  CacheUnavailable,
  EDGE_KEPT_MS,
  EDGE_TTL_MS,
  type FlagCache,
  type Subscription,
} from '../port.ts';
import { listIn, positionIn, readingIn, receiptIn, versionIn } from './reading.ts';
import { redisReports } from './reports.ts';
import { SCRIPTS } from './scripts.ts';

export interface RedisCacheOptions {
  readonly log: CacheLog;
  /** In front of every key and channel; default `halyard`. */
  readonly prefix?: string;
  /** How long an edge lives after its last beat; default `EDGE_TTL_MS`. */
  readonly edgeTtlMs?: number;
  /** How often reports that wait are taken; default `TAKE_EVERY_MS`. */
  readonly takeEveryMs?: number;
}

/** Raised when the layout changes in a way that an older reader would misread; see README.md. */
const FORMAT = 1;
const CONNECT_MS = 2_000;
const RECONNECT_MIN_MS = 50;
const RECONNECT_MAX_MS = 1_000;
/** An answer that takes longer is no answer. Large spaces are read and written in more time. */
const ANSWER_MS = 3_000;
const LARGE_ANSWER_MS = 60_000;
/** A connection on which nothing was heard for this long is given up; there is a ping a second. */
const SILENCE_MS = 4_000;
const PING_MS = 1_000;
/** Commands that were all taken for this long: it refuses none any more. Writes are tried again more often than that. */
const QUIET_MS = 15_000;
const LOG_COMMITS = 1_000;
const LOG_CHARACTERS = 4 * 1024 * 1024;
/** Of a snapshot on its way in; a writer that dies leaves it behind. */
const STAGING_SECONDS = 600;
const STAGING_FIELDS = 500;
const COMMITS_AT_ONCE = 200;
/** Spaces compared a second although nothing was announced: a key may have been deleted by hand. */
const COMPARED_PER_TICK = 20;

const SHAS = Object.fromEntries(
  Object.entries(SCRIPTS).map(([name, script]) => [name, createHash('sha1').update(script).digest('hex')]),
);

/**
 * A flag cache in Redis 7. Resolves also when Redis cannot be reached now: the cache then says so, and goes on trying. Rejects for a
 * URL that is none.
 */
export const connectRedisCache = async (url: string, options: RedisCacheOptions): Promise<FlagCache> => {
  const { log, edgeTtlMs = EDGE_TTL_MS, takeEveryMs = TAKE_EVERY_MS } = options;
  const prefix = `${options.prefix ?? 'halyard'}:${FORMAT}`;
  const marker = `${prefix}:marker`;
  const liveEdges = `${prefix}:{edges}:live`;
  const spacesOf = `${prefix}:{edges}:of:`;

  const commands = createClient({
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
  const channels = commands.duplicate();
  const followers = new Set<Follower>();
  let connected = false;
  let closed = false;
  let lastMarker: string | null = null;
  let compared = 0;
  let onConnected = (): void => undefined;

  const outage = new Trouble({
    log,
    cache: 'redis',
    begins: 'Redis cannot be reached.',
    lasts: 'Redis still cannot be reached.',
    ends: 'Connected to Redis.',
  });
  const refusals = new Trouble({
    log,
    cache: 'redis',
    begins: 'Redis refuses commands.',
    lasts: 'Redis still refuses commands.',
    ends: 'Redis takes commands again.',
    quietMs: QUIET_MS,
  });

  const ask = <A>(what: Promise<A>, withinMs = ANSWER_MS): Promise<A> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new CacheUnavailable(`Redis did not answer within ${withinMs} ms.`)),
        withinMs,
      );
      what.then(
        (answer) => {
          clearTimeout(timer);
          resolve(answer);
        },
        (error) => {
          clearTimeout(timer);
          if (error instanceof ErrorReply) refusals.met(error.message);
          reject(new CacheUnavailable(`Redis: ${error instanceof Error ? error.message : error}`));
        },
      );
    });

  const run = async (
    script: keyof typeof SCRIPTS,
    keys: readonly string[],
    args: readonly string[],
    withinMs?: number,
  ): Promise<unknown> => {
    const rest = [`${keys.length}`, ...keys, ...args];
    const send = async (): Promise<unknown> => {
      try {
        return await commands.sendCommand(['EVALSHA', SHAS[script] ?? '', ...rest]);
      } catch (error) {
        if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
        return commands.sendCommand(['EVAL', SCRIPTS[script], ...rest]);
      }
    };
    return ask(send(), withinMs);
  };

  const head = async (space: string): Promise<Position | null> =>
    positionIn(await run('head', keysOf(space), []));

  // One hash tag a space, so that a cluster keeps it in one slot.
  const keysOf = (space: string): [string, string, string] => [
    `${prefix}:{${space}}:head`,
    `${prefix}:{${space}}:entries`,
    `${prefix}:{${space}}:log`,
  ];
  const channelOf = (space: string): string => `${prefix}:changed:${space}`;
  const receiptsOf = (space: string): string => `${prefix}:receipts:${space}`;

  const usesOf = (account: string): string => `${prefix}:used:${account}`;

  const listenTo = async (channel: string, listener: (message: string) => void): Promise<Subscription> => {
    if (!channels.isReady) throw new CacheUnavailable('Redis cannot be reached.');
    await ask(channels.subscribe(channel, listener));
    return {
      async close() {
        if (channels.isReady) await ask(channels.unsubscribe(channel, listener)).catch(() => undefined);
      },
    };
  };

  const judge = (): void => {
    const ready = commands.isReady && channels.isReady;
    if (ready === connected || closed) return;
    connected = ready;
    if (ready) {
      onConnected();
      if (!outage.over()) log.info({ cache: 'redis' }, 'Connected to Redis.');
    } else outage.met('The connection was lost.');
    for (const follower of followers) {
      if (ready) follower.pull();
      else follower.cutOff();
    }
  };

  for (const client of [commands, channels]) {
    client.on('ready', judge);
    client.on('reconnecting', judge);
    client.on('end', judge);
    client.on('error', (error) => {
      judge();
      if (closed) return;
      if (error instanceof ErrorReply) refusals.met(error.message);
      else outage.met(String(error));
    });
    // Never given up: the cache may come back at any time.
    client.connect().catch((error) => {
      if (!closed) outage.met(String(error));
    });
  }

  const tick = setInterval(() => {
    outage.look();
    refusals.look();
    if (connected) void compare();
  }, PING_MS);

  /** A cache that was flushed says nothing, so it is asked. */
  const compare = async (): Promise<void> => {
    try {
      const found = await ask(commands.get(marker));
      const all = [...followers];
      const some = found === lastMarker ? all.slice(compared, compared + COMPARED_PER_TICK) : all;
      lastMarker = found;
      compared = compared + COMPARED_PER_TICK >= all.length ? 0 : compared + COMPARED_PER_TICK;
      for (const follower of some) follower.pull();
    } catch {
      // No answer: what was delivered may be getting old. Each finds out by itself when Redis answers again.
      for (const follower of followers) {
        follower.cutOff();
        follower.pull();
      }
    }
  };

  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, CONNECT_MS);
    onConnected = () => {
      clearTimeout(timer);
      resolve();
    };
    if (connected) onConnected();
  });

  return {
    kind: 'redis',
    receipts: true,

    head,

    async publish(space, { version, changes, history, hash, parent }) {
      const sets: string[] = [];
      const deletes: string[] = [];
      let size = 0;
      for (const { key, value } of changes) {
        size += key.length + (value?.length ?? 0);
        if (value === null) deletes.push(key);
        else sets.push(key, value);
      }
      const answer = await run('publish', keysOf(space), [
        `${version}`,
        channelOf(space),
        `${LOG_COMMITS}`,
        `${LOG_CHARACTERS}`,
        `${size}`,
        `${sets.length / 2}`,
        history?.identity ?? '',
        history?.epoch ?? '',
        hash ?? '',
        parent ?? '',
        ...sets,
        ...deletes,
      ]);
      const known = (['applied', 'already', 'gap', 'other'] as const).find((one) => one === answer);
      if (known !== undefined) return known;
      throw new CacheUnavailable(`Redis answered ${String(answer)} to a publish.`);
    },

    async replace(space, { version, history, hash, entries }, { adopting } = { adopting: false }) {
      const filling = newFilling();
      const staged = `${prefix}:{${space}}:staged:${filling}`;
      const fields = [...entries];
      for (let i = 0; i < fields.length; i += STAGING_FIELDS) {
        await ask(commands.hSet(staged, fields.slice(i, i + STAGING_FIELDS).flat()), LARGE_ANSWER_MS);
        if (i === 0) await ask(commands.expire(staged, STAGING_SECONDS));
      }
      await ask(commands.set(marker, randomUUID(), { condition: 'NX' }));
      const answer = await run(
        'replace',
        [...keysOf(space), staged],
        [
          `${version}`,
          channelOf(space),
          filling,
          history?.identity ?? '',
          history?.epoch ?? '',
          hash ?? '',
          adopting ? '1' : '',
        ],
        LARGE_ANSWER_MS,
      );
      const known = (['replaced', 'already', 'other'] as const).find((one) => one === answer);
      if (known === undefined)
        throw new CacheUnavailable(`Redis answered ${String(answer)} to a replacement.`);
      if (known !== 'replaced') await ask(commands.del(staged));
      return known;
    },

    async load(space) {
      const read = readingIn(await run('follow', keysOf(space), ['', '', '0'], LARGE_ANSWER_MS));
      return read.kind === 'snapshot' ? read.snapshot : null;
    },

    async watch(space, watcher, held) {
      const follower = followByReading(space, watcher, {
        log,
        held,
        connected: () => connected,
        head: () => head(space),
        read: async (version, filling) =>
          readingIn(
            await run(
              'follow',
              keysOf(space),
              [version === null ? '' : `${version}`, filling, `${COMMITS_AT_ONCE}`],
              LARGE_ANSWER_MS,
            ),
          ),
      });
      const channel = channelOf(space);
      if (!connected) throw new CacheUnavailable('Redis cannot be reached.');
      // Listening comes first: what is published while the snapshot is read wakes the follower again.
      await ask(channels.subscribe(channel, follower.pull));
      followers.add(follower);
      const close = async (): Promise<void> => {
        follower.close();
        followers.delete(follower);
        if (channels.isReady) await ask(channels.unsubscribe(channel, follower.pull)).catch(() => undefined);
      };
      try {
        await follower.first();
      } catch (error) {
        await close();
        throw error;
      }
      return { close };
    },

    async remove(space, identity) {
      await run('remove', keysOf(space), [channelOf(space), identity ?? '']);
    },

    async beat(edge, applied) {
      const receipts = [...applied].flatMap(([space, { version, history }]) => [
        space,
        `${version}`,
        history === undefined ? '' : `${history.identity} ${history.epoch}`,
      ]);
      await run(
        'beat',
        [liveEdges, `${spacesOf}${edge}`],
        [edge, `${edgeTtlMs}`, `${EDGE_KEPT_MS}`, receiptsOf(''), ...receipts],
      );
    },

    async leave(edge) {
      await ask(commands.zRem(liveEdges, edge));
      await ask(commands.del(`${spacesOf}${edge}`));
    },

    async edges(space) {
      const answer = await run('edges', [liveEdges, spacesOf], [`${edgeTtlMs}`, space]);
      return listIn(answer).map(receiptIn);
    },

    async silentEdges(space) {
      const answer = await run(
        'silentEdges',
        [liveEdges, spacesOf],
        [`${edgeTtlMs}`, `${EDGE_KEPT_MS}`, space],
      );
      return listIn(answer).map(receiptIn);
    },

    async watchEdges(space, onReceipt): Promise<Subscription> {
      const channel = receiptsOf(space);
      const listener = (message: string): void => {
        const [version = '', ...edge] = message.split(' ');
        try {
          onReceipt({ edge: edge.join(' '), appliedVersion: versionIn(version), lastSeenMs: 0 });
        } catch (error) {
          log.error({ space, error: String(error) }, 'A watcher of receipts threw; it goes on being told.');
        }
      };
      return listenTo(channel, listener);
    },

    async used(account, tokens) {
      await ask(commands.publish(usesOf(account), usesText(tokens)));
    },

    async watchUses(account, onUsed): Promise<Subscription> {
      const listener = (text: string): void => tellUses(text, account, onUsed, log);
      return listenTo(usesOf(account), listener);
    },

    ...redisReports(
      (command) => ask(commands.sendCommand([...command])),
      (account) => `${prefix}:{reports}:${account}`,
      takeEveryMs,
    ),

    async close() {
      closed = true;
      clearInterval(tick);
      for (const follower of followers) follower.close();
      followers.clear();
      for (const client of [commands, channels]) if (client.isOpen) client.destroy();
    },
  };
};
