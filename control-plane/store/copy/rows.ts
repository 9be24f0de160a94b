import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Schema } from '../sql/schema.ts';
import type { Copying } from './tables.ts';

type Value = string | number | null;
export type Row = Readonly<Record<string, Value>>;
type Db = Kysely<Schema>;
type Table = keyof Schema;

/** Flags are at most 256 KiB, and an entry of the changelog holds one and its difference. */
const PAGE = 100;

const listOf = (columns: readonly string[]): RawBuilder<unknown> =>
  sql.join(columns.map((column) => sql.ref(column)));

const valuesOf = (row: Row, columns: readonly string[]): RawBuilder<unknown> =>
  sql.join(columns.map((column) => row[column] ?? null));

export const keyOf = (copying: Exclude<Copying, { readonly how: 'left' }>): readonly string[] =>
  copying.how === 'grows' ? [...copying.chain, 'seq'] : copying.key;

/** All rows in pages, by the primary key in the database's own order. */
export async function* everyRow(
  db: Db,
  table: Table,
  key: readonly string[],
): AsyncGenerator<readonly Row[]> {
  for (let last: Row | null = null; ; ) {
    const after: RawBuilder<unknown> =
      last === null ? sql`` : sql`where (${listOf(key)}) > (${valuesOf(last, key)})`;
    const { rows }: { rows: Row[] } = await sql<Row>`
      select * from ${sql.table(table)} ${after} order by ${listOf(key)} limit ${PAGE}`.execute(db);
    if (rows.length > 0) yield rows;
    last = rows.at(-1) ?? null;
    if (rows.length < PAGE) return;
  }
}

/** Rows of a table that grows which `target` does not have yet, chain by chain. */
export async function* missingRows(
  source: Db,
  target: Db,
  table: Table,
  chain: readonly string[],
): AsyncGenerator<readonly Row[]> {
  const chains = await sql<Row>`select distinct ${listOf(chain)} from ${sql.table(table)}`.execute(source);
  for (const place of chains.rows) {
    const here = sql`(${listOf(chain)}) = (${valuesOf(place, chain)})`;
    const { rows: found } = await sql<{ last: number | null }>`
      select max(seq) as last from ${sql.table(table)} where ${here}`.execute(target);
    for (let last = found[0]?.last ?? 0; ; ) {
      const { rows }: { rows: Row[] } = await sql<Row>`
        select * from ${sql.table(table)} where ${here} and seq > ${last} order by seq limit ${PAGE}`.execute(
        source,
      );
      if (rows.length > 0) yield rows;
      last = Number(rows.at(-1)?.['seq'] ?? last);
      if (rows.length < PAGE) break;
    }
  }
}

/** Writes rows; one that is there already is replaced. */
export const write = async (
  db: Db,
  table: Table,
  rows: readonly Row[],
  key: readonly string[],
): Promise<void> => {
  const columns = Object.keys(rows[0] ?? {});
  const others = columns.filter((column) => !key.includes(column));
  const replaced =
    others.length === 0
      ? sql`do nothing`
      : sql`do update set ${sql.join(others.map((column) => sql`${sql.ref(column)} = excluded.${sql.ref(column)}`))}`;
  const values = sql.join(rows.map((row) => sql`(${valuesOf(row, columns)})`));
  await sql`insert into ${sql.table(table)} (${listOf(columns)}) values ${values}
    on conflict (${listOf(key)}) ${replaced}`.execute(db);
};

export interface Digest {
  readonly rows: number;
  /** The same for the same rows in any order: databases do not agree on the order of strings. */
  readonly sum: bigint;
}

export const digestOf = async (
  db: Db,
  table: Table,
  key: readonly string[],
  sha256: (text: string) => string | Promise<string>,
): Promise<Digest> => {
  let rows = 0;
  let sum = 0n;
  for await (const page of everyRow(db, table, key)) {
    for (const row of page) {
      const text = JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)));
      sum = (sum + BigInt(`0x${await sha256(text)}`)) % (1n << 256n);
      rows += 1;
    }
  }
  return { rows, sum };
};
