import { Button, Group, Modal, SegmentedControl, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { StoredSegment } from '../api.ts';
import type { Side } from '../draft/merge.ts';
import flagClasses from '../flag/flag.module.css';
import { ChangeList } from '../history/change-list.tsx';
import { segmentStrings } from '../strings/segments.ts';
import { strings } from '../strings.ts';
import { segmentChanges } from '../words/segment-change.ts';
import type { SegmentField } from './merge.ts';
import type { SegmentEditing } from './use-segment-draft.ts';

interface MergeSegmentProps {
  readonly editing: SegmentEditing;
  readonly theirs: StoredSegment;
  readonly opened: boolean;
  readonly close: () => void;
}

const isSide = (text: string): text is Side => text === 'theirs' || text === 'mine';

/** Where both changed the same field of a segment, somebody has to choose; members and all else are merged already. */
export const MergeSegment = ({ editing, theirs, opened, close }: MergeSegmentProps) => {
  const [choices, setChoices] = useState<{ readonly [field in SegmentField]?: Side }>({});
  const { base, finished, conflicts, merge } = editing;
  const theirChanges = segmentChanges(base, theirs);
  const of = (changes: typeof theirChanges, field: SegmentField) =>
    changes.filter(({ path }) => path === field);
  const goOn = () => {
    merge(theirs, choices);
    setChoices({});
    close();
  };
  return (
    <Modal opened={opened} onClose={close} title={strings.merge.title(theirs.updated_by)} size="xl">
      <Stack>
        <Text size="sm">{strings.merge.lead}</Text>
        {conflicts.map((field) => {
          const label = segmentStrings[field];
          return (
            <section key={field} className={flagClasses['conflict']} aria-label={label}>
              <Text size="sm" fw={600}>
                {strings.merge.both(label)}
              </Text>
              <Text size="xs" c="dimmed">
                {strings.merge.theirs(theirs.updated_by)}
              </Text>
              <ChangeList changes={of(theirChanges, field)} />
              <Text size="xs" c="dimmed">
                {strings.merge.mine}
              </Text>
              <ChangeList changes={of(segmentChanges(base, finished.segment), field)} />
              <SegmentedControl
                aria-label={strings.merge.choose(label)}
                value={choices[field] ?? ''}
                onChange={(side) => isSide(side) && setChoices((before) => ({ ...before, [field]: side }))}
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
          <Button onClick={goOn} disabled={conflicts.some((field) => choices[field] === undefined)}>
            {strings.merge.goOn}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
};
