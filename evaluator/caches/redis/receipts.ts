import type { Position } from '../following/history.ts';
import { tellUses, usesText } from '../following/uses.ts';
import { type CacheLog, EDGE_KEPT_MS, type EdgeReceipt, type Subscription } from '../port.ts';
import type { RedisConnection } from './connection.ts';
import type { RedisKeys } from './keys.ts';
import { listIn, receiptIn, versionIn } from './reading.ts';

/** What edges say: that they live, what they applied, and which tokens they were shown. */
export class RedisReceipts {
  readonly #redis: RedisConnection;
  readonly #keys: RedisKeys;
  readonly #ttlMs: number;
  readonly #log: CacheLog;

  constructor(redis: RedisConnection, keys: RedisKeys, ttlMs: number, log: CacheLog) {
    this.#redis = redis;
    this.#keys = keys;
    this.#ttlMs = ttlMs;
    this.#log = log;
  }

  async beat(edge: string, applied: ReadonlyMap<string, Position>): Promise<void> {
    const receipts = [...applied].flatMap(([space, { version, history }]) => [
      space,
      `${version}`,
      history === undefined ? '' : `${history.identity} ${history.epoch}`,
    ]);
    await this.#redis.run(
      'beat',
      [this.#keys.liveEdges, `${this.#keys.spacesOf}${edge}`],
      [edge, `${this.#ttlMs}`, `${EDGE_KEPT_MS}`, this.#keys.receipts(''), ...receipts],
    );
  }

  async leave(edge: string): Promise<void> {
    const { commands } = this.#redis;
    await this.#redis.ask(commands.zRem(this.#keys.liveEdges, edge));
    await this.#redis.ask(commands.del(`${this.#keys.spacesOf}${edge}`));
  }

  edges(space: string): Promise<readonly EdgeReceipt[]> {
    return this.#receipts('edges', [`${this.#ttlMs}`, space]);
  }

  silentEdges(space: string): Promise<readonly EdgeReceipt[]> {
    return this.#receipts('silentEdges', [`${this.#ttlMs}`, `${EDGE_KEPT_MS}`, space]);
  }

  watch(space: string, onReceipt: (receipt: EdgeReceipt) => void): Promise<Subscription> {
    return this.#redis.listen(this.#keys.receipts(space), (message) => {
      const [version = '', ...edge] = message.split(' ');
      try {
        onReceipt({ edge: edge.join(' '), appliedVersion: versionIn(version), lastSeenMs: 0 });
      } catch (error) {
        this.#log.error(
          { space, error: String(error) },
          'A watcher of receipts threw; it goes on being told.',
        );
      }
    });
  }

  async used(account: string, tokens: readonly string[]): Promise<void> {
    await this.#redis.ask(this.#redis.commands.publish(this.#keys.used(account), usesText(tokens)));
  }

  watchUses(account: string, onUsed: (tokens: readonly string[]) => void): Promise<Subscription> {
    return this.#redis.listen(this.#keys.used(account), (text) => tellUses(text, account, onUsed, this.#log));
  }

  async #receipts(script: 'edges' | 'silentEdges', args: readonly string[]): Promise<readonly EdgeReceipt[]> {
    const answer = await this.#redis.run(script, [this.#keys.liveEdges, this.#keys.spacesOf], args);
    return listIn(answer).map(receiptIn);
  }
}
