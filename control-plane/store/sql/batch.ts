import { type Kysely, sql } from 'kysely';
import { segmentName } from '../../model/changelog.ts';
import type { CommitRequest } from '../../model/commit.ts';
import type { StoredFlag } from '../../model/flag.ts';
import { Problem } from '../../model/problem.ts';
import { knownAnswers, writeAnswers } from './answers.ts';
import { CHUNK, chunks } from './chunks.ts';
import type { Transaction } from './database.ts';
import { importedIn, writeImported } from './imported.ts';
import { changesText } from './outbox.ts';
import type { Known, Writes } from './plan.ts';
import { Reach } from './reach.ts';
import { writeReferences } from './references.ts';
import { type AppPlace, entryRow, flagColumns, flagOfRow, flagRow } from './rows.ts';
import type { Schema } from './schema.ts';
import { countSegments, segmentsIn, writeSegments } from './segments.ts';
import { writeTags } from './tags.ts';
import { writeTexts } from './texts.ts';

type AnyRequest = Pick<CommitRequest<unknown>, 'keys' | 'segments' | 'imported' | 'idempotency'>;

/**
 * What a batch of requests needs to be decided; takes the app's row lock first.
 *
 * @throws Problem `not_found` if there is no such app.
 */
export const loadKnown = async (
  { db, rowLocks }: Transaction,
  place: AppPlace,
  requests: readonly AnyRequest[],
): Promise<Known> => {
  const row = await db
    .selectFrom('app')
    .select(['version', 'flag_count', 'entry_count', 'last_hash', 'last_at', 'tests'])
    .select([hasReferences(place), needsComment(place)])
    .where('account', '=', place.account)
    .where('id', '=', place.app)
    .where('deleted_at', 'is', null)
    .$if(rowLocks, (query) => query.forUpdate())
    .executeTakeFirst();
  if (row === undefined) throw new Problem('not_found', { message: `There is no app ${place.app}.` });
  const { tests, has_references, needs_comment, ...head } = row;

  const all = requests.some(({ keys }) => keys === 'all');
  const asked = new Set(requests.flatMap((request) => (request.keys === 'all' ? [] : request.keys)));
  const keys = [...asked];
  const flags = new Map<string, StoredFlag>();
  for await (const rows of all ? everyFlagRow(db, place) : flagRows(db, place, keys)) {
    for (const row of rows) flags.set(row.key, flagOfRow(row));
  }
  const allSegments = requests.some(({ segments }) => segments === 'all');
  const segmentKeys = new Set(requests.flatMap(({ segments = [] }) => (segments === 'all' ? [] : segments)));
  const segments = await segmentsIn(db, place, allSegments ? 'all' : [...segmentKeys]);
  const segmentCount = allSegments || segmentKeys.size === 0 ? segments.size : await countSegments(db, place);
  const idempotencyKeys = requests.flatMap(({ idempotency }) => idempotency?.key ?? []);
  const deleted = new Map<string, number>();
  const absent =
    all || allSegments
      ? null
      : [
          ...keys.filter((key) => !flags.has(key)),
          ...[...segmentKeys].filter((key) => !segments.has(key)).map(segmentName),
        ];
  for (const chunk of absent === null ? [null] : chunks(absent)) {
    const rows = await db
      .selectFrom('deleted_flag')
      .select(['key', 'version'])
      .where('account', '=', place.account)
      .where('app', '=', place.app)
      .$if(chunk !== null, (query) => query.where('key', 'in', chunk ?? []))
      .execute();
    for (const row of rows) deleted.set(row.key, row.version);
  }
  return {
    head,
    keys: all ? 'all' : asked,
    flags,
    segmentKeys: allSegments ? 'all' : segmentKeys,
    segments,
    segmentCount,
    hasReferences: Number(has_references) === 1,
    tests,
    needsComment: Number(needs_comment) === 1,
    reach: (overlay) => new Reach(db, place, overlay),
    deleted,
    answers: await knownAnswers(db, place, idempotencyKeys),
    imported: await importedIn(db, place, [...new Set(requests.flatMap(({ imported = [] }) => imported))]),
  };
};

const hasReferences = ({ account, app }: AppPlace) =>
  sql<number>`case when exists (select 1 from reference where account = ${account} and app = ${app}) then 1 else 0 end`.as(
    'has_references',
  );

const needsComment = ({ account, app }: AppPlace) =>
  sql<number>`case when exists (select 1 from environment where account = ${account} and app = ${app} and comment_required = 1) then 1 else 0 end`.as(
    'needs_comment',
  );

async function* flagRows(db: Kysely<Schema>, place: AppPlace, keys: readonly string[]) {
  for (const chunk of chunks(keys)) {
    yield await db
      .selectFrom('flag')
      .select(flagColumns)
      .where('account', '=', place.account)
      .where('app', '=', place.app)
      .where('key', 'in', chunk)
      .execute();
  }
}

/** Every flag row in order of keys, a thousand at a time. */
export async function* everyFlagRow(db: Kysely<Schema>, place: AppPlace) {
  let after = '';
  for (;;) {
    const rows = await db
      .selectFrom('flag')
      .select(flagColumns)
      .where('account', '=', place.account)
      .where('app', '=', place.app)
      .where('key', '>', after)
      .orderBy('key')
      .limit(CHUNK)
      .execute();
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows;
    after = last.key;
  }
}

/** Writes a decided batch. The app's row lock is held. */
export const writeBatch = async (
  { db, textBytes }: Transaction,
  place: AppPlace,
  writes: Writes,
): Promise<void> => {
  const { account, app } = place;
  const kept = [...writes.flags.values()].flatMap(({ now }) => now ?? []);
  for (const chunk of chunks(kept)) {
    await db
      .insertInto('flag')
      .values(chunk.map((row) => flagRow(place, row)))
      .onConflict((conflict) =>
        conflict.columns(['account', 'app', 'key']).doUpdateSet((eb) => ({
          type: eb.ref('excluded.type'),
          version: eb.ref('excluded.version'),
          enabled: eb.ref('excluded.enabled'),
          created_at: eb.ref('excluded.created_at'),
          updated_at: eb.ref('excluded.updated_at'),
          updated_by: eb.ref('excluded.updated_by'),
          search: eb.ref('excluded.search'),
          definition: eb.ref('excluded.definition'),
          digest: eb.ref('excluded.digest'),
        })),
      )
      .execute();
  }
  const gone = [...writes.flags].filter(([, written]) => written.now === null).map(([key]) => key);
  for (const keys of chunks(gone)) {
    await db
      .deleteFrom('flag')
      .where('account', '=', account)
      .where('app', '=', app)
      .where('key', 'in', keys)
      .execute();
  }
  await writeSegments(db, place, writes);
  await writeReferences(db, place, writes);
  await writeTags(db, place, writes);
  await writeTexts(db, place, writes);
  for (const chunk of chunks([...writes.deleted])) {
    await db
      .insertInto('deleted_flag')
      .values(chunk.map(([key, version]) => ({ account, app, key, version })))
      .onConflict((conflict) =>
        conflict
          .columns(['account', 'app', 'key'])
          .doUpdateSet((eb) => ({ version: eb.ref('excluded.version') })),
      )
      .execute();
  }
  for (const chunk of chunks(writes.entries)) {
    await db
      .insertInto('changelog')
      .values(chunk.map(({ seq, entry, afterText }) => entryRow(place, seq, entry, afterText)))
      .execute();
  }
  for (const chunk of chunks(writes.commits)) {
    await db
      .insertInto('outbox')
      .values(
        chunk.map(({ version, changes, hash = null, parent = null }) => ({
          account,
          app,
          version,
          changes: changesText(changes, textBytes),
          hash,
          parent,
        })),
      )
      .execute();
  }
  await writeAnswers(db, place, writes.answers);
  await writeImported(db, place, writes.imported);
  if (writes.commits.length === 0) return;
  await db.updateTable('app').set(writes.head).where('account', '=', account).where('id', '=', app).execute();
};
