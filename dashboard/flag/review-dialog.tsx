import { Alert, Button, Group, Modal, Stack, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError, call, flagPath, type StoredFlag } from '../api.ts';
import { replaceFlag } from '../flags/cached-flags.ts';
import { ChangeList } from '../history/change-list.tsx';
import { flagQuery } from '../queries.ts';
import { useSession } from '../session/session.ts';
import { sayDone } from '../shell/notify.tsx';
import { strings } from '../strings.ts';
import type { Editing } from './use-draft.ts';
import { wholeOf } from './whole.ts';

interface ReviewDialogProps {
  readonly app: string;
  readonly editing: Editing;
  readonly opened: boolean;
  readonly close: () => void;
  /** Somebody else was first. */
  readonly onConflict: () => void;
}

const Issues = ({ error }: { readonly error: Error }) => {
  const issues = error instanceof ApiError && error.issues.length > 0 ? error.issues : [error];
  return (
    <Alert color="red" role="alert" title={strings.saving.refused}>
      {issues.map((issue) => (
        <div key={issue.message}>{issue.message}</div>
      ))}
    </Alert>
  );
};

/** What is about to change, in words, and why. Nothing was sent before this. */
export const ReviewDialog = ({ app, editing, opened, close, onConflict }: ReviewDialogProps) => {
  const { account } = useSession();
  const client = useQueryClient();
  const [comment, setComment] = useState('');
  const { base, changes, finished, begin } = editing;
  const save = useMutation({
    mutationFn: () =>
      call<StoredFlag>(flagPath(account, app, base.key), {
        method: 'PUT',
        body: wholeOf(finished.flag),
        ifMatch: base.version,
        comment,
      }),
    onSuccess: ({ result }) => {
      replaceFlag(client, account, app, result);
      begin(result);
      setComment('');
      close();
      sayDone(strings.saving.saved(result.key));
      void client.invalidateQueries({ queryKey: [account, app, 'changelog'] });
    },
    onError: async (error) => {
      if (!(error instanceof ApiError) || error.status !== 412) return;
      await client.fetchQuery({ ...flagQuery(account, app, base.key), staleTime: 0 });
      close();
      onConflict();
    },
  });
  return (
    <Modal opened={opened} onClose={close} title={strings.saving.title(base.key)} size="lg">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Stack>
          {save.error && <Issues error={save.error} />}
          <ChangeList changes={changes} />
          <Textarea
            label={strings.saving.reason}
            description={strings.saving.reasonHint}
            value={comment}
            onChange={(event) => setComment(event.currentTarget.value)}
            maxLength={1_000}
            autosize
            minRows={2}
            data-autofocus
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {strings.saving.keepEditing}
            </Button>
            <Button type="submit" loading={save.isPending}>
              {strings.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
};
