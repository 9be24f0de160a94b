import { Alert, Button, Group } from '@mantine/core';
import { IconCloudOff } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useFollowing } from '../live/state.ts';
import { useConnection } from '../session/connection.ts';
import { strings } from '../strings.ts';

export const ConnectionBanner = () => {
  const connection = useConnection();
  const following = useFollowing();
  const client = useQueryClient();
  const unreachable = connection === 'unreachable';
  if (!unreachable && following !== 'stale') return null;
  return (
    <Alert
      color="yellow"
      icon={<IconCloudOff />}
      title={unreachable ? strings.connection.unreachable : strings.connection.stale}
      role="alert"
      mb="md"
    >
      <Group justify="space-between">
        {strings.connection.mayBeOld}
        <Button size="compact-sm" variant="default" onClick={() => void client.invalidateQueries()}>
          {strings.failure.retry}
        </Button>
      </Group>
    </Alert>
  );
};
