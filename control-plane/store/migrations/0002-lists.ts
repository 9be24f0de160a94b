import { type Kysely, sql } from 'kysely';
import type { Schema } from '../sql/schema.ts';
import type { ColumnTypes } from './migration.ts';

export const name = '0002-lists';

const CHUNK = 500;

/** What lists are filtered by, each with an index in the list's own order. */
export const up = async (db: Kysely<Schema>, { text, ordered }: ColumnTypes): Promise<void> => {
  await db.schema
    .createIndex('flag_state')
    .on('flag')
    .columns(['account', 'app', 'enabled', 'key'])
    .execute();
  await db.schema
    .createIndex('changelog_actor')
    .on('changelog')
    .columns(['account', 'app', 'actor_name', 'seq'])
    .execute();
  await db.schema
    .createIndex('changelog_at')
    .on('changelog')
    .columns(['account', 'app', 'at', 'seq'])
    .execute();

  await db.schema.dropIndex('idempotency_expiry').execute();
  await db.schema
    .createIndex('idempotency_expiry')
    .on('idempotency')
    .columns(['account', 'app', 'expires_at'])
    .execute();

  // No foreign key to flag: PostgreSQL checks it row by row with a plan made when the table was empty, which takes an import for ever.
  await db.schema
    .createTable('flag_tag')
    .addColumn('account', text, (c) => c.notNull())
    .addColumn('app', text, (c) => c.notNull())
    .addColumn('tag', text, (c) => c.notNull())
    .addColumn('key', ordered, (c) => c.notNull())
    .addPrimaryKeyConstraint('flag_tag_pk', ['account', 'app', 'tag', 'key'])
    .execute();

  for (let after = { account: '', app: '', key: '' }; ; ) {
    const { rows } = await sql<typeof after & { definition: string }>`
      select account, app, key, definition from flag
      where (account, app, key) > (${after.account}, ${after.app}, ${after.key})
      order by account, app, key limit ${CHUNK}`.execute(db);
    const last = rows.at(-1);
    if (last === undefined) return;
    for (const { account, app, key, definition } of rows) {
      const { tags = [] } = JSON.parse(definition) as { tags?: readonly string[] };
      for (const tag of new Set(tags.map((given) => given.slice(0, 200)))) {
        await sql`insert into flag_tag (account, app, tag, key)
          values (${account}, ${app}, ${tag}, ${key})`.execute(db);
      }
    }
    after = last;
  }
};
