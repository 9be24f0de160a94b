import { useEffect, useMemo, useState } from 'react';
import type { StoredFlag } from '../api.ts';
import { type Draft, definitionOf, draftOf } from '../draft/draft.ts';
import { type Finished, finish } from '../draft/finish.ts';
import { mergeOf } from '../draft/merge.ts';
import { draftKeys, rebased } from '../draft/rebase.ts';
import { reviewOf } from '../draft/review.ts';
import type { ChangeInWords } from '../words/change.ts';

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
 * of the same is held back as `theirs`. While something of it is unfinished nobody can tell, and nothing is taken in.
 */
export const useDraft = (flag: StoredFlag): Editing => {
  const [state, setState] = useState(() => ({ base: flag, draft: draftOf(flag) }));
  const { base, draft } = state;
  const finished = useMemo(() => finish(draft, base), [draft, base]);
  const changes = useMemo(
    () => reviewOf(definitionOf(base), finished.flag, undefined, draftKeys(draft)),
    [base, draft, finished],
  );
  const broken = finished.problems.length > 0;
  const dirty = changes.length > 0 || broken;
  const newer = !sameState(base, flag) && flag.version >= base.version;
  const conflict = useMemo(
    () =>
      newer &&
      dirty &&
      !broken &&
      mergeOf(definitionOf(base), definitionOf(flag), finished.flag, draftKeys(draft)).conflicts.length > 0,
    [newer, dirty, broken, base, flag, finished, draft],
  );
  useEffect(() => {
    if (!newer || conflict || broken) return;
    const next = dirty ? rebased({ draft, finished, base, theirs: flag }) : draftOf(flag);
    setState({ base: flag, draft: next });
  }, [newer, conflict, broken, dirty, draft, base, flag, finished]);
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
