import { useEffect, useMemo, useState } from 'react';
import type { StoredFlag } from '../api.ts';
import type { ChangeInWords } from '../words/change.ts';
import { type Draft, definitionOf, draftOf } from './draft.ts';
import { type Finished, finish } from './finish.ts';
import { merged, mergeOf } from './merge.ts';
import { reviewOf } from './review.ts';

export interface Editing {
  readonly base: StoredFlag;
  readonly draft: Draft;
  readonly finished: Finished;
  readonly changes: readonly ChangeInWords[];
  readonly dirty: boolean;
  /** Somebody else's newer state that touches what is being edited: to be merged before saving. */
  readonly theirs: StoredFlag | null;
  readonly edit: (change: (draft: Draft) => Draft) => void;
  /** Begins again from a state: after saving, discarding or merging. `draft` default: that state, unchanged. */
  readonly begin: (base: StoredFlag, draft?: Draft) => void;
}

const sameState = (a: StoredFlag, b: StoredFlag): boolean =>
  a.version === b.version && reviewOf(definitionOf(a), definitionOf(b)).length === 0;

/**
 * A draft of a flag that lives through the flag changing under it: what others change beside it is taken in silently, what they change
 * of the same is held back as `theirs`.
 */
export const useDraft = (flag: StoredFlag): Editing => {
  const [state, setState] = useState(() => ({ base: flag, draft: draftOf(flag) }));
  const { base, draft } = state;
  const finished = useMemo(() => finish(draft, base), [draft, base]);
  const changes = useMemo(() => reviewOf(definitionOf(base), finished.flag), [base, finished]);
  const dirty = changes.length > 0 || finished.problems.length > 0;
  const newer = !sameState(base, flag) && flag.version >= base.version;
  const conflict = useMemo(
    () =>
      newer &&
      dirty &&
      (finished.problems.length > 0 ||
        mergeOf(definitionOf(base), definitionOf(flag), finished.flag).conflicts.length > 0),
    [newer, dirty, base, flag, finished],
  );
  useEffect(() => {
    if (!newer || conflict) return;
    if (!dirty) setState({ base: flag, draft: draftOf(flag) });
    else {
      const both = merged(definitionOf(base), definitionOf(flag), finished.flag, {});
      setState({ base: flag, draft: draftOf({ ...both, type: flag.type }) });
    }
  }, [newer, conflict, dirty, base, flag, finished]);
  return {
    base,
    draft,
    finished,
    changes,
    dirty,
    theirs: conflict ? flag : null,
    edit: (change) => setState((before) => ({ ...before, draft: change(before.draft) })),
    begin: (next, nextDraft) => setState({ base: next, draft: nextDraft ?? draftOf(next) }),
  };
};
