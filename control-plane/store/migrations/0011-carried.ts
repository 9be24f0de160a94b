import { type Kysely, sql } from 'kysely';
import type { FlagDefinition } from '../../model/flag.ts';
import type { SegmentDefinition } from '../../model/segment.ts';
import { digestText, webSha256 } from '../sql/audit.ts';
import type { Schema } from '../sql/schema.ts';
import type { ColumnTypes } from './migration.ts';

export const name = '0011-carried';

const CHUNK = 500;

interface DefinitionRow {
  readonly account: string;
  readonly app: string;
  readonly key: string;
  readonly definition: string;
}

/** What two environments compare flags and segments by, and where an entry was carried over from. */
export const up = async (db: Kysely<Schema>, { text, ordered }: ColumnTypes): Promise<void> => {
  for (const table of ['flag', 'segment'] as const) {
    await db.schema
      .alterTable(table)
      .addColumn('digest', text, (c) => c.notNull().defaultTo(''))
      .execute();
    await digestAll(db, table);
    // Narrow, so that comparing reads no definitions.
    await db.schema
      .createIndex(`${table}_digest`)
      .on(table)
      .columns(['account', 'app', 'key', 'version', 'digest'])
      .execute();
  }
  await db.schema.alterTable('changelog').addColumn('source', text).execute();
  await db.schema.alterTable('changelog').addColumn('source_app', ordered).execute();
  await sql`create index changelog_source on changelog (account, app, source_app, flag_key, seq) where source_app is not null`.execute(
    db,
  );
};

const digestAll = async (db: Kysely<Schema>, table: 'flag' | 'segment'): Promise<void> => {
  for (let after = { account: '', app: '', key: '' }; ; ) {
    const { rows } = await sql<DefinitionRow>`
      select account, app, key, definition from ${sql.table(table)}
      where (account, app, key) > (${after.account}, ${after.app}, ${after.key})
      order by account, app, key limit ${CHUNK}`.execute(db);
    const last = rows.at(-1);
    if (last === undefined) return;
    for (const { account, app, key, definition } of rows) {
      // Written by the stores.
      const digest = await webSha256(
        digestText(JSON.parse(definition) as FlagDefinition | SegmentDefinition),
      );
      await sql`update ${sql.table(table)} set digest = ${digest} where account = ${account} and app = ${app} and key = ${key}`.execute(
        db,
      );
    }
    after = last;
  }
};
