import { Button, Group, Modal, SegmentedControl, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import type { StoredFlag } from '../api.ts';
import { definitionOf } from '../draft/draft.ts';
import { mergeOf, ORDER, type Side } from '../draft/merge.ts';
import { draftKeys, rebased } from '../draft/rebase.ts';
import { reviewOf } from '../draft/review.ts';
import { keysFrom } from '../draft/rule-keys.ts';
import { ChangeList } from '../history/change-list.tsx';
import { flagPage } from '../strings/flag-page.ts';
import { strings } from '../strings.ts';
import type { ChangeInWords } from '../words/change.ts';
import classes from './flag.module.css';
import type { Editing } from './use-draft.ts';

interface MergeDialogProps {
  readonly editing: Editing;
  readonly theirs: StoredFlag;
  readonly opened: boolean;
  readonly close: () => void;
}

const isSide = (text: string): text is Side => text === 'theirs' || text === 'mine';

/** The changes that a conflict is about: of the order of the rules, every rule that moved. */
const find = (changes: readonly ChangeInWords[], id: string) =>
  changes.filter(({ path }) => path === id || (id === ORDER && path.endsWith(',"order"]')));

interface KeptProps {
  readonly title: string;
  readonly changes: readonly ChangeInWords[];
}

/** What only one of the two changed. */
const Kept = ({ title, changes }: KeptProps) =>
  changes.length > 0 && (
    <section>
      <Title order={3} size="h5">
        {title}
      </Title>
      <ChangeList changes={changes} />
    </section>
  );

/** Their changes and mine since we both began; where both changed the same, somebody has to choose. */
export const MergeDialog = ({ editing, theirs, opened, close }: MergeDialogProps) => {
  const [choices, setChoices] = useState<Readonly<Record<string, Side>>>({});
  const base = definitionOf(editing.base);
  const their = definitionOf(theirs);
  const mine = editing.finished.flag;
  const keys = draftKeys(editing.draft);
  const { conflicts } = mergeOf(base, their, mine, keys);
  const theirChanges = reviewOf(base, their, undefined, keysFrom(base.rules, their.rules, 'theirs'));
  const myChanges = reviewOf(base, mine, undefined, keys);
  const open = conflicts.filter((id) => choices[id] === undefined);
  const goOn = () => {
    editing.begin(theirs, rebased({ ...editing, theirs, choices }));
    close();
  };
  return (
    <Modal opened={opened} onClose={close} title={strings.merge.title(theirs.updated_by)} size="xl">
      <Stack>
        <Text size="sm">{strings.merge.lead}</Text>
        <Kept
          title={strings.merge.theirs(theirs.updated_by)}
          changes={theirChanges.filter((change) => !conflicts.includes(change.path))}
        />
        <Kept
          title={strings.merge.mine}
          changes={myChanges.filter((change) => !conflicts.includes(change.path))}
        />
        {conflicts.map((id) => {
          const label =
            id === ORDER
              ? flagPage.merge.order
              : (find(myChanges, id)[0]?.label ?? find(theirChanges, id)[0]?.label ?? id);
          return (
            <section key={id} className={classes['conflict']} aria-label={label}>
              <Text size="sm" fw={600}>
                {strings.merge.both(label)}
              </Text>
              <Text size="xs" c="dimmed">
                {strings.merge.theirs(theirs.updated_by)}
              </Text>
              <ChangeList changes={find(theirChanges, id)} />
              <Text size="xs" c="dimmed">
                {strings.merge.mine}
              </Text>
              <ChangeList changes={find(myChanges, id)} />
              <SegmentedControl
                aria-label={strings.merge.choose(label)}
                value={choices[id] ?? ''}
                onChange={(side) => isSide(side) && setChoices((before) => ({ ...before, [id]: side }))}
                data={[
                  { value: 'theirs', label: strings.merge.takeTheirs },
                  { value: 'mine', label: strings.merge.takeMine },
                ]}
              />
            </section>
          );
        })}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {strings.saving.keepEditing}
          </Button>
          <Button onClick={goOn} disabled={open.length > 0}>
            {strings.merge.goOn}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
};
