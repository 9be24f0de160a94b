import type { Kysely } from 'kysely';
import type { Schema } from '../sql/schema.ts';
import type { ColumnTypes } from './migration.ts';

export const name = '0001-first';

export const up = async (db: Kysely<Schema>, { text, integer, ordered }: ColumnTypes): Promise<void> => {
  await db.schema
    .createTable('account')
    .addColumn('id', text, (c) => c.primaryKey().notNull())
    .addColumn('created_at', text, (c) => c.notNull())
    .addColumn('version', integer, (c) => c.notNull())
    .addColumn('log_count', integer, (c) => c.notNull())
    .addColumn('secret', text)
    .execute();

  await db.schema
    .createTable('account_log')
    .addColumn('account', text, (c) => c.notNull().references('account.id'))
    .addColumn('seq', integer, (c) => c.notNull())
    .addColumn('at', text, (c) => c.notNull())
    .addColumn('actor_name', text, (c) => c.notNull())
    .addColumn('actor_token', text, (c) => c.notNull())
    .addColumn('event', text, (c) => c.notNull())
    .addColumn('detail', text, (c) => c.notNull())
    .addPrimaryKeyConstraint('account_log_pk', ['account', 'seq'])
    .execute();

  await db.schema
    .createTable('app')
    .addColumn('account', text, (c) => c.notNull().references('account.id'))
    .addColumn('id', text, (c) => c.notNull())
    .addColumn('name', ordered, (c) => c.notNull())
    .addColumn('client_side_default', integer, (c) => c.notNull())
    .addColumn('created_at', text, (c) => c.notNull())
    .addColumn('updated_at', text, (c) => c.notNull())
    .addColumn('updated_by', text, (c) => c.notNull())
    .addColumn('version', integer, (c) => c.notNull())
    .addColumn('flag_count', integer, (c) => c.notNull())
    .addColumn('entry_count', integer, (c) => c.notNull())
    .addColumn('last_hash', text)
    .addColumn('last_at', text)
    .addPrimaryKeyConstraint('app_pk', ['account', 'id'])
    .addUniqueConstraint('app_name', ['account', 'name'])
    .execute();

  await db.schema
    .createTable('flag')
    .addColumn('account', text, (c) => c.notNull())
    .addColumn('app', text, (c) => c.notNull())
    .addColumn('key', ordered, (c) => c.notNull())
    .addColumn('type', text, (c) => c.notNull())
    .addColumn('version', integer, (c) => c.notNull())
    .addColumn('enabled', integer, (c) => c.notNull())
    .addColumn('created_at', text, (c) => c.notNull())
    .addColumn('updated_at', text, (c) => c.notNull())
    .addColumn('updated_by', text, (c) => c.notNull())
    .addColumn('search', text, (c) => c.notNull())
    // Last, so that SQLite need not walk past long texts to reach the columns that lists filter by.
    .addColumn('definition', text, (c) => c.notNull())
    .addPrimaryKeyConstraint('flag_pk', ['account', 'app', 'key'])
    .addForeignKeyConstraint('flag_app', ['account', 'app'], 'app', ['account', 'id'])
    .execute();

  await db.schema
    .createTable('deleted_flag')
    .addColumn('account', text, (c) => c.notNull())
    .addColumn('app', text, (c) => c.notNull())
    .addColumn('key', ordered, (c) => c.notNull())
    .addColumn('version', integer, (c) => c.notNull())
    .addPrimaryKeyConstraint('deleted_flag_pk', ['account', 'app', 'key'])
    .addForeignKeyConstraint('deleted_flag_app', ['account', 'app'], 'app', ['account', 'id'])
    .execute();

  await db.schema
    .createTable('changelog')
    .addColumn('account', text, (c) => c.notNull())
    .addColumn('app', text, (c) => c.notNull())
    .addColumn('seq', integer, (c) => c.notNull())
    .addColumn('flag_key', text, (c) => c.notNull())
    .addColumn('event', text, (c) => c.notNull())
    .addColumn('version', integer, (c) => c.notNull())
    .addColumn('app_version', integer, (c) => c.notNull())
    .addColumn('at', ordered, (c) => c.notNull())
    .addColumn('actor_name', text, (c) => c.notNull())
    .addColumn('actor_token', text, (c) => c.notNull())
    .addColumn('comment', text)
    .addColumn('hash', text, (c) => c.notNull())
    .addColumn('diff', text)
    .addColumn('after', text, (c) => c.notNull())
    .addPrimaryKeyConstraint('changelog_pk', ['account', 'app', 'seq'])
    .addForeignKeyConstraint('changelog_app', ['account', 'app'], 'app', ['account', 'id'])
    .execute();
  await db.schema
    .createIndex('changelog_flag')
    .on('changelog')
    .columns(['account', 'app', 'flag_key', 'seq'])
    .execute();

  await db.schema
    .createTable('outbox')
    .addColumn('account', text, (c) => c.notNull())
    .addColumn('app', text, (c) => c.notNull())
    .addColumn('version', integer, (c) => c.notNull())
    .addColumn('changes', text, (c) => c.notNull())
    .addPrimaryKeyConstraint('outbox_pk', ['account', 'app', 'version'])
    .execute();

  await db.schema
    .createTable('idempotency')
    .addColumn('account', text, (c) => c.notNull())
    .addColumn('app', text, (c) => c.notNull())
    .addColumn('key', text, (c) => c.notNull())
    .addColumn('fingerprint', text, (c) => c.notNull())
    .addColumn('status', integer)
    .addColumn('body', text)
    .addColumn('headers', text)
    .addColumn('expires_at', ordered, (c) => c.notNull())
    .addPrimaryKeyConstraint('idempotency_pk', ['account', 'app', 'key'])
    .execute();
  await db.schema.createIndex('idempotency_expiry').on('idempotency').column('expires_at').execute();

  await db.schema
    .createTable('token')
    .addColumn('id', text, (c) => c.primaryKey().notNull())
    .addColumn('account', text, (c) => c.notNull().references('account.id'))
    .addColumn('hash', text, (c) => c.notNull().unique())
    .addColumn('name', text, (c) => c.notNull())
    .addColumn('permission', text, (c) => c.notNull())
    .addColumn('app_ids', text)
    .addColumn('allowed_origins', text)
    .addColumn('expires_at', ordered)
    .addColumn('created_at', ordered, (c) => c.notNull())
    .addColumn('created_by', text, (c) => c.notNull())
    .addColumn('last_used_at', text)
    .addColumn('revoked_at', text)
    .addColumn('replicated', integer, (c) => c.notNull())
    .execute();
  await db.schema.createIndex('token_account').on('token').columns(['account', 'created_at']).execute();

  for (const table of ['session', 'sign_in_link']) {
    await db.schema
      .createTable(table)
      .addColumn('hash', text, (c) => c.primaryKey().notNull())
      .addColumn('account', text, (c) => c.notNull())
      .addColumn('token_id', text, (c) => c.notNull().references('token.id').onDelete('cascade'))
      .$call((builder) =>
        table === 'session' ? builder.addColumn('created_at', text, (c) => c.notNull()) : builder,
      )
      .addColumn('expires_at', ordered, (c) => c.notNull())
      .execute();
    await db.schema.createIndex(`${table}_token`).on(table).column('token_id').execute();
  }
};
