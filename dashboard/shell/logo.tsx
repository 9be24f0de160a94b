import { Group, Text } from '@mantine/core';
import { strings } from '../strings.ts';

export const Logo = ({ size = 28 }: { readonly size?: number }) => (
  <Group gap={10} wrap="nowrap">
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="#03667a" />
      <path d="M10 6v20" stroke="#fff" strokeWidth="2.5" strokeLinecap="round" />
      <path d="M11 7.5c4-2.4 7 2.2 12.5 0v9.6c-5.500 2.200-8.500-2.400-12.500 0z" fill="#fff" />
    </svg>
    <Text component="span" fw={700} fz={size * 0.64} lh={1} style={{ letterSpacing: '-0.02em' }}>
      {strings.product}
    </Text>
  </Group>
);
