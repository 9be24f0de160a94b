import { Alert, Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ApiError, call, type FlagEntry, flagPath, type StoredFlag } from '../api.ts';
import { definitionOf } from '../draft/draft.ts';
import { replaceFlag } from '../flags/cached-flags.ts';
import { flagQuery, flagsKey } from '../queries.ts';
import { useSession } from '../session/session.ts';
import { sayDone } from '../shell/notify.tsx';
import { ReasonField } from '../shell/reason-field.tsx';
import { Failure, Loading } from '../shell/states.tsx';
import { historyStrings } from '../strings/history.ts';
import { strings } from '../strings.ts';
import { changesBetween } from '../words/flag-change.ts';
import { Sentence } from '../words/sentence.tsx';
import { currentWords } from '../words/summary.ts';
import { ChangeList } from './change-list.tsx';

interface RestoreProps {
  readonly app: string;
  readonly entry: FlagEntry;
  readonly close: () => void;
}

const useRestore = ({ app, entry }: RestoreProps, current: StoredFlag | undefined, done: () => void) => {
  const { account } = useSession();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (comment: string) =>
      call<StoredFlag>(`${flagPath(account, app, entry.flag_key)}/restore`, {
        method: 'POST',
        body: { changelog_id: entry.id },
        // Version 0: it must not exist, or somebody brought it back while this was looked at.
        ifMatch: current?.version ?? 0,
        comment,
      }),
    onError: () => client.invalidateQueries({ queryKey: flagQuery(account, app, entry.flag_key).queryKey }),
    onSuccess: ({ result }) => {
      replaceFlag(client, account, app, result);
      void client.invalidateQueries({ queryKey: flagsKey(account, app) });
      void client.invalidateQueries({ queryKey: [account, app, 'changelog'] });
      done();
      sayDone(strings.restore.done(entry.flag_key, entry.version));
    },
  });
};

const explain = (error: Error): string =>
  error instanceof ApiError && error.status === 412 ? historyStrings.undo.meanwhile : error.message;

/** What restoring would change from how the flag is now, before it does. */
const Preview = ({ app, entry, close }: RestoreProps) => {
  const { account } = useSession();
  const [reason, setReason] = useState('');
  const current = useQuery({ ...flagQuery(account, app, entry.flag_key), staleTime: 0 });
  const gone = current.error instanceof ApiError && current.error.status === 404;
  const restore = useRestore({ app, entry, close }, gone ? undefined : current.data, close);
  if (current.isPending) return <Loading rows={2} />;
  if (current.isError && !gone) return <Failure error={current.error} retry={() => void current.refetch()} />;
  const changes =
    gone || !current.data
      ? null
      : changesBetween(
          { ...definitionOf(current.data), bucketing: current.data.bucketing },
          {
            ...entry.after,
            bucketing: current.data.bucketing,
          },
        );
  const possible = changes === null || changes.length > 0;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (possible) restore.mutate(reason);
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        {restore.error && (
          <Alert color="red" role="alert" title={strings.restore.failed}>
            {explain(restore.error)}
          </Alert>
        )}
        {changes === null ? (
          <Text size="sm">
            {strings.restore.bringsBack} <Sentence words={currentWords(entry.after)} />
          </Text>
        ) : changes.length === 0 ? (
          <Text size="sm">{strings.restore.nothing}</Text>
        ) : (
          <ChangeList changes={changes} />
        )}
        {possible && <ReasonField value={reason} onChange={setReason} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {strings.cancel}
          </Button>
          <Button type="submit" loading={restore.isPending} disabled={!possible} data-autofocus>
            {strings.restore.button}
          </Button>
        </Group>
      </Stack>
    </form>
  );
};

export const Restore = ({ app, entry, close }: RestoreProps) => (
  <Modal
    opened
    onClose={close}
    title={<bdi>{strings.restore.version(entry.flag_key, entry.version)}</bdi>}
    size="lg"
  >
    <Preview app={app} entry={entry} close={close} />
  </Modal>
);
