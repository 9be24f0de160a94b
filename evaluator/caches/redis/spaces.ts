import { randomUUID } from 'node:crypto';
import { followByReading } from '../following/follower.ts';
import type { Position } from '../following/history.ts';
import { newFilling, type Reading } from '../following/reading.ts';
import {
  type CacheLog,
  CacheUnavailable,
  type NewCommit,
  type Published,
  type Snapshot,
  type Subscription,
  type Watcher,
} from '../port.ts';
import type { RedisConnection } from './connection.ts';
import type { RedisKeys } from './keys.ts';
import { positionIn, readingIn } from './reading.ts';

/** Large spaces are read and written in more time than anything else. */
const LARGE_ANSWER_MS = 60_000;
const LOG_COMMITS = 1_000;
const LOG_CHARACTERS = 4 * 1024 * 1024;
/** Of a snapshot on its way in; a writer that dies leaves it behind. */
const STAGING_SECONDS = 600;
const STAGING_FIELDS = 500;
const COMMITS_AT_ONCE = 200;

/** What spaces hold: written in one script each, and followed by reading whenever a channel says so. */
export class RedisSpaces {
  readonly #redis: RedisConnection;
  readonly #keys: RedisKeys;
  readonly #log: CacheLog;

  constructor(redis: RedisConnection, keys: RedisKeys, log: CacheLog) {
    this.#redis = redis;
    this.#keys = keys;
    this.#log = log;
  }

  async head(space: string): Promise<Position | null> {
    return positionIn(await this.#redis.run('head', this.#keys.of(space), []));
  }

  async publish(space: string, { version, changes, history, hash, parent }: NewCommit): Promise<Published> {
    const sets: string[] = [];
    const deletes: string[] = [];
    let size = 0;
    for (const { key, value } of changes) {
      size += key.length + (value?.length ?? 0);
      if (value === null) deletes.push(key);
      else sets.push(key, value);
    }
    const answer = await this.#redis.run('publish', this.#keys.of(space), [
      `${version}`,
      this.#keys.changed(space),
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
  }

  async replace(
    space: string,
    { version, history, hash, entries }: Snapshot,
    adopting: boolean,
  ): Promise<'replaced' | 'already' | 'other'> {
    const { commands } = this.#redis;
    const filling = newFilling();
    const staged = this.#keys.staged(space, filling);
    await this.#stage(staged, entries);
    await this.#redis.ask(commands.set(this.#keys.marker, randomUUID(), { condition: 'NX' }));
    const answer = await this.#redis.run(
      'replace',
      [...this.#keys.of(space), staged],
      [
        `${version}`,
        this.#keys.changed(space),
        filling,
        history?.identity ?? '',
        history?.epoch ?? '',
        hash ?? '',
        adopting ? '1' : '',
      ],
      LARGE_ANSWER_MS,
    );
    const known = (['replaced', 'already', 'other'] as const).find((one) => one === answer);
    if (known === undefined) throw new CacheUnavailable(`Redis answered ${String(answer)} to a replacement.`);
    if (known !== 'replaced') await this.#redis.ask(commands.del(staged));
    return known;
  }

  async load(space: string): Promise<Snapshot | null> {
    const read = await this.#read(space, null, '', 0);
    return read.kind === 'snapshot' ? read.snapshot : null;
  }

  async watch(space: string, watcher: Watcher, held: Position | undefined): Promise<Subscription> {
    const redis = this.#redis;
    const follower = followByReading(space, watcher, {
      log: this.#log,
      held,
      connected: () => redis.connected,
      head: () => this.head(space),
      read: (version, filling) => this.#read(space, version, filling, COMMITS_AT_ONCE),
    });
    if (!redis.connected) throw new CacheUnavailable('Redis cannot be reached.');
    // Listening comes first: what is published while the snapshot is read wakes the follower again.
    const listening = await redis.listen(this.#keys.changed(space), follower.pull);
    redis.followers.add(follower);
    const close = async (): Promise<void> => {
      follower.close();
      redis.followers.delete(follower);
      await listening.close();
    };
    try {
      await follower.first();
    } catch (error) {
      await close();
      throw error;
    }
    return { close };
  }

  async remove(space: string, identity: string | undefined): Promise<void> {
    await this.#redis.run('remove', this.#keys.of(space), [this.#keys.changed(space), identity ?? '']);
  }

  async #stage(staged: string, entries: Snapshot['entries']): Promise<void> {
    const { commands } = this.#redis;
    const fields = [...entries];
    for (let i = 0; i < fields.length; i += STAGING_FIELDS) {
      const some = fields.slice(i, i + STAGING_FIELDS).flat();
      await this.#redis.ask(commands.hSet(staged, some), LARGE_ANSWER_MS);
      if (i === 0) await this.#redis.ask(commands.expire(staged, STAGING_SECONDS));
    }
  }

  async #read(space: string, version: number | null, filling: string, atMost: number): Promise<Reading> {
    const args = [version === null ? '' : `${version}`, filling, `${atMost}`];
    return readingIn(await this.#redis.run('follow', this.#keys.of(space), args, LARGE_ANSWER_MS));
  }
}
