import { stateBefore } from '@halyard/control-plane/diff';
import type { Bucketing, Flag } from '@halyard/engine';
import type { FlagEntry, StoredFlag } from '../api.ts';
import { definitionOf } from '../flag/draft.ts';
import { merged, mergeOf } from '../flag/merge.ts';
import { wholeOf, withOff } from '../flag/whole.ts';
import { changesBetween } from '../words/flag-change.ts';
import { same } from '../words/same.ts';
import { withPrioritiesOf } from './same-rules.ts';

export type Definition = Flag & { readonly bucketing: Bucketing };

/** A flag before and after a change; null: it was not there. */
export interface Change {
  readonly key: string;
  readonly before: Definition | null;
  readonly after: Definition | null;
}

/** One flag of a `changes` call. Its version makes sure that nothing is written over what came meanwhile; 0: it must not exist. */
export type RequestedChange =
  | { readonly op: 'put'; readonly key: string; readonly version: number; readonly flag: object }
  | { readonly op: 'delete'; readonly key: string; readonly version: number };

export type Undo =
  | {
      readonly kind: 'write';
      readonly key: string;
      readonly request: RequestedChange;
      /** From how it is now to how it will be; null: it is not there. */
      readonly now: Definition | null;
      readonly result: Definition | null;
    }
  | { readonly kind: 'nothing'; readonly key: string }
  /** Something of the same came later; `what` names it in words. */
  | { readonly kind: 'refused'; readonly key: string; readonly what: readonly string[] };

export const changeOf = (entry: FlagEntry): Change => ({
  key: entry.flag_key,
  before:
    entry.event === 'create'
      ? null
      : entry.event === 'delete'
        ? entry.after
        : stateBefore(entry.after, entry.diff ?? {}),
  after: entry.event === 'delete' ? null : entry.after,
});

/** What `merged` looks after; every other field of a flag is merged as a whole. */
const MERGED = new Set([
  'key',
  'bucketing',
  'enabled',
  'description',
  'default_variation',
  'off_variation',
  'client_side',
  'tags',
  'variations',
  'metadata',
  'rules',
  'prerequisites',
  'owner',
  'permanent',
  'protected',
  'tests',
]);

type Fields = Readonly<Record<string, unknown>>;

// A flag is JSON; its type only names the fields that this release knows.
const fieldsOf = (flag: Flag): Fields => flag as unknown as Fields;

interface OtherFields {
  readonly set: Fields;
  readonly conflicts: readonly string[];
}

const otherFields = (before: Flag, after: Flag, now: Flag): OtherFields => {
  const [old, young, current] = [fieldsOf(before), fieldsOf(after), fieldsOf(now)];
  const changed = [...new Set([...Object.keys(old), ...Object.keys(young)])].filter(
    (field) => !MERGED.has(field) && !same(old[field], young[field]) && !same(old[field], current[field]),
  );
  return {
    conflicts: changed.filter((field) => !same(young[field], current[field])),
    // A field that is left out of a replacement is kept, so one that was not there is said to be none.
    set: Object.fromEntries(changed.map((field) => [field, old[field] ?? null])),
  };
};

const without = (flag: Definition, fields: Fields): Definition => {
  const kept = Object.entries({ ...flag, ...fields }).filter(([, field]) => field !== null);
  return Object.fromEntries(kept) as unknown as Definition;
};

interface States {
  readonly before: Definition;
  readonly after: Definition;
}

const undoUpdate = (key: string, states: States, stored: StoredFlag): Undo => {
  const now: Definition = { ...definitionOf(stored), bucketing: stored.bucketing };
  const { before, after } = withPrioritiesOf(states, now);
  const { conflicts } = mergeOf(after, now, before);
  const others = otherFields(before, after, now);
  if (conflicts.length + others.conflicts.length > 0) {
    const labels = changesBetween(after, now).map(({ label }) => label);
    return { kind: 'refused', key, what: [...new Set(labels)] };
  }
  const written = { ...merged(after, now, before, {}), ...others.set };
  const result = withOff(without({ ...written, bucketing: now.bucketing }, others.set), now);
  if (same(result, now)) return { kind: 'nothing', key };
  const { bucketing: _, ...flag } = { ...written, bucketing: null };
  return {
    kind: 'write',
    key,
    now,
    result,
    request: { op: 'put', key, version: stored.version, flag: wholeOf(flag, now) },
  };
};

/**
 * Takes one change back from how the flag is now: what others changed beside it stays, and where they changed the same it is refused.
 * `now` null: the flag does not exist.
 */
export const undoOf = ({ key, before, after }: Change, now: StoredFlag | null): Undo => {
  const current = now === null ? null : { ...definitionOf(now), bucketing: now.bucketing };
  if (before === null) {
    if (now === null || current === null) return { kind: 'nothing', key };
    if (after === null || !same(current, after)) {
      return { kind: 'refused', key, what: after === null ? [] : labelsOf(after, current) };
    }
    return {
      kind: 'write',
      key,
      now: current,
      result: null,
      request: { op: 'delete', key, version: now.version },
    };
  }
  if (now === null) {
    if (after !== null) return { kind: 'refused', key, what: [] };
    return {
      kind: 'write',
      key,
      now: null,
      result: before,
      request: { op: 'put', key, version: 0, flag: before },
    };
  }
  if (after === null) {
    return same(current, before) ? { kind: 'nothing', key } : { kind: 'refused', key, what: [] };
  }
  return undoUpdate(key, { before, after }, now);
};

const labelsOf = (from: Flag, to: Flag): readonly string[] => [
  ...new Set(changesBetween(from, to).map(({ label }) => label)),
];
