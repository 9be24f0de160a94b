import { Button, Card, Group, Modal, Stack, Text, TextInput, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { type App, appPath, call } from '../api.ts';
import { appsQuery } from '../queries.ts';
import { useSession } from '../session/session.ts';
import { sayDone, sayFailed } from '../shell/notify.tsx';
import { ReasonField } from '../shell/reason-field.tsx';
import { reasonStrings } from '../strings/reason.ts';
import { strings } from '../strings.ts';

/** Cannot be undone, so the name is typed. */
export const DeleteApp = ({ app }: { readonly app: App }) => {
  const { account } = useSession();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [opened, dialog] = useDisclosure(false);
  const [typed, setTyped] = useState('');
  const [reason, setReason] = useState('');
  const remove = useMutation({
    mutationFn: () => call(appPath(account, app.id), { method: 'DELETE', comment: reason }),
    onError: (error) => sayFailed(strings.settings.deleteFailed, error),
    onSuccess: async () => {
      sayDone(strings.settings.deleted(app.name));
      await navigate({ to: '/' });
      client.removeQueries({ queryKey: [account, app.id] });
      await client.invalidateQueries({ queryKey: appsQuery(account).queryKey });
    },
  });
  return (
    <Card withBorder component="section" aria-label={strings.settings.deleteTitle}>
      <Group justify="space-between">
        <div style={{ flex: 1, minWidth: 220 }}>
          <Title order={2} size="h5">
            {strings.settings.deleteTitle}
          </Title>
          <Text size="sm" c="dimmed">
            {strings.settings.deleteHelp}
          </Text>
        </div>
        <Button color="red" variant="light" onClick={dialog.open}>
          {strings.settings.deleteButton}
        </Button>
      </Group>
      <Modal opened={opened} onClose={dialog.close} title={strings.settings.deleteTitle}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (typed === app.name) remove.mutate();
          }}
        >
          <Stack>
            <Text size="sm">{strings.settings.deleteHelp}</Text>
            <TextInput
              label={strings.settings.deleteConfirm(app.name)}
              value={typed}
              onChange={(event) => setTyped(event.currentTarget.value)}
              data-autofocus
              autoComplete="off"
            />
            <ReasonField value={reason} onChange={setReason} description={reasonStrings.inAccountLog} />
            <Group justify="flex-end">
              <Button variant="default" onClick={dialog.close}>
                {strings.cancel}
              </Button>
              <Button type="submit" color="red" disabled={typed !== app.name} loading={remove.isPending}>
                {strings.settings.deleteButton}
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </Card>
  );
};
