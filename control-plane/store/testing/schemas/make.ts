/**
 * `npm run fixtures`: writes `schema-N.sqlite.sql` and `schema-N.postgres.sql` of the newest schema, filled by the code that is there
 * now. Needs PostgreSQL and `pg_dump`. What a release has shipped is never made again: it is what the databases of its users look like.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import { migrations } from '../../migrations/all.ts';
import { openPostgresDatabase } from '../../postgres/index.ts';
import { openSqliteDatabase } from '../../sqlite/index.ts';
import { clock } from '../contract/fixture.ts';
import { quiet } from '../quiet-log.ts';
import { createTestDatabase } from '../test-database.ts';
import { fillEveryTable } from './full.ts';

const options = { now: clock, log: quiet };
const number = migrations.length;

const sqliteDump = (path: string): string => {
  const db = new DatabaseSync(path);
  const made = db
    .prepare(
      "select type, name, sql from sqlite_schema where sql is not null and name not like 'sqlite_%' order by type desc, rowid",
    )
    .all();
  const lines = made.flatMap(({ type, name, sql }) => {
    if (type !== 'table') return [`${sql};`];
    const rows = db.prepare(`select * from "${name}"`).all();
    return [
      `${sql};`,
      ...rows.map((row) => `INSERT INTO "${name}" VALUES(${Object.values(row).map(literal).join(',')});`),
    ];
  });
  const { application_id } = db.prepare('pragma application_id').get() ?? {};
  db.close();
  return [
    `PRAGMA application_id=${application_id};`,
    'PRAGMA foreign_keys=OFF;',
    'BEGIN TRANSACTION;',
    ...lines,
    'COMMIT;',
    '',
  ].join('\n');
};

const literal = (value: SQLOutputValue): string => {
  if (value === null) return 'NULL';
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`;
  return String(value);
};

/** Without what belongs to a server and its users: settings of the session, owners, comments. */
const postgresDump = (url: string): string => {
  const dump = execFileSync('pg_dump', ['--inserts', '--no-owner', '--no-privileges', '--no-comments', url], {
    encoding: 'utf8',
  });
  const lines = dump.split('\n').filter((line) => !/^(--|SET |SELECT pg_catalog|\\)/.test(line));
  return ['BEGIN;', ...lines, 'COMMIT;', ''].join('\n');
};

const directory = mkdtempSync(join(tmpdir(), 'halyard-fixtures-'));
const postgres = await createTestDatabase();
try {
  const path = join(directory, 'halyard.db');
  for (const database of [
    await openSqliteDatabase(`file:${path}`, options),
    await openPostgresDatabase(postgres.url, options),
  ]) {
    await fillEveryTable(database).finally(() => database.close());
  }
  for (const [dialect, dump] of [
    ['sqlite', sqliteDump(path)],
    ['postgres', postgresDump(postgres.url)],
  ]) {
    const file = join(import.meta.dirname, `schema-${number}.${dialect}.sql`);
    writeFileSync(file, dump ?? '');
    console.log(`Wrote ${file}`);
  }
} finally {
  await postgres.drop();
  rmSync(directory, { recursive: true });
}
