import { Group, Kbd, Modal, Stack, Text } from '@mantine/core';
import { strings } from '../strings.ts';

export const ShortcutHelp = ({ close }: { readonly close: () => void }) => (
  <Modal opened onClose={close} title={strings.shortcuts.title}>
    <Stack gap="xs" component="dl" m={0}>
      {strings.shortcuts.list.map(([keys, meaning]) => (
        <Group key={keys} justify="space-between">
          <Text component="dt" size="sm">
            {meaning}
          </Text>
          <dd style={{ margin: 0 }}>
            <Kbd>{keys}</Kbd>
          </dd>
        </Group>
      ))}
    </Stack>
  </Modal>
);
