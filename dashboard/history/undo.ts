import { stateBefore } from '@halyard/control-plane/diff';
import type { Bucketing, Flag } from '@halyard/engine';
import type { FlagEntry, StoredFlag } from '../api.ts';
import { definitionOf } from '../draft/draft.ts';
import { undoOf as undoOfWrite } from '../draft/undo.ts';
import { wholeOf, withOff } from '../draft/whole.ts';
import { changesBetween } from '../words/flag-change.ts';
import { same } from '../words/same.ts';

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

interface States {
  readonly before: Definition;
  readonly after: Definition;
}

const undoUpdate = (key: string, states: States, stored: StoredFlag): Undo => {
  const now: Definition = { ...definitionOf(stored), bucketing: stored.bucketing };
  const undo = undoOfWrite(states, now);
  if (undo.kind === 'nothing') return { kind: 'nothing', key };
  if (undo.kind === 'refused') return { kind: 'refused', key, what: labelsOf(states.after, now) };
  const { bucketing: _, ...flag } = undo.flag;
  return {
    kind: 'write',
    key,
    now,
    result: withOff({ ...flag, bucketing: now.bucketing }, now),
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
