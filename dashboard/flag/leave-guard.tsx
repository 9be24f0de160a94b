import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useBlocker } from '@tanstack/react-router';
import { strings } from '../strings.ts';

/** Asks before unsaved work is left behind; moving between the tabs of the same flag leaves nothing. */
export const LeaveGuard = ({ dirty }: { readonly dirty: boolean }) => {
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) => dirty && current.pathname !== next.pathname,
    enableBeforeUnload: dirty,
    withResolver: true,
  });
  const blocked = blocker.status === 'blocked';
  return (
    <Modal opened={blocked} onClose={() => blocker.reset?.()} title={strings.leave.title} centered>
      <Stack>
        <Text size="sm">{strings.leave.help}</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={() => blocker.reset?.()} data-autofocus>
            {strings.leave.stay}
          </Button>
          <Button color="red" onClick={() => blocker.proceed?.()}>
            {strings.leave.leave}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
};
