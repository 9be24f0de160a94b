import { ActionIcon, type ActionIconProps, Tooltip } from '@mantine/core';
import { IconCheck, IconCopy, IconLink } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { strings } from '../strings.ts';
import { copyText } from './copy-text.ts';
import { sayFailed } from './notify.tsx';

const SAID_MS = 2_000;

interface CopyIconProps extends ActionIconProps {
  readonly value: string;
  readonly label: string;
  readonly what?: 'text' | 'link';
}

/** Copies a text and says so for a moment, or says that the browser would not. */
export const CopyIcon = ({ value, label, what = 'text', ...icon }: CopyIconProps) => {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), SAID_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async (): Promise<void> => {
    if (await copyText(value)) setCopied(true);
    else sayFailed(strings.copyFailed, new Error(strings.copyYourself));
  };
  const Icon = copied ? IconCheck : what === 'link' ? IconLink : IconCopy;
  return (
    <Tooltip label={copied ? strings.copied : label}>
      <ActionIcon
        variant="subtle"
        color={copied ? 'green' : 'gray'}
        {...icon}
        onClick={() => void copy()}
        aria-label={copied ? strings.copied : label}
      >
        <Icon size={16} />
      </ActionIcon>
    </Tooltip>
  );
};
