import type { Kysely } from 'kysely';
import { chunks } from './chunks.ts';
import type { Writes } from './plan.ts';
import type { AppPlace } from './rows.ts';
import type { Schema } from './schema.ts';

/** Longer tags are found by their beginning: a PostgreSQL index holds no long texts. */
const TAG_LENGTH = 200;

export const tagText = (tag: string): string => tag.slice(0, TAG_LENGTH);

export const tagTexts = (tags: readonly string[] | undefined): readonly string[] => [
  ...new Set((tags ?? []).map(tagText)),
];

/** Brings the tags of changed and deleted flags up to date. */
export const writeTags = async (db: Kysely<Schema>, place: AppPlace, writes: Writes): Promise<void> => {
  const { account, app } = place;
  const rows: { account: string; app: string; tag: string; key: string }[] = [];
  for (const [key, written] of writes.flags) {
    const before = tagTexts(written.before?.tags);
    const after = tagTexts(written.now?.flag.definition.tags);
    if (before.length === after.length && before.every((tag) => after.includes(tag))) continue;
    if (before.length > 0) {
      await db
        .deleteFrom('flag_tag')
        .where('account', '=', account)
        .where('app', '=', app)
        .where('tag', 'in', before)
        .where('key', '=', key)
        .execute();
    }
    for (const tag of after) rows.push({ account, app, tag, key });
  }
  for (const chunk of chunks(rows)) await db.insertInto('flag_tag').values(chunk).execute();
};
