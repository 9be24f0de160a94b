import type { Change, Commit, Snapshot } from '@halyard/caches';
import type { Kysely } from 'kysely';
import type { Database } from './database.ts';
import { fits } from './fits.ts';
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
      const left = rows.findIndex(({ changes }) => changes === LEFT_OUT);
      const whole = left === -1 ? rows : rows.slice(0, left);
      return whole.map(({ version, changes }) => ({ version, changes: parseChanges(changes) }));
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

/** In place of changes that no column can hold. Who reads the outbox ends before such a commit and goes on with a snapshot. */
const LEFT_OUT = '';

export const changesText = (changes: readonly Change[], bytes: number): string => {
  const text = JSON.stringify(changes.map(({ key, value }) => [key, value]));
  return fits(text, bytes) ? text : LEFT_OUT;
};

/** The text was written by `changesText`. */
const parseChanges = (text: string): Change[] =>
  (JSON.parse(text) as [string, string | null][]).map(([key, value]) => ({ key, value }));
