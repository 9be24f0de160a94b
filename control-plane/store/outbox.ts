import type { Change, Commit, Snapshot } from '@halyard/caches';
import type { Kysely } from 'kysely';
import type { Database } from './database.ts';
import type { Outbox, Place } from './port.ts';
import type { Schema } from './schema.ts';

export interface SpaceReader {
  /** The version of the place, or null if it does not exist. */
  version(db: Kysely<Schema>): Promise<number | null>;
  entries(db: Kysely<Schema>): Promise<ReadonlyMap<string, string>>;
}

export const createOutbox = (database: Database, place: Place, reader: SpaceReader): Outbox => {
  const app = place.app ?? '';
  return {
    version: () => reader.version(database.db),

    async commits(after: number, limit: number): Promise<readonly Commit[]> {
      const rows = await database.db
        .selectFrom('outbox')
        .select(['version', 'changes'])
        .where('account', '=', place.account)
        .where('app', '=', app)
        .where('version', '>', after)
        .orderBy('version')
        .limit(limit)
        .execute();
      return rows.map(({ version, changes }) => ({ version, changes: parseChanges(changes) }));
    },

    async snapshot(): Promise<Snapshot | null> {
      const read = await database.read();
      try {
        const version = await reader.version(read.db);
        return version === null ? null : { version, entries: await reader.entries(read.db) };
      } finally {
        await read.end();
      }
    },

    async delivered(version: number): Promise<void> {
      await database.transact(async ({ db }) => {
        await db
          .deleteFrom('outbox')
          .where('account', '=', place.account)
          .where('app', '=', app)
          .where('version', '<=', version)
          .execute();
      });
    },
  };
};

export const changesText = (changes: readonly Change[]): string =>
  JSON.stringify(changes.map(({ key, value }) => [key, value]));

/** The text was written by `changesText`. */
const parseChanges = (text: string): Change[] =>
  (JSON.parse(text) as [string, string | null][]).map(([key, value]) => ({ key, value }));
