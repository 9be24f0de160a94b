import { useDisclosure, useHotkeys } from '@mantine/hooks';
import type { StoredFlag } from '../api.ts';
import { Tests } from '../flag-tests/tests.tsx';
import type { FlagTab } from '../router-search.ts';
import { usePermitted } from '../session/session.ts';
import { useCommand } from '../shell/commands.ts';
import { sayDone } from '../shell/notify.tsx';
import { strings } from '../strings.ts';
import classes from './flag.module.css';
import { FlagSettings } from './flag-settings.tsx';
import { LeaveGuard } from './leave-guard.tsx';
import { MergeDialog } from './merge-dialog.tsx';
import { ReviewDialog } from './review-dialog.tsx';
import { SaveBar } from './save-bar.tsx';
import { TargetingTab } from './targeting-tab.tsx';
import { useDraft } from './use-draft.ts';
import { useTrying } from './use-trying.ts';
import { Variations } from './variations.tsx';

interface EditorProps {
  readonly app: string;
  readonly flag: StoredFlag;
  readonly tab: FlagTab;
  /** From the address: a shared context to try. */
  readonly context: string | undefined;
}

/** Everything of a flag that is edited, reviewed and then saved at once; loaded apart, with the engine. */
export const Editor = ({ app, flag, tab, context }: EditorProps) => {
  const writable = usePermitted('write');
  const editing = useDraft(flag);
  const trying = useTrying({ app, editing, context, shown: tab === 'targeting' });
  const [reviewing, review] = useDisclosure(false);
  const [merging, merge] = useDisclosure(false);
  const { dirty, finished, theirs, begin } = editing;

  const savable = dirty && finished.problems.length === 0 && theirs === null;
  const discard = () => {
    const { base, draft } = editing;
    begin(flag);
    sayDone(strings.saving.discarded, () => begin(base, draft));
  };
  const openReview = () => savable && !reviewing && review.open();
  useHotkeys(
    [
      ['mod+S', openReview],
      ['mod+Enter', openReview],
    ],
    [],
  );
  useCommand('review', strings.saving.review, savable ? review.open : null);

  return (
    <>
      {tab === 'targeting' && (
        <TargetingTab app={app} editing={editing} trying={trying} writable={writable} />
      )}
      {tab === 'variations' && <Variations editing={editing} writable={writable} />}
      {tab === 'tests' && <Tests app={app} editing={editing} writable={writable} />}
      {tab === 'settings' && <FlagSettings app={app} flag={flag} editing={editing} writable={writable} />}
      {dirty && writable && (
        <div className={classes['savebar']} data-savebar>
          <SaveBar
            changes={editing.changes.length}
            problems={finished.problems.length}
            theirs={theirs}
            review={review.open}
            discard={discard}
            merge={merge.open}
          />
        </div>
      )}
      <ReviewDialog
        app={app}
        editing={editing}
        opened={reviewing}
        close={review.close}
        onConflict={merge.open}
      />
      {theirs !== null && (
        <MergeDialog editing={editing} theirs={theirs} opened={merging} close={merge.close} />
      )}
      <LeaveGuard dirty={dirty && writable} />
    </>
  );
};
