import { Modal, Stack, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { sessionStrings } from '../strings/session.ts';
import { strings } from '../strings.ts';
import { TokenForm } from './token-form.tsx';

/** Lies over the page and whatever dialog is open, instead of leaving it, so that nothing typed is lost. */
const ABOVE_DIALOGS = 1_000;

export const ExpiredSession = () => {
  const client = useQueryClient();
  return (
    <Modal
      opened
      onClose={() => undefined}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      title={strings.session.expired}
      zIndex={ABOVE_DIALOGS}
      centered
    >
      <Stack>
        <Text size="sm">{strings.session.expiredHelp}</Text>
        <Text size="sm" c="dimmed">
          {sessionStrings.elsewhere}
        </Text>
        <TokenForm onSignedIn={() => void client.invalidateQueries()} />
      </Stack>
    </Modal>
  );
};
