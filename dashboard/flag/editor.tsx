import { explain } from '@halyard/engine';
import { Button, Grid, Group, Text } from '@mantine/core';
import { useDisclosure, useHotkeys } from '@mantine/hooks';
import { useMemo, useState } from 'react';
import type { StoredFlag } from '../api.ts';
import { type DraftTest, freeName, testOf } from '../draft/tests.ts';
import { Tests } from '../flag-tests/tests.tsx';
import type { FlagTab } from '../router-search.ts';
import { usePermitted } from '../session/session.ts';
import { useCommand } from '../shell/commands.ts';
import { sayDone } from '../shell/notify.tsx';
import { flagPage } from '../strings/flag-page.ts';
import { testStrings } from '../strings/tests.ts';
import { strings } from '../strings.ts';
import { readContext } from '../try/context-text.ts';
import { useSurroundings } from '../try/surroundings.ts';
import { TryPanel } from '../try/try-panel.tsx';
import classes from './flag.module.css';
import { FlagSettings } from './flag-settings.tsx';
import { LeaveGuard } from './leave-guard.tsx';
import { MergeDialog } from './merge-dialog.tsx';
import { ReviewDialog } from './review-dialog.tsx';
import { SaveBar } from './save-bar.tsx';
import { Targeting } from './targeting.tsx';
import { useDraft } from './use-draft.ts';
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
  const [text, setText] = useState(context ?? '');
  const [trying, tryUser] = useDisclosure(context !== undefined);
  const [reviewing, review] = useDisclosure(false);
  const [merging, merge] = useDisclosure(false);
  const { dirty, finished, theirs, begin } = editing;

  const around = useSurroundings(app, finished.flag, trying && tab === 'targeting');
  const read = useMemo(() => readContext(text), [text]);
  const setTests = (change: (tests: readonly DraftTest[]) => readonly DraftTest[]) =>
    editing.edit((before) => ({ ...before, tests: change(before.tests) }));
  const explanation = useMemo(
    // A flag that is off answers the same to everyone; what it would answer is what people try.
    () =>
      around !== null && text.trim() !== '' && 'context' in read
        ? explain({ ...finished.flag, enabled: true }, read.context, around)
        : null,
    [finished.flag, read, around, text],
  );
  const makeTest = () => {
    const made = explanation === null || 'message' in read ? null : testOf(read.context, explanation);
    if (made === null) return;
    const test = { ...made, name: freeName(made.name, editing.draft.tests) };
    setTests((tests) => [...tests, test]);
    sayDone(testStrings.made(test.name), () => setTests((tests) => tests.filter(({ id }) => id !== test.id)));
  };
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
        <Grid gap="lg">
          {!trying && (
            <Grid.Col span={12}>
              <Group gap="xs" justify="flex-end">
                <Text size="sm" c="dimmed">
                  {flagPage.tryUser.help}
                </Text>
                <Button size="compact-md" variant="default" onClick={tryUser.open}>
                  {flagPage.tryUser.open}
                </Button>
              </Group>
            </Grid.Col>
          )}
          {trying && (
            <Grid.Col span={{ base: 12, lg: 4 }} order={{ base: 1, lg: 2 }}>
              <div className={classes['beside']}>
                <TryPanel
                  flag={finished.flag}
                  text={text}
                  onText={setText}
                  problem={'message' in read ? read.message : null}
                  explanation={explanation}
                  unsaved={dirty}
                  makeTest={writable ? makeTest : null}
                  close={tryUser.close}
                />
              </div>
            </Grid.Col>
          )}
          <Grid.Col span={{ base: 12, lg: trying ? 8 : 12 }} order={{ base: 2, lg: 1 }}>
            <Targeting app={app} editing={editing} writable={writable} explanation={explanation} />
          </Grid.Col>
        </Grid>
      )}
      {tab === 'variations' && <Variations editing={editing} writable={writable} />}
      {tab === 'tests' && <Tests app={app} editing={editing} writable={writable} change={setTests} />}
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
