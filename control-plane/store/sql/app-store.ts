import type { Kysely } from 'kysely';
import type { Entity } from '../../flags/references/integrity.ts';
import { replicatedFromText } from '../../flags/replicated.ts';
import { segmentName } from '../../model/changelog.ts';
import type { AppStore, Outbox, Reaching } from '../port.ts';
import { atOneVersion } from './at-one-version.ts';
import { everyFlagRow } from './batch.ts';
import { createCarriage } from './carried.ts';
import { everyEntry, pageOfEntries } from './changelog.ts';
import type { CommitQueue } from './commit-queue.ts';
import { createContexts } from './contexts.ts';
import type { Database } from './database.ts';
import { pageOfFlags } from './flag-list.ts';
import { identity } from './identity.ts';
import { readNews } from './news.ts';
import { createOutbox } from './outbox.ts';
import { Reach } from './reach.ts';
import { type AppPlace, changelogColumns, entryOfRow, flagColumns, flagOfRow } from './rows.ts';
import type { Schema } from './schema.ts';
import { everySegment, pageOfSegments, segmentsIn } from './segments.ts';
import { straysIn } from './strays.ts';
import { createTallies } from './tallies.ts';

/** A flag or segment may have 256 KiB. */
const PAGE = 200;

export const createAppStore = (
  database: Database,
  place: AppPlace,
  queue: (place: AppPlace) => CommitQueue,
  now: () => number,
): AppStore => {
  const { db } = database;
  const { account, app } = place;
  return {
    async flag(key) {
      const row = await db
        .selectFrom('flag')
        .select(flagColumns)
        .where('account', '=', account)
        .where('app', '=', app)
        .where('key', '=', key)
        .executeTakeFirst();
      return row === undefined ? null : flagOfRow(row);
    },

    flags: (query) => pageOfFlags(db, place, query),

    everything: (page = PAGE) => atOneVersion(db, place, page),

    async flagCount() {
      const row = await db
        .selectFrom('app')
        .select('flag_count')
        .where('account', '=', account)
        .where('id', '=', app)
        .where('deleted_at', 'is', null)
        .executeTakeFirst();
      return row?.flag_count ?? 0;
    },

    changelog: (query) => pageOfEntries(db, place, query),

    async entry(id) {
      if (!/^[1-9][0-9]{0,15}$/.test(id)) return null;
      const row = await db
        .selectFrom('changelog')
        .select(changelogColumns)
        .where('account', '=', account)
        .where('app', '=', app)
        .where('seq', '=', Number(id))
        .executeTakeFirst();
      return row === undefined ? null : entryOfRow(row);
    },

    async segment(key) {
      return (await segmentsIn(db, place, [key])).get(key) ?? null;
    },

    segments: (query) => pageOfSegments(db, place, query),

    reaching: (entity) => reaching(db, place, entity),

    async surroundings(entities) {
      const reach = new Reach(db, place);
      await reach.downwards(entities);
      return reach.surroundings(account);
    },

    news: (query) => readNews(db, place, query),

    everyEntry: () => everyEntry(db, place),

    async head() {
      const row = await db
        .selectFrom('app')
        .select(['version', 'flag_count', 'entry_count', 'last_hash', 'deleted_at'])
        .where('account', '=', account)
        .where('id', '=', app)
        .executeTakeFirst();
      if (row === undefined) return null;
      const { version, entry_count: entries, last_hash } = row;
      return { version, flags: row.deleted_at === null ? row.flag_count : 0, entries, last_hash };
    },

    strays: () => straysIn(database, place),
    tallies: createTallies(database, place),

    ...createCarriage(db, place),
    ...createContexts(database, place),

    commit: (request) => queue(place).submit(request),

    outbox: outboxOf(database, place, now),
  };
};

const outboxOf = (database: Database, place: AppPlace, now: () => number): Outbox => {
  const { account, app } = place;
  return createOutbox({ database, now }, place, {
    standing: (from) =>
      from
        .selectFrom('app')
        .select(['version', 'epoch', 'last_hash', identity])
        .where('account', '=', account)
        .where('id', '=', app)
        .where('deleted_at', 'is', null)
        .executeTakeFirst(),
    async putEpoch(to, epoch, from) {
      await to
        .updateTable('app')
        .set({ epoch })
        .where('account', '=', account)
        .where('id', '=', app)
        .where('epoch', '=', from)
        .execute();
    },
    async entries(from) {
      const entries = new Map<string, string>();
      for await (const rows of everyFlagRow(from, place)) {
        for (const row of rows) entries.set(row.key, replicatedFromText(row.definition, row.version));
      }
      for await (const { definition } of everySegment(from, place)) {
        entries.set(segmentName(definition.key), JSON.stringify(definition));
      }
      return entries;
    },
  });
};

const reaching = async (db: Kysely<Schema>, place: AppPlace, entity: Entity): Promise<Reaching> => {
  const reach = new Reach(db, place);
  const users = await reach.upwards([entity]);
  return {
    flags: reach.affectedBy(entity),
    segments: users.flatMap(({ kind, key }) => (kind === 'segment' ? key : [])).sort(),
  };
};
