import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { FiledReport, Tallies, TallyRow, VariationUse } from '../port.ts';
import { chunks } from './chunks.ts';
import type { Database } from './database.ts';
import type { AppPlace } from './rows.ts';
import type { Schema } from './schema.ts';

const DAY_MS = 24 * 60 * 60_000;
/** How long hours are told apart, and how long days are kept. */
const HOURS_KEPT_DAYS = 30;
const DAYS_KEPT = 400;
/** A report is repeated for minutes, and waits in a flag cache for an hour. */
const REPORTERS_KEPT_DAYS = 2;
/** Answers of one flag on one day that are told apart; what a token makes up beyond them is dropped. */
const MOST_ROWS = 512;
const COMPACTED_AT_ONCE = 500;

type Row = Omit<TallyRow, 'variation'> & { readonly variation: string };

export const createTallies = (database: Database, place: AppPlace): Tallies => {
  const { account, app } = place;
  const those = (db: Kysely<Schema>) =>
    db.selectFrom('tally').where('account', '=', account).where('app', '=', app);

  return {
    add: (reports) => database.transact(({ db }) => add(db, place, reports)),

    async of(flags, from) {
      const rows: TallyRow[] = [];
      for (const keys of chunks(flags)) {
        const found = await those(database.db)
          .select(['flag', 'day', 'variation', 'reason', 'kind', 'hours'])
          .where('flag', 'in', keys)
          .where('day', '>=', from)
          .orderBy('flag')
          .orderBy('day')
          .execute();
        for (const { variation, hours, ...row } of found)
          rows.push({ ...row, variation: nameOf(variation), hours: hoursIn(hours) });
      }
      return rows;
    },

    async uses(flag) {
      const rows = await database.db
        .selectFrom('variation_use')
        .select(['flag', 'variation', 'evaluated_at', 'delivered_at'])
        .where('account', '=', account)
        .where('app', '=', app)
        .$if(flag !== undefined, (query) => query.where('flag', '=', flag ?? ''))
        .execute();
      return rows.map(({ variation, ...row }): VariationUse => ({ ...row, variation: nameOf(variation) }));
    },

    async completeUntil() {
      const row = await database.db
        .selectFrom('reporter')
        .select((eb) => eb.fn.max('at').as('at'))
        .where('account', '=', account)
        .where('app', '=', app)
        .where('reporter', '<>', LOCK)
        .executeTakeFirst();
      return row?.at ?? null;
    },

    async compact(now) {
      const before = (days: number): string => new Date(now - days * DAY_MS).toISOString();
      const place = { account, app };
      for (let more = true; more; )
        more = await database.transact(({ db }) => compactSome(db, place, dayOf(before(HOURS_KEPT_DAYS))));
      await database.transact(async ({ db }) => {
        const old = (table: 'tally' | 'reporter' | 'variation_use') =>
          db.deleteFrom(table).where('account', '=', account).where('app', '=', app);
        await old('tally')
          .where('day', '<', dayOf(before(DAYS_KEPT)))
          .execute();
        await old('reporter').where('at', '<', before(REPORTERS_KEPT_DAYS)).execute();
        await old('variation_use')
          .where(sql<boolean>`coalesce(evaluated_at, '') < ${before(DAYS_KEPT)}`)
          .where(sql<boolean>`coalesce(delivered_at, '') < ${before(DAYS_KEPT)}`)
          .execute();
      });
    },
  };
};

const add = async (db: Kysely<Schema>, place: AppPlace, reports: readonly FiledReport[]): Promise<void> => {
  if (!(await takeTurn(db, place))) return;
  const fresh = await notTakenYet(db, place, reports);
  if (fresh.length === 0) return;
  const sums = new Map<string, Row>();
  const uses = new Map<string, VariationUse & { readonly variation: string }>();
  for (const { at, counts } of fresh) {
    const day = dayOf(at);
    const hour = new Date(at).getUTCHours();
    for (const [flag, name, reason, kind, n] of counts) {
      const variation = name ?? '';
      const id = idOf({ flag, day, variation, reason, kind });
      const row = sums.get(id) ?? { flag, day, variation, reason, kind, hours: Array(24).fill(0) };
      sums.set(id, { ...row, hours: row.hours.with(hour, (row.hours[hour] ?? 0) + n) });
      const use = JSON.stringify([flag, variation]);
      const was = uses.get(use) ?? { flag, variation, evaluated_at: null, delivered_at: null };
      const field = kind === 'evaluated' ? 'evaluated_at' : 'delivered_at';
      uses.set(use, { ...was, [field]: later(was[field], at) });
    }
  }
  await addSums(db, place, [...sums.values()]);
  await noteUses(db, place, [...uses.values()]);
};

/** The reporter that nobody is. */
const LOCK = '';

/** Waits until nobody else adds to the app's tallies; false: there is no such app. */
const takeTurn = async (db: Kysely<Schema>, { account, app }: AppPlace): Promise<boolean> => {
  const there = await db
    .selectFrom('app')
    .select('id')
    .where('account', '=', account)
    .where('id', '=', app)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  if (there === undefined) return false;
  await db
    .insertInto('reporter')
    // As text it orders behind every date, so that it is never old.
    .values({ account, app, reporter: LOCK, epoch: 0, seq: 0, at: 'never' })
    .onConflict((conflict) => conflict.columns(['account', 'app', 'reporter']).doUpdateSet({ seq: 0 }))
    .execute();
  return true;
};

const notTakenYet = async (
  db: Kysely<Schema>,
  { account, app }: AppPlace,
  reports: readonly FiledReport[],
): Promise<readonly FiledReport[]> => {
  const names = [...new Set(reports.map(({ reporter }) => reporter))];
  const newest = new Map<string, { readonly epoch: number; readonly seq: number; readonly at: string }>();
  for (const chunk of chunks(names)) {
    const rows = await db
      .selectFrom('reporter')
      .select(['reporter', 'epoch', 'seq', 'at'])
      .where('account', '=', account)
      .where('app', '=', app)
      .where('reporter', 'in', chunk)
      .execute();
    for (const { reporter, ...row } of rows) newest.set(reporter, row);
  }
  const fresh = reports.filter(({ reporter, epoch, seq, at }) => {
    const taken = newest.get(reporter);
    const isNew = taken === undefined || epoch > taken.epoch || (epoch === taken.epoch && seq > taken.seq);
    if (isNew) newest.set(reporter, { epoch, seq, at });
    return isNew;
  });
  const changed = new Set(fresh.map(({ reporter }) => reporter));
  const rows = [...newest].flatMap(([reporter, row]) =>
    changed.has(reporter) ? { account, app, reporter, ...row } : [],
  );
  for (const chunk of chunks(rows)) {
    await db
      .insertInto('reporter')
      .values([...chunk])
      .onConflict((conflict) =>
        conflict.columns(['account', 'app', 'reporter']).doUpdateSet((eb) => ({
          epoch: eb.ref('excluded.epoch'),
          seq: eb.ref('excluded.seq'),
          at: eb.ref('excluded.at'),
        })),
      )
      .execute();
  }
  return fresh;
};

const addSums = async (db: Kysely<Schema>, { account, app }: AppPlace, sums: readonly Row[]) => {
  const days = [...new Set(sums.map(({ day }) => day))];
  const known = new Map<string, readonly number[]>();
  const rowsOf = new Map<string, number>();
  for (const flags of chunks([...new Set(sums.map(({ flag }) => flag))])) {
    const rows = await db
      .selectFrom('tally')
      .select(['flag', 'day', 'variation', 'reason', 'kind', 'hours'])
      .where('account', '=', account)
      .where('app', '=', app)
      .where('flag', 'in', flags)
      .where('day', 'in', days)
      .execute();
    for (const row of rows) {
      known.set(idOf(row), hoursIn(row.hours));
      rowsOf.set(row.flag + row.day, (rowsOf.get(row.flag + row.day) ?? 0) + 1);
    }
  }
  const written = sums.flatMap((row) => {
    const before = known.get(idOf(row));
    const there = rowsOf.get(row.flag + row.day) ?? 0;
    if (before === undefined && there >= MOST_ROWS) return [];
    if (before === undefined) rowsOf.set(row.flag + row.day, there + 1);
    // A day whose hours are no longer told apart.
    const hours =
      before?.length === 1
        ? [sumOf([...before, ...row.hours])]
        : row.hours.map((n, hour) => n + (before?.[hour] ?? 0));
    return { account, app, ...row, hours: JSON.stringify(hours) };
  });
  for (const chunk of chunks(written)) {
    await db
      .insertInto('tally')
      .values([...chunk])
      .onConflict((conflict) =>
        conflict
          .columns(['account', 'app', 'flag', 'day', 'variation', 'reason', 'kind'])
          .doUpdateSet((eb) => ({ hours: eb.ref('excluded.hours') })),
      )
      .execute();
  }
};

const noteUses = async (
  db: Kysely<Schema>,
  { account, app }: AppPlace,
  uses: readonly (VariationUse & { readonly variation: string })[],
): Promise<void> => {
  const newer = (column: 'evaluated_at' | 'delivered_at') => {
    const [given, known] = [sql.ref(`excluded.${column}`), sql.ref(`variation_use.${column}`)];
    return sql<
      string | null
    >`case when ${given} is null or ${given} < ${known} then ${known} else ${given} end`;
  };
  for (const chunk of chunks(uses)) {
    await db
      .insertInto('variation_use')
      .values(chunk.map((use) => ({ account, app, ...use })))
      .onConflict((conflict) =>
        conflict.columns(['account', 'app', 'flag', 'variation']).doUpdateSet({
          evaluated_at: newer('evaluated_at'),
          delivered_at: newer('delivered_at'),
        }),
      )
      .execute();
  }
};

/** Whether there may be more. */
const compactSome = async (
  db: Kysely<Schema>,
  { account, app }: AppPlace,
  before: string,
): Promise<boolean> => {
  const rows = await db
    .selectFrom('tally')
    .select(['flag', 'day', 'variation', 'reason', 'kind', 'hours'])
    .where('account', '=', account)
    .where('app', '=', app)
    .where('day', '<', before)
    .where('hours', 'like', '%,%')
    .limit(COMPACTED_AT_ONCE)
    .execute();
  if (rows.length === 0) return false;
  await db
    .insertInto('tally')
    .values(rows.map((row) => ({ account, app, ...row, hours: JSON.stringify([sumOf(hoursIn(row.hours))]) })))
    .onConflict((conflict) =>
      conflict
        .columns(['account', 'app', 'flag', 'day', 'variation', 'reason', 'kind'])
        .doUpdateSet((eb) => ({ hours: eb.ref('excluded.hours') })),
    )
    .execute();
  return rows.length === COMPACTED_AT_ONCE;
};

const dayOf = (at: string): string => at.slice(0, 10);

const later = (a: string | null, b: string): string => (a !== null && a > b ? a : b);

const nameOf = (variation: string): string | null => (variation === '' ? null : variation);

const idOf = ({ flag, day, variation, reason, kind }: Omit<Row, 'hours'>): string =>
  JSON.stringify([flag, day, variation, reason, kind]);

/** The text was written by this file. */
const hoursIn = (text: string): readonly number[] => JSON.parse(text) as readonly number[];

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, n) => sum + n, 0);
