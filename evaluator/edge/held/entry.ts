/** What an entry of an app's space is. */
export interface Entry {
  readonly kind: 'flag' | 'segment';
  /** Of the flag or segment, which is the entry's key without the kind in front. */
  readonly key: string;
}

/** What keys of segments begin with; no flag's key holds a slash. */
const SEGMENT = 'segment/';

/** Null: a key with a slash that is not known here belongs to a newer release and is passed over. */
export const entryOf = (key: string): Entry | null => {
  if (!key.includes('/')) return { kind: 'flag', key };
  return key.startsWith(SEGMENT) ? { kind: 'segment', key: key.slice(SEGMENT.length) } : null;
};
