import { newEpoch } from '@halyard/caches';
import { type Kysely, sql } from 'kysely';
import { Problem } from '../../model/problem.ts';
import type { Database } from '../sql/database.ts';
import { identityOf } from '../sql/identity.ts';
import type { Schema } from '../sql/schema.ts';
import { findMarker, type Marker, removeMarker, setMarker } from './marker.ts';
import { digestOf, everyRow, keyOf, missingRows, write } from './rows.ts';
import { copiedTables } from './tables.ts';

export interface CopyOptions {
  /** `begin` where the copy takes the place of the other database, `keep` where it is put aside. */
  readonly epochs: 'begin' | 'keep';
  /** Epoch ms. */
  readonly now: () => number;
}

export interface Copied {
  /** An earlier copy had ended half-way and was gone on with. */
  readonly resumed: boolean;
  readonly rows: Readonly<Record<string, number>>;
}

/**
 * Copies everything, as it is at one moment, into an empty database, and compares every row at the end. Where it ends half-way the
 * target can be opened by nobody, and the same copy goes on. Both databases have been opened, so both have the newest schema.
 *
 * @throws Problem `invalid` where there is nothing to copy, `conflict` where the target is not empty, is half-copied from another database, or is not the same at the end.
 */
export const copyDatabase = async (from: Database, to: Database, options: CopyOptions): Promise<Copied> => {
  const source = await from.read();
  try {
    await refuseVacant(source.db);
    const { identity } = await identityOf(source);
    const marker = { source: identity, state: await stateOf(source.db, from) };
    const resumed = await begin(to, marker, new Date(options.now()).toISOString());
    await copyRows(source.db, to);
    const rows = await compare(source.db, from, to);
    await finish(source.db, to, options);
    return { resumed, rows };
  } finally {
    await source.end();
  }
};

/** The same state means the same rows in them by key; rows that are appended refer to them. */
const NAMED_BY_STATE: readonly string[] = ['account', 'app'];

/** Changes with every commit and every entry of a log. */
const stateOf = async (db: Kysely<Schema>, { sha256 }: Database): Promise<string> => {
  const accounts = await db
    .selectFrom('account')
    .select(['id', 'version', 'log_count', 'log_hash'])
    .execute();
  const apps = await db
    .selectFrom('app')
    .select(['account', 'id', 'version', 'entry_count', 'last_hash'])
    .execute();
  const lines = [...accounts, ...apps].map((row) => JSON.stringify(Object.entries(row).sort())).sort();
  return (await sha256(lines.join('\n'))).slice(0, 32);
};

/** Marks the target as half-copied; whether it was already. */
const begin = (to: Database, marker: Marker, at: string): Promise<boolean> =>
  to.transact(async ({ db }) => {
    const found = await findMarker(db);
    if (found === null) await refuseOccupied(db);
    else if (found.source !== marker.source) {
      throw new Problem('conflict', {
        message:
          'The target is half-copied from another database; finish that copy, or name an empty database.',
      });
    }
    // What was appended stays if the source has committed nothing since; all else is read again.
    const begun = found?.state === marker.state;
    for (const [table, { how }] of copiedTables().toReversed()) {
      if (begun && (how === 'grows' || NAMED_BY_STATE.includes(table))) continue;
      await sql`delete from ${sql.table(table)}`.execute(db);
    }
    await setMarker(db, marker, at);
    return found !== null;
  });

const refuseVacant = async (db: Kysely<Schema>): Promise<void> => {
  if ((await db.selectFrom('account').select('id').limit(1).execute()).length > 0) return;
  throw new Problem('invalid', {
    message:
      'There is nothing to copy: no server has ever started on the database that it would be read from.',
  });
};

const refuseOccupied = async (db: Kysely<Schema>): Promise<void> => {
  for (const [table] of copiedTables()) {
    const { rows } = await sql`select 1 from ${sql.table(table)} limit 1`.execute(db);
    if (rows.length === 0) continue;
    throw new Problem('conflict', {
      message: `The target is not empty: it has rows in ${table}. A copy overwrites nothing; name an empty database.`,
    });
  }
};

const copyRows = async (source: Kysely<Schema>, to: Database): Promise<void> => {
  for (const [table, copying] of copiedTables()) {
    const key = keyOf(copying);
    const pages =
      copying.how === 'grows'
        ? missingRows(source, to.db, table, copying.chain)
        : everyRow(source, table, key);
    for await (const rows of pages) {
      await to.transact(({ db }) => write(db, table, rows, key));
    }
  }
};

/** Reads both once more; the rows of each table. */
const compare = async (
  source: Kysely<Schema>,
  from: Database,
  to: Database,
): Promise<Readonly<Record<string, number>>> => {
  const rows: Record<string, number> = {};
  for (const [table, copying] of copiedTables()) {
    const wanted = await digestOf(source, table, keyOf(copying), from.sha256);
    const found = await digestOf(to.db, table, keyOf(copying), from.sha256);
    if (wanted.rows !== found.rows || wanted.sum !== found.sum) {
      throw new Problem('conflict', {
        message: `The copy of ${table} is not the same as what was read (${found.rows} rows, expected ${wanted.rows}); empty the target and copy again.`,
      });
    }
    rows[table] = wanted.rows;
  }
  return rows;
};

/** The copy becomes the database: under its name, in new histories, so that what the other commits later is not taken for ours. */
const finish = async (source: Kysely<Schema>, to: Database, { epochs, now }: CopyOptions): Promise<void> => {
  const identities = await source.selectFrom('database_identity').selectAll().execute();
  await to.transact(async ({ db }) => {
    await db.deleteFrom('database_identity').execute();
    await db.insertInto('database_identity').values(identities).execute();
    if (epochs === 'begin') {
      for (const { id, epoch } of await db.selectFrom('account').select(['id', 'epoch']).execute()) {
        await db
          .updateTable('account')
          .set({ epoch: newEpoch(now(), epoch) })
          .where('id', '=', id)
          .execute();
      }
      for (const { account, id, epoch } of await db
        .selectFrom('app')
        .select(['account', 'id', 'epoch'])
        .execute()) {
        await db
          .updateTable('app')
          .set({ epoch: newEpoch(now(), epoch) })
          .where('account', '=', account)
          .where('id', '=', id)
          .execute();
      }
    }
    await removeMarker(db);
  });
};
