import { Code, Group, Text } from '@mantine/core';
import { strings } from '../strings.ts';
import { CopyIcon } from './copy-icon.tsx';

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
