import canonicalize from 'canonicalize';
import { digestedFlag, segmentPart } from '../../flags/diff/definition-part.ts';
import type { AccountLogEntry } from '../../model/account-log.ts';
import type { ChangelogEntry, FlagEntry, SegmentEntry } from '../../model/changelog.ts';
import type { FlagDefinition } from '../../model/flag.ts';
import type { SegmentDefinition } from '../../model/segment.ts';

/** SHA-256 of the text's UTF-8 bytes, hex. */
export type Sha256 = (text: string) => string | Promise<string>;

export type Unhashed = Omit<FlagEntry, 'hash'> | Omit<SegmentEntry, 'hash'>;

/**
 * What an entry's hash is taken over: the RFC 8785 (JCS) form of `{ entry, previous }`, where `entry` is the entry without its hash
 * and `previous` the hash of the app's entry before it, null for the first.
 */
export const hashedText = (entry: Unhashed, previous: string | null): string => {
  const { id, event, after, diff, version, app_version, at, actor, comment, source } = entry;
  const of =
    entry.kind === 'segment'
      ? { kind: entry.kind, segment_key: entry.segment_key, affects: entry.affects }
      : { flag_key: entry.flag_key };
  const body = { id, ...of, event, after, version, app_version, at, actor, comment };
  return canonicalText({
    entry: {
      ...body,
      ...(diff === undefined ? {} : { diff }),
      ...(source === undefined ? {} : { source }),
    },
    previous,
  });
};

/** What two environments compare by: of a flag's definition without state, bucketing and the ids of its rules, or of a segment's. */
export const digestText = (definition: FlagDefinition | SegmentDefinition): string =>
  canonicalText('variations' in definition ? digestedFlag(definition) : segmentPart(definition));

/** The same of an entry of the account's log. */
export const hashedLogText = (entry: Omit<AccountLogEntry, 'hash'>, previous: string | null): string => {
  const { id, event, at, actor, address, comment, detail } = entry;
  return canonicalText({ entry: { id, event, at, actor, address, comment, detail }, previous });
};

/** What the account's log tells a session or a link by: enough of its hash to find the entries that belong together. */
export const shortHash = (hash: string): string => hash.slice(0, 16);

/** RFC 8785. */
export const canonicalText = (value: object): string => {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('An object always has a canonical form.');
  return text;
};

export type ChainVerdict =
  | { readonly ok: true; readonly length: number; readonly last: string | null }
  | {
      readonly ok: false;
      /** Entries before it are good. */
      readonly length: number;
      readonly broken: { readonly id: string; readonly expected: string; readonly found: string };
    };

/**
 * Walks an app's entries, oldest first, and stops at the first whose hash does not follow from the entry and the one before it.
 * That entries are missing at the end shows only by comparing `last` with a hash that was kept elsewhere.
 */
export const verifyChain = async (
  entries: AsyncIterable<ChangelogEntry> | Iterable<ChangelogEntry>,
  sha256: Sha256 = webSha256,
): Promise<ChainVerdict> => {
  let previous: string | null = null;
  let length = 0;
  for await (const entry of entries) {
    const expected: string = await sha256(hashedText(entry, previous));
    if (expected !== entry.hash) {
      return { ok: false, length, broken: { id: entry.id, expected, found: entry.hash } };
    }
    previous = entry.hash;
    length += 1;
  }
  return { ok: true, length, last: previous };
};

/** The same verdict for entries of any chain that come newest first, as the API lists them; holds two of them at a time. */
export const verifyChainBackwards = async <E extends { readonly id: string; readonly hash: string }>(
  entries: AsyncIterable<E>,
  textOf: (entry: E, previous: string | null) => string,
  sha256: Sha256 = webSha256,
): Promise<ChainVerdict> => {
  let newer: E | null = null;
  let last: string | null = null;
  let good = 0;
  let broken: { readonly id: string; readonly expected: string; readonly found: string } | null = null;
  const judge = async (entry: E, previous: string | null): Promise<void> => {
    const expected = await sha256(textOf(entry, previous));
    if (expected === entry.hash) good += 1;
    else {
      broken = { id: entry.id, expected, found: entry.hash };
      good = 0;
    }
  };
  for await (const entry of entries) {
    last ??= entry.hash;
    if (newer !== null) await judge(newer, entry.hash);
    newer = entry;
  }
  if (newer !== null) await judge(newer, null);
  return broken === null ? { ok: true, length: good, last } : { ok: false, length: good, broken };
};

/** By Web Crypto, which every runtime has. */
export const webSha256 = async (text: string): Promise<string> =>
  Array.from(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
