import { Alert, Button, Group, Modal, Stack } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { ApiError, segmentPath } from '../api.ts';
import flagClasses from '../flag/flag.module.css';
import { ChangeList } from '../history/change-list.tsx';
import { isRefused, useBlocking, useReach } from '../reach/dry-run.ts';
import { Reach } from '../reach/reach.tsx';
import { useSession } from '../session/session.ts';
import { ReasonField } from '../shell/reason-field.tsx';
import { segmentStrings } from '../strings/segments.ts';
import { strings } from '../strings.ts';
import { segmentAsk } from './ask.ts';
import type { SegmentEditing } from './use-segment-draft.ts';
import { useSaveSegment } from './write.ts';

interface ReviewSegmentProps {
  readonly app: string;
  readonly editing: SegmentEditing;
  readonly close: () => void;
  /** Somebody else was first. */
  readonly onConflict: () => void;
}

/** What is about to change, what that reaches, and why. Nothing was sent before this. */
export const ReviewSegment = ({ app, editing, close, onConflict }: ReviewSegmentProps) => {
  const { account } = useSession();
  const [comment, setComment] = useState('');
  const { base, changes, finished, theirs, begin } = editing;
  const { at, ask } = segmentAsk(base, finished.segment, base.version);
  const reach = useReach(app, { path: `${segmentPath(account, app, base.key)}${at}`, ask });
  const blocking = useBlocking(app);
  const save = useSaveSegment(app, base.key);
  const meanwhile = save.error instanceof ApiError && save.error.status === 412;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (theirs !== null) {
      close();
      onConflict();
      return;
    }
    save.mutate(
      { base, after: finished.segment, comment },
      {
        onSuccess: ({ result }) => {
          begin(result);
          close();
        },
      },
    );
  };
  return (
    <Modal
      opened
      onClose={close}
      title={<bdi>{strings.saving.title(segmentStrings.live(base.key))}</bdi>}
      size="lg"
    >
      <form onSubmit={submit}>
        <Stack>
          {save.error && (
            <Alert color={meanwhile ? 'yellow' : 'red'} role="alert" title={strings.saving.refused}>
              {meanwhile ? segmentStrings.meanwhile : save.error.message}
            </Alert>
          )}
          <div className={flagClasses['bounded']}>
            <ChangeList changes={changes} />
          </div>
          <Reach reach={reach} blocking={blocking} of="segment" />
          <ReasonField value={comment} onChange={setComment} data-autofocus />
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {strings.saving.keepEditing}
            </Button>
            <Button type="submit" loading={save.isPending} disabled={isRefused(reach, blocking)}>
              {theirs === null ? strings.save : strings.saving.compare}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
};
