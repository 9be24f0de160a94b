import { Alert, Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconRestore } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ApiError, type ChangelogEntry, call, flagPath, type StoredFlag } from '../api.ts';
import { definitionOf } from '../flag/draft.ts';
import { reviewOf } from '../flag/review.ts';
import { replaceFlag } from '../flags/cached-flags.ts';
import { flagQuery, flagsKey } from '../queries.ts';
import { useSession } from '../session/session.ts';
import { sayDone } from '../shell/notify.tsx';
import { Failure, Loading } from '../shell/states.tsx';
import { strings } from '../strings.ts';
import { Sentence } from '../words/sentence.tsx';
import { currentWords } from '../words/summary.ts';
import { ChangeList } from './change-list.tsx';

interface RestoreProps {
  readonly app: string;
  readonly entry: ChangelogEntry;
}

const useRestore = ({ app, entry }: RestoreProps, current: StoredFlag | undefined, done: () => void) => {
  const { account } = useSession();
  const client = useQueryClient();
  return useMutation({
    mutationFn: () =>
      call<StoredFlag>(`${flagPath(account, app, entry.flag_key)}/restore`, {
        method: 'POST',
        body: { changelog_id: entry.id },
        ...(current === undefined ? {} : { ifMatch: current.version }),
      }),
    onSuccess: ({ result }) => {
      replaceFlag(client, account, app, result);
      void client.invalidateQueries({ queryKey: flagsKey(account, app) });
      void client.invalidateQueries({ queryKey: [account, app, 'changelog'] });
      done();
      sayDone(strings.restore.done(entry.flag_key, entry.version));
    },
  });
};

/** What restoring would change from how the flag is now, before it does. */
const Preview = ({ app, entry, close }: RestoreProps & { readonly close: () => void }) => {
  const { account } = useSession();
  const current = useQuery({ ...flagQuery(account, app, entry.flag_key), staleTime: 0 });
  const gone = current.error instanceof ApiError && current.error.status === 404;
  const restore = useRestore({ app, entry }, gone ? undefined : current.data, close);
  if (current.isPending) return <Loading rows={2} />;
  if (current.isError && !gone) return <Failure error={current.error} retry={() => void current.refetch()} />;
  const changes = gone || !current.data ? null : reviewOf(definitionOf(current.data), entry.after);
  return (
    <Stack>
      {restore.error && (
        <Alert color="red" role="alert" title={strings.restore.failed}>
          {restore.error.message}
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
      <Group justify="flex-end">
        <Button variant="default" onClick={close}>
          {strings.cancel}
        </Button>
        <Button
          loading={restore.isPending}
          disabled={changes?.length === 0}
          onClick={() => restore.mutate()}
          data-autofocus
        >
          {strings.restore.button}
        </Button>
      </Group>
    </Stack>
  );
};

export const Restore = ({ app, entry }: RestoreProps) => {
  const [opened, dialog] = useDisclosure(false);
  return (
    <>
      <Button
        size="compact-xs"
        variant="subtle"
        leftSection={<IconRestore size={14} />}
        onClick={dialog.open}
        aria-label={strings.restore.version(entry.flag_key, entry.version)}
      >
        {strings.restore.short}
      </Button>
      <Modal
        opened={opened}
        onClose={dialog.close}
        title={strings.restore.version(entry.flag_key, entry.version)}
        size="lg"
      >
        <Preview app={app} entry={entry} close={dialog.close} />
      </Modal>
    </>
  );
};
