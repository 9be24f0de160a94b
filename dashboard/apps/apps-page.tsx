import { Button, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconApps, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { appsQuery } from '../queries.ts';
import { usePermitted, useSession } from '../session/session.ts';
import { useCommand } from '../shell/commands.ts';
import { Empty, Failure, Loading } from '../shell/states.tsx';
import { useTitle } from '../shell/title.ts';
import { strings } from '../strings.ts';
import { AppCard } from './app-card.tsx';
import { CreateApp } from './create-app.tsx';

export const AppsPage = () => {
  useTitle(strings.apps.title);
  const { account } = useSession();
  const apps = useQuery(appsQuery(account));
  const writable = usePermitted('write');
  const [creating, create] = useDisclosure(false);
  useCommand('create', strings.apps.create, writable ? create.open : null);
  const createButton = writable && (
    <Button leftSection={<IconPlus size={16} />} onClick={create.open}>
      {strings.apps.create}
    </Button>
  );
  return (
    <Stack>
      <Group justify="space-between">
        <div>
          <Title order={1} size="h2">
            {strings.apps.title}
          </Title>
          <Text c="dimmed">{strings.apps.lead}</Text>
        </div>
        {createButton}
      </Group>
      {apps.isPending ? (
        <Loading rows={3} height={96} />
      ) : apps.isError ? (
        <Failure error={apps.error} retry={() => void apps.refetch()} />
      ) : apps.data.length === 0 ? (
        <Empty icon={<IconApps />} title={strings.apps.none} action={createButton}>
          {strings.apps.noneHelp}
        </Empty>
      ) : (
        <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
          {apps.data.map((app) => (
            <AppCard key={app.id} app={app} />
          ))}
        </SimpleGrid>
      )}
      <CreateApp opened={creating} close={create.close} />
    </Stack>
  );
};
