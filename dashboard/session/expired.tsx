import { Modal, Stack, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { strings } from '../strings.ts';
import { useConnection } from './connection.ts';
import { TokenForm } from './token-form.tsx';

/** Lies over the page instead of leaving it, so that nothing typed is lost. */
export const ExpiredSession = () => {
  const expired = useConnection() === 'expired';
  const client = useQueryClient();
  const goOn = () => {
    void client.invalidateQueries();
  };
  return (
    <Modal
      opened={expired}
      onClose={() => undefined}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      title={strings.session.expired}
      centered
    >
      <Stack>
        <Text size="sm">{strings.session.expiredHelp}</Text>
        <TokenForm onSignedIn={goOn} />
      </Stack>
    </Modal>
  );
};
