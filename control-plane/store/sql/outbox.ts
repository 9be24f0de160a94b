import {
  type Change,
  type Commit,
  compareEpochs,
  type Lineage,
  newEpoch,
  type Snapshot,
} from '@halyard/caches';
import type { Kysely } from 'kysely';
import { Problem } from '../../model/problem.ts';
import type { Outbox, Place, Standing } from '../port.ts';
import type { Database } from './database.ts';
import { fits } from './fits.ts';
import type { Schema } from './schema.ts';

export interface SpaceReader {
  /** Where the place stands, or null if it does not exist. */
  standing(db: Kysely<Schema>): Promise<Stand | undefined>;
  /** Writes the epoch if the present one is `from`. */
  putEpoch(db: Kysely<Schema>, epoch: string, from: string): Promise<void>;
  entries(db: Kysely<Schema>): Promise<ReadonlyMap<string, string>>;
}

export interface Stand {
  readonly version: number;
  readonly epoch: string;
  readonly last_hash: string | null;
  /** Null: the row is not there. */
  readonly identity: string | null;
}

export interface OutboxOptions {
  readonly database: Database;
  /** Epoch ms. */
  readonly now: () => number;
}

export const createOutbox = ({ database, now }: OutboxOptions, place: Place, reader: SpaceReader): Outbox => {
  const app = place.app ?? '';
  return {
    version: async () => (await reader.standing(database.db))?.version ?? null,

    standing: async () => standingOf(await reader.standing(database.db)),

    async beginEpoch(from: string, above: string): Promise<void> {
      const epoch = newEpoch(now(), compareEpochs(from, above) > 0 ? from : above);
      await database.transact(async ({ db }) => {
        await reader.putEpoch(db, epoch, from);
      });
    },

    async commits(after: number, limit: number): Promise<readonly (Commit & Lineage)[]> {
      const rows = await database.db
        .selectFrom('outbox')
        .select(['version', 'changes', 'hash', 'parent'])
        .where('account', '=', place.account)
        .where('app', '=', app)
        .where('version', '>', after)
        .orderBy('version')
        .limit(limit)
        .execute();
      const left = rows.findIndex(({ changes }) => changes === LEFT_OUT);
      const whole = left === -1 ? rows : rows.slice(0, left);
      return whole.map(({ version, changes, hash, parent }) => ({
        version,
        changes: parseChanges(changes),
        ...(hash === null ? {} : { hash }),
        ...(parent === null ? {} : { parent }),
      }));
    },

    async snapshot(): Promise<Snapshot | null> {
      const read = await database.read();
      try {
        const standing = standingOf(await reader.standing(read.db));
        return standing === null ? null : { ...standing, entries: await reader.entries(read.db) };
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

const standingOf = (stand: Stand | undefined): Standing | null => {
  if (stand === undefined) return null;
  const { version, epoch, last_hash, identity } = stand;
  if (identity === null) {
    throw new Problem('unavailable', { message: 'The table database_identity is empty; restore a backup.' });
  }
  return {
    version,
    history: { identity, epoch },
    ...(last_hash === null ? {} : { hash: last_hash }),
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
