import { constantOf } from '@halyard/engine';
import type { StoredFlag } from '../model/flag.ts';
import type { VariationUse } from '../store/port.ts';

export const STATUSES = ['new', 'active', 'settled', 'quiet'] as const;
export type Status = (typeof STATUSES)[number];

const WEEK_MS = 7 * 24 * 60 * 60_000;

/** When it was last evaluated; where it only ever was in answers with all flags, when it last was in one. Null: never. */
export const lastUse = (uses: readonly VariationUse[]): string | null =>
  newest(uses, 'evaluated_at') ?? newest(uses, 'delivered_at');

export const newest = (
  uses: readonly VariationUse[],
  field: 'evaluated_at' | 'delivered_at',
): string | null => {
  let last: string | null = null;
  for (const { [field]: at } of uses) if (at !== null && (last === null || at > last)) last = at;
  return last;
};

/**
 * How a flag stands: `new` (created within 7 days and never evaluated), `quiet` (not evaluated for 7 days), `settled` (unchanged for 7
 * days, and it can serve one variation only, or has served only one in that time), else `active`. `uses` are those of this flag.
 */
export const statusOf = (flag: StoredFlag, uses: readonly VariationUse[], now: number): Status => {
  const isRecent = (at: string | null): boolean => at !== null && now - Date.parse(at) < WEEK_MS;
  const last = lastUse(uses);
  if (last === null && isRecent(flag.created_at)) return 'new';
  if (!isRecent(last)) return 'quiet';
  if (isRecent(flag.updated_at)) return 'active';
  const field = newest(uses, 'evaluated_at') === null ? 'delivered_at' : 'evaluated_at';
  const served = uses.filter((use) => isRecent(use[field]));
  const constant = constantOf(flag.definition) !== null;
  return constant || served.length === 1 ? 'settled' : 'active';
};
