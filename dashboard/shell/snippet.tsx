import { ActionIcon, Code, CopyButton, Group, Text, Tooltip } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { strings } from '../strings.ts';

export const CopyIcon = ({ value, label }: { readonly value: string; readonly label: string }) => (
  <CopyButton value={value}>
    {({ copied, copy }) => (
      <Tooltip label={copied ? strings.copied : strings.copy}>
        <ActionIcon
          variant="subtle"
          color={copied ? 'green' : 'gray'}
          onClick={copy}
          aria-label={copied ? strings.copied : label}
        >
          {copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
        </ActionIcon>
      </Tooltip>
    )}
  </CopyButton>
);

/** Code to paste, with the button that copies it. */
export const Snippet = ({ label, code }: { readonly label: string; readonly code: string }) => (
  <div>
    <Group justify="space-between" mb={4}>
      <Text size="sm" fw={500}>
        {label}
      </Text>
      <CopyIcon value={code} label={`${strings.copy}: ${label}`} />
    </Group>
    <Code block tabIndex={0} aria-label={label}>
      {code}
    </Code>
  </div>
);
