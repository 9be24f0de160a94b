import { Button, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { ApiError } from '../api.ts';
import { strings } from '../strings.ts';

/** More than these would stand in a queue: the newest would be said when it is old. */
const KEPT = 2;

interface Done {
  readonly id: string;
  readonly undo: (() => void) | undefined;
}

/** What is said on the screen now, oldest first. */
let said: readonly Done[] = [];
let count = 0;

const takeBack = ({ id, undo }: Done): void => {
  notifications.hide(id);
  undo?.();
};

/** Undoes what the newest notice on the screen that can be undone says was done. */
export const undoLast = (): void => {
  const newest = said.findLast(({ undo }) => undo !== undefined);
  if (newest !== undefined) takeBack(newest);
};

/** Says what was done and, where it can be undone, offers that for a while. */
export const sayDone = (message: string, undo?: () => void): void => {
  count += 1;
  const done: Done = { id: `done-${count}`, undo };
  for (const { id } of said.slice(0, Math.max(0, said.length + 1 - KEPT))) notifications.hide(id);
  said = [...said, done];
  notifications.show({
    id: done.id,
    onClose: () => {
      said = said.filter((each) => each !== done);
    },
    color: 'sea',
    autoClose: undo === undefined ? 4_000 : 8_000,
    closeButtonProps: { 'aria-label': strings.dismiss },
    message: (
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm">{message}</Text>
        {undo !== undefined && (
          <Button size="compact-sm" variant="light" onClick={() => takeBack(done)}>
            {strings.undo}
          </Button>
        )}
      </Group>
    ),
  });
};

/** Says what did not happen and why; stays until it is read. */
export const sayFailed = (title: string, error: Error): void => {
  notifications.show({
    color: 'red',
    autoClose: false,
    role: 'alert',
    closeButtonProps: { 'aria-label': strings.dismiss },
    title,
    message: error instanceof ApiError && error.status === 401 ? strings.session.expired : error.message,
  });
};
