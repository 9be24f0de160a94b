import { Alert, Button, Group } from '@mantine/core';
import { IconCloudOff } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useConnection } from '../session/connection.ts';
import { strings } from '../strings.ts';

export const ConnectionBanner = () => {
  const connection = useConnection();
  const client = useQueryClient();
  if (connection !== 'unreachable') return null;
  return (
    <Alert color="yellow" icon={<IconCloudOff />} title={strings.connection.unreachable} role="alert" mb="md">
      <Group justify="space-between">
        {strings.connection.unreachableHelp}
        <Button size="compact-sm" variant="default" onClick={() => void client.invalidateQueries()}>
          {strings.failure.retry}
        </Button>
      </Group>
    </Alert>
  );
};
