import type { Kysely } from 'kysely';
import type { FlagQuery } from '../port.ts';
import { CHUNK } from './chunks.ts';
import type { AppPlace } from './rows.ts';
import type { Schema } from './schema.ts';
import { tagText } from './tags.ts';

/** What flags are asked for, in words that the database can compare byte by byte. */
export interface Filter extends Pick<FlagQuery, 'state' | 'type'> {
  /** Each is in the flag's text, or the flag has one of the tags that hold it. */
  readonly pieces: readonly { readonly text: string; readonly tags: readonly string[] }[];
  /** As they are stored. */
  readonly tags: readonly string[];
  /** Who may have changed it last; null: anybody. */
  readonly people: readonly string[] | null;
}

/**
 * Names of tags and people are compared here and not by the database, whose idea of a capital ends with ASCII (SQLite) or hangs on
 * its locale (PostgreSQL). Null: nobody of that name changed anything.
 */
export const filterOf = async (
  db: Kysely<Schema>,
  { account, app }: AppPlace,
  { q = '', tags = [], by = '', state, type }: FlagQuery,
): Promise<Filter | null> => {
  const texts = q.toLowerCase().split(/\s+/).filter(Boolean);
  const known =
    texts.length === 0
      ? []
      : await db
          .selectFrom('flag_tag')
          .select('tag')
          .distinct()
          .where('account', '=', account)
          .where('app', '=', app)
          .execute();
  const people =
    by === ''
      ? []
      : await db
          .selectFrom('flag')
          .select('updated_by')
          .distinct()
          .where('account', '=', account)
          .where('app', '=', app)
          .execute();
  const fitting = people.map((row) => row.updated_by).filter((name) => holds(name, by));
  if (by !== '' && fitting.length === 0) return null;
  return {
    pieces: texts.map((text) => ({
      text,
      tags: known
        .map(({ tag }) => tag)
        .filter((tag) => holds(tag, text))
        .slice(0, CHUNK),
    })),
    tags: tags.map(tagText),
    people: by === '' ? null : fitting.slice(0, CHUNK),
    ...(state === undefined ? {} : { state }),
    ...(type === undefined ? {} : { type }),
  };
};

const holds = (name: string, part: string): boolean => name.toLowerCase().includes(part.toLowerCase());
