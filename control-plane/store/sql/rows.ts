import type { FlagType, FlagValue } from '@halyard/engine';
import type { Insertable, Selectable } from 'kysely';
import {
  type Affected,
  type ChangelogEntry,
  nameOfEntry,
  type Source,
  segmentNamed,
} from '../../model/changelog.ts';
import type { FlagDefinition, StoredFlag } from '../../model/flag.ts';
import type { SegmentDefinition, StoredSegment } from '../../model/segment.ts';
import type { Place } from '../port.ts';
import type { ChangelogTable, FlagTable, SegmentTable } from './schema.ts';

/** Rows to domain and back. Texts of JSON columns were written by this file, so they are parsed without being checked again. */

export const flagColumns = [
  'key',
  'definition',
  'type',
  'version',
  'created_at',
  'updated_at',
  'updated_by',
] as const;

export type FlagRow = Pick<Selectable<FlagTable>, (typeof flagColumns)[number]>;

export const flagOfRow = (row: FlagRow): StoredFlag => ({
  definition: JSON.parse(row.definition) as FlagDefinition,
  type: row.type,
  version: row.version,
  created_at: row.created_at,
  updated_at: row.updated_at,
  updated_by: row.updated_by,
});

/** An app's place. */
export interface AppPlace extends Place {
  readonly app: string;
}

export const flagRow = (
  place: AppPlace,
  { flag, text, digest }: { readonly flag: StoredFlag; readonly text: string; readonly digest: string },
): Insertable<FlagTable> => ({
  account: place.account,
  app: place.app,
  key: flag.definition.key,
  type: flag.type,
  version: flag.version,
  enabled: flag.definition.enabled ? 1 : 0,
  created_at: flag.created_at,
  updated_at: flag.updated_at,
  updated_by: flag.updated_by,
  search: searchText(flag.definition),
  definition: text,
  digest,
});

export const searchText = ({ key, description }: Pick<FlagDefinition, 'key' | 'description'>): string =>
  `${key}\n${description ?? ''}`.toLowerCase();

/** All variations are of one type; the caller saw to it. */
export const typeOf = (definition: FlagDefinition): FlagType => {
  const value: FlagValue | undefined = Object.values(definition.variations)[0];
  const type = typeof value;
  return type === 'boolean' || type === 'string' || type === 'number' ? type : 'json';
};

export const changelogColumns = [
  'seq',
  'flag_key',
  'event',
  'version',
  'app_version',
  'at',
  'actor_name',
  'actor_token',
  'comment',
  'hash',
  'diff',
  'affects',
  'after',
  'source',
] as const;

export const entryOfRow = (
  row: Pick<Selectable<ChangelogTable>, (typeof changelogColumns)[number]>,
): ChangelogEntry => {
  const base = {
    id: String(row.seq),
    event: row.event,
    ...(row.diff === null ? {} : { diff: JSON.parse(row.diff) as NonNullable<ChangelogEntry['diff']> }),
    version: row.version,
    app_version: row.app_version,
    at: row.at,
    actor: { name: row.actor_name, token_id: row.actor_token },
    comment: row.comment,
    ...(row.source === null ? {} : { source: JSON.parse(row.source) as Source }),
    hash: row.hash,
  };
  const segment_key = segmentNamed(row.flag_key);
  return segment_key === null
    ? { ...base, flag_key: row.flag_key, after: JSON.parse(row.after) as FlagDefinition }
    : {
        ...base,
        kind: 'segment',
        segment_key,
        affects: JSON.parse(row.affects ?? '[]') as readonly Affected[],
        after: JSON.parse(row.after) as SegmentDefinition,
      };
};

export const entryRow = (
  place: AppPlace,
  seq: number,
  entry: ChangelogEntry,
  after: string,
): Insertable<ChangelogTable> => ({
  account: place.account,
  app: place.app,
  seq,
  flag_key: nameOfEntry(entry),
  event: entry.event,
  version: entry.version,
  app_version: entry.app_version,
  at: entry.at,
  actor_name: entry.actor.name,
  actor_token: entry.actor.token_id,
  comment: entry.comment,
  hash: entry.hash,
  diff: entry.diff === undefined ? null : JSON.stringify(entry.diff),
  affects: entry.kind === 'segment' ? JSON.stringify(entry.affects) : null,
  after,
  source: entry.source === undefined ? null : JSON.stringify(entry.source),
  source_app: entry.source?.app_id ?? null,
});

export const segmentColumns = [
  'key',
  'definition',
  'version',
  'created_at',
  'updated_at',
  'updated_by',
] as const;

export type SegmentRow = Pick<Selectable<SegmentTable>, (typeof segmentColumns)[number]>;

export const segmentOfRow = ({ key: _, definition, ...row }: SegmentRow): StoredSegment => ({
  definition: JSON.parse(definition) as SegmentDefinition,
  ...row,
});

export const segmentRow = (
  place: AppPlace,
  {
    segment,
    text,
    digest,
  }: { readonly segment: StoredSegment; readonly text: string; readonly digest: string },
): Insertable<SegmentTable> => ({
  account: place.account,
  app: place.app,
  key: segment.definition.key,
  version: segment.version,
  created_at: segment.created_at,
  updated_at: segment.updated_at,
  updated_by: segment.updated_by,
  search: searchText(segment.definition),
  definition: text,
  digest,
});
