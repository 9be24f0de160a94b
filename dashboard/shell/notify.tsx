import { Button, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { strings } from '../strings.ts';

/** Says what was done and, where it can be undone, offers that for a while. */
export const sayDone = (message: string, undo?: () => void): string => {
  const id: string = notifications.show({
    color: 'sea',
    autoClose: undo === undefined ? 4_000 : 8_000,
    closeButtonProps: { 'aria-label': strings.dismiss },
    message: (
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm">{message}</Text>
        {undo !== undefined && (
          <Button
            size="compact-sm"
            variant="light"
            onClick={() => {
              notifications.hide(id);
              undo();
            }}
          >
            {strings.undo}
          </Button>
        )}
      </Group>
    ),
  });
  return id;
};

/** Says what did not happen and why; stays until it is read. */
export const sayFailed = (title: string, error: Error): void => {
  notifications.show({
    color: 'red',
    autoClose: false,
    role: 'alert',
    closeButtonProps: { 'aria-label': strings.dismiss },
    title,
    message: error.message,
  });
};
