import { Alert, Button, Checkbox, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type App, accountPath, call } from '../api.ts';
import { appsQuery } from '../queries.ts';
import { useSession } from '../session/session.ts';
import { strings } from '../strings.ts';

export const APP_NAME = /^[A-Za-z0-9_-]{1,64}$/;

interface NewApp {
  readonly name: string;
  readonly client_side_default: boolean;
}

const CreateAppForm = ({ close }: { readonly close: () => void }) => {
  const { account } = useSession();
  const client = useQueryClient();
  const navigate = useNavigate();
  const form = useForm<NewApp>({
    initialValues: { name: '', client_side_default: true },
    validate: { name: (name) => (APP_NAME.test(name.trim()) ? null : strings.apps.nameNeeded) },
  });
  const create = useMutation({
    mutationFn: ({ name, client_side_default }: NewApp) =>
      call<App>(`${accountPath(account)}/apps`, {
        method: 'POST',
        body: { name: name.trim(), client_side_default },
      }),
    onSuccess: async ({ result }) => {
      await client.invalidateQueries({ queryKey: appsQuery(account).queryKey });
      close();
      await navigate({ to: '/apps/$app/flags', params: { app: result.id } });
    },
  });
  return (
    <form onSubmit={form.onSubmit((values) => create.mutate(values))}>
      <Stack>
        {create.error && (
          <Alert color="red" role="alert" title={strings.apps.failed}>
            {create.error.message}
          </Alert>
        )}
        <TextInput
          label={strings.apps.name}
          description={strings.apps.nameHint}
          placeholder="checkout-api"
          data-autofocus
          autoComplete="off"
          {...form.getInputProps('name')}
        />
        <Checkbox
          label={strings.apps.clientSide}
          description={strings.apps.clientSideHint}
          {...form.getInputProps('client_side_default', { type: 'checkbox' })}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {strings.cancel}
          </Button>
          <Button type="submit" loading={create.isPending}>
            {strings.apps.submit}
          </Button>
        </Group>
      </Stack>
    </form>
  );
};

export const CreateApp = ({ opened, close }: { readonly opened: boolean; readonly close: () => void }) => (
  <Modal opened={opened} onClose={close} title={strings.apps.create}>
    <CreateAppForm close={close} />
  </Modal>
);
