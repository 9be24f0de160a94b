import { Button, Card, Group, Stack, Text, TextInput, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { type App, appPath, call } from '../api.ts';
import { appsQuery } from '../queries.ts';
import { usePermitted, useSession } from '../session/session.ts';
import { sayDone } from '../shell/notify.tsx';
import { Snippet } from '../shell/snippet.tsx';
import { Failure, Loading } from '../shell/states.tsx';
import { useTitle } from '../shell/title.ts';
import { strings } from '../strings.ts';
import { APP_NAME } from './create-app.tsx';
import { DeleteApp } from './delete-app.tsx';
import { ExportFlags } from './export-flags.tsx';
import { ImportFlags } from './import-flags.tsx';
import { TestsSetting } from './tests-setting.tsx';

const route = getRouteApi('/signed-in/apps/$app/settings');

const Rename = ({ app }: { readonly app: App }) => {
  const { account } = useSession();
  const client = useQueryClient();
  const form = useForm({
    initialValues: { name: app.name },
    validate: { name: (name) => (APP_NAME.test(name.trim()) ? null : strings.apps.nameNeeded) },
  });
  const rename = useMutation({
    mutationFn: (name: string) => call<App>(appPath(account, app.id), { method: 'PUT', body: { name } }),
    onSuccess: ({ result }) => {
      void client.invalidateQueries({ queryKey: appsQuery(account).queryKey });
      sayDone(strings.settings.renamed(result.name));
    },
    onError: (error) => form.setFieldError('name', error.message),
  });
  return (
    <form onSubmit={form.onSubmit(({ name }) => rename.mutate(name.trim()))}>
      <Group align="flex-start" gap="sm">
        <TextInput
          label={strings.apps.name}
          flex={1}
          miw={200}
          autoComplete="off"
          {...form.getInputProps('name')}
        />
        <Button
          type="submit"
          variant="default"
          mt={25}
          disabled={form.values.name.trim() === app.name}
          loading={rename.isPending}
        >
          {strings.settings.rename}
        </Button>
      </Group>
    </form>
  );
};

const Settings = ({ app }: { readonly app: App }) => {
  const writable = usePermitted('write');
  const admin = usePermitted('admin');
  return (
    <Stack>
      <Card withBorder>
        <Stack>
          {writable && <Rename app={app} />}
          <Snippet label={strings.settings.id} code={app.id} />
          <Text size="sm" c="dimmed">
            {strings.settings.idHint}
          </Text>
        </Stack>
      </Card>
      <TestsSetting app={app} />
      <ExportFlags app={app} />
      {writable && <ImportFlags app={app} />}
      {admin && <DeleteApp app={app} />}
    </Stack>
  );
};

export const SettingsPage = () => {
  const { app: id } = route.useParams();
  const { account } = useSession();
  const apps = useQuery(appsQuery(account));
  const app = apps.data?.find((each) => each.id === id);
  useTitle(strings.settings.title, app?.name ?? '');
  return (
    <Stack>
      <Title order={1} size="h2">
        {strings.settings.title}
      </Title>
      {app !== undefined ? (
        <Settings key={app.id} app={app} />
      ) : apps.isError ? (
        <Failure error={apps.error} retry={() => void apps.refetch()} />
      ) : (
        <Loading rows={3} height={120} />
      )}
    </Stack>
  );
};
