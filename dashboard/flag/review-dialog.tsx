import { Alert, Button, Group, Modal, Stack, Textarea } from '@mantine/core';
import { getHotkeyHandler } from '@mantine/hooks';
import { IconUsers } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError, type Ask, call, flagPath, type StoredFlag } from '../api.ts';
import { definitionOf } from '../draft/draft.ts';
import { draftKeys } from '../draft/rebase.ts';
import { wholeOf } from '../draft/whole.ts';
import { widened } from '../draft/widened.ts';
import { replaceFlag } from '../flags/cached-flags.ts';
import { flagWriteKey, flagWriteScope, useFlagWrite } from '../flags/write-flag.ts';
import { ChangeList } from '../history/change-list.tsx';
import { flagQuery } from '../queries.ts';
import { isRefused, useBlocking, useReach } from '../reach/dry-run.ts';
import { Reach } from '../reach/reach.tsx';
import { useSession } from '../session/session.ts';
import { sayDone } from '../shell/notify.tsx';
import { flagPage } from '../strings/flag-page.ts';
import { strings } from '../strings.ts';
import classes from './flag.module.css';
import type { Editing } from './use-draft.ts';

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

interface ReviewProps extends Omit<ReviewDialogProps, 'opened'> {
  readonly comment: string;
  readonly setComment: (comment: string) => void;
}

const Review = ({ app, editing, close, onConflict, comment, setComment }: ReviewProps) => {
  const { account } = useSession();
  const client = useQueryClient();
  const { base, changes, finished, begin } = editing;
  const { undo } = useFlagWrite(app, base.key);
  const widening = widened(definitionOf(base), finished.flag, draftKeys(editing.draft));
  const ask: Ask = { method: 'PUT', body: wholeOf(finished.flag, base), ifMatch: base.version };
  const reach = useReach(app, { path: flagPath(account, app, base.key), ask });
  const blocking = useBlocking(app);
  const refused = isRefused(reach, blocking);
  const save = useMutation({
    mutationKey: flagWriteKey(account, app, base.key),
    scope: flagWriteScope(account, app, base.key),
    mutationFn: () => call<StoredFlag>(flagPath(account, app, base.key), { ...ask, comment }),
    onSuccess: ({ result }) => {
      replaceFlag(client, account, app, result);
      const written = { before: definitionOf(base), after: definitionOf(result) };
      begin(result);
      setComment('');
      close();
      const said = strings.saving.saved(result.key);
      sayDone(said, () => undo(written, said));
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
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Stack>
        {save.error && <Issues error={save.error} />}
        <div className={classes['bounded']}>
          <ChangeList changes={changes} />
        </div>
        {widening.map((number) => (
          <Alert key={number} color="yellow" p="xs" icon={<IconUsers size={18} />}>
            {flagPage.review.widens(strings.targeting.rule(number))}
          </Alert>
        ))}
        <Reach reach={reach} blocking={blocking} of="flag" />
        <Textarea
          label={strings.saving.reason}
          description={strings.saving.reasonHint}
          value={comment}
          onChange={(event) => setComment(event.currentTarget.value)}
          onKeyDown={getHotkeyHandler([['mod+Enter', () => refused || save.mutate()]])}
          maxLength={1_000}
          autosize
          minRows={2}
          maxRows={6}
          data-autofocus
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {strings.saving.keepEditing}
          </Button>
          <Button type="submit" loading={save.isPending} disabled={refused}>
            {strings.save}
          </Button>
        </Group>
      </Stack>
    </form>
  );
};

/** What is about to change, in words, what that reaches, and why. Nothing was sent before this. */
export const ReviewDialog = ({ opened, ...review }: ReviewDialogProps) => {
  const [comment, setComment] = useState('');
  return (
    <Modal
      opened={opened}
      onClose={review.close}
      title={strings.saving.title(review.editing.base.key)}
      size="lg"
    >
      <Review {...review} comment={comment} setComment={setComment} />
    </Modal>
  );
};
