import type { Flag } from '@halyard/engine';
import { same } from '../words/same.ts';
import { merged, mergeOf } from './merge.ts';
import { reviewOf } from './review.ts';
import { keysFrom } from './rule-keys.ts';

/** What one write did: the state it was made from, and the state it produced. */
export interface Written {
  readonly before: Flag;
  readonly after: Flag;
}

export type Undo =
  | { readonly kind: 'undone'; readonly flag: Flag }
  /** It is as it was before the write already. */
  | { readonly kind: 'nothing' }
  /** Somebody changed the same since; what, in words. */
  | { readonly kind: 'refused'; readonly labels: readonly string[] };

/** The flag as it is now without what a write did; what came after the write stays. */
export const undoOf = ({ before, after }: Written, now: Flag): Undo => {
  const { conflicts } = mergeOf(after, now, before);
  if (conflicts.length > 0) {
    const keys = keysFrom(after.rules, now.rules, 'theirs');
    const labels = reviewOf(after, now, undefined, keys)
      .filter(({ path }) => conflicts.some((id) => id === path || path.startsWith(`${id.slice(0, -1)},`)))
      .map(({ label }) => label);
    return { kind: 'refused', labels };
  }
  const flag = merged(after, now, before, {});
  return same(flag, now) ? { kind: 'nothing' } : { kind: 'undone', flag };
};
