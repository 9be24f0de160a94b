import { ActionIcon, CopyButton, Tooltip } from '@mantine/core';
import { IconCheck, IconLink } from '@tabler/icons-react';
import { useRouter } from '@tanstack/react-router';
import type { ChangelogEntry } from '../api.ts';
import { usePermitted } from '../session/session.ts';
import { strings } from '../strings.ts';
import { Restore } from './restore.tsx';

interface EntryActionsProps {
  readonly app: string;
  readonly entry: ChangelogEntry;
  /** What the entry left is what is there now. */
  readonly current: boolean;
}

export const EntryActions = ({ app, entry, current }: EntryActionsProps) => {
  const writable = usePermitted('write');
  const router = useRouter();
  const { href } = router.buildLocation({
    to: '/apps/$app/history',
    params: { app },
    search: { flag: entry.flag_key, entry: entry.id },
  });
  return (
    <>
      <CopyButton value={new URL(router.history.createHref(href), window.location.origin).href}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? strings.copied : strings.history.copyLink}>
            <ActionIcon
              size="sm"
              variant="subtle"
              color="gray"
              onClick={copy}
              aria-label={copied ? strings.copied : strings.history.copyLink}
            >
              {copied ? <IconCheck size={14} /> : <IconLink size={14} />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
      {writable && !current && <Restore app={app} entry={entry} />}
    </>
  );
};
