import { Button, Card, Group, Text, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { call, flagPath, type StoredFlag } from '../api.ts';
import { flagQuery, flagsKey } from '../queries.ts';
import { useSession } from '../session/session.ts';
import { askWithReason } from '../shell/ask.tsx';
import { sayDone, sayFailed } from '../shell/notify.tsx';
import { strings } from '../strings.ts';

export const DeleteFlag = ({ app, flag }: { readonly app: string; readonly flag: StoredFlag }) => {
  const { account } = useSession();
  const client = useQueryClient();
  const navigate = useNavigate();
  const remove = useMutation({
    mutationFn: (comment: string) =>
      call(flagPath(account, app, flag.key), { method: 'DELETE', ifMatch: flag.version, comment }),
    onError: (error) => sayFailed(strings.deleteFlag.failed(flag.key), error),
    onSuccess: async () => {
      sayDone(strings.deleteFlag.done(flag.key));
      await navigate({ to: '/apps/$app/flags', params: { app }, ignoreBlocker: true });
      client.removeQueries({ queryKey: flagQuery(account, app, flag.key).queryKey });
      void client.invalidateQueries({ queryKey: flagsKey(account, app) });
      void client.invalidateQueries({ queryKey: [account, app, 'changelog'] });
    },
  });
  const ask = () =>
    askWithReason({
      title: strings.deleteFlag.title(flag.key),
      help: strings.deleteFlag.help,
      confirm: strings.deleteFlag.confirm,
      danger: true,
      go: (reason) => remove.mutate(reason),
    });
  return (
    <Card withBorder component="section" aria-label={strings.deleteFlag.confirm}>
      <Group justify="space-between">
        <div>
          <Title order={2} size="h5">
            {strings.deleteFlag.confirm}
          </Title>
          <Text size="sm" c="dimmed">
            {strings.deleteFlag.help}
          </Text>
        </div>
        <Button color="red" variant="light" loading={remove.isPending} onClick={ask}>
          {strings.deleteFlag.confirm}
        </Button>
      </Group>
    </Card>
  );
};
