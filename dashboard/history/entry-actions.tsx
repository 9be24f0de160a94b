import { ActionIcon, Button, Group, Menu } from '@mantine/core';
import { IconArrowBackUp, IconDots, IconRestore, IconStack2 } from '@tabler/icons-react';
import { useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import type { ChangelogEntry, FlagEntry } from '../api.ts';
import { usePermitted } from '../session/session.ts';
import { CopyIcon } from '../shell/copy-icon.tsx';
import { historyStrings } from '../strings/history.ts';
import { strings } from '../strings.ts';
import { Restore } from './restore.tsx';
import { SegmentActions } from './segment-actions.tsx';
import { UndoDialog } from './undo-dialog.tsx';

interface EntryActionsProps {
  readonly app: string;
  readonly entry: ChangelogEntry;
}

type Open = 'undo' | 'commit' | 'restore' | null;

const LinkTo = ({ app, entry }: EntryActionsProps) => {
  const router = useRouter();
  const { href } = router.buildLocation({
    to: '/apps/$app/history',
    params: { app },
    search: { commit: entry.app_version, entry: entry.id },
  });
  return (
    <CopyIcon
      what="link"
      size="md"
      value={new URL(router.history.createHref(href), window.location.origin).href}
      label={strings.history.copyLink}
    />
  );
};

/** A change's link, and for those who may write: undoing it, undoing its commit, going back to it. */
export const EntryActions = ({ app, entry }: EntryActionsProps) =>
  entry.kind === 'segment' ? (
    <Group gap={2} wrap="nowrap">
      <SegmentActions app={app} entry={entry} />
      <LinkTo app={app} entry={entry} />
    </Group>
  ) : (
    <FlagActions app={app} entry={entry} />
  );

const FlagActions = ({ app, entry }: { readonly app: string; readonly entry: FlagEntry }) => {
  const writable = usePermitted('write');
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const name = historyStrings.undo.change(entry.flag_key, entry.version);
  return (
    <Group gap={2} wrap="nowrap">
      {writable && (
        <Button
          size="compact-sm"
          variant="subtle"
          leftSection={<IconArrowBackUp size={14} />}
          onClick={() => setOpen('undo')}
          aria-label={name}
        >
          {historyStrings.undo.short}
        </Button>
      )}
      <LinkTo app={app} entry={entry} />
      {writable && (
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon
              variant="subtle"
              color="gray"
              size="md"
              aria-label={historyStrings.more(`${entry.flag_key}, ${strings.history.version(entry.version)}`)}
            >
              <IconDots size={16} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<IconStack2 size={16} />} onClick={() => setOpen('commit')}>
              {historyStrings.undo.commit}
            </Menu.Item>
            <Menu.Item leftSection={<IconRestore size={16} />} onClick={() => setOpen('restore')}>
              {strings.restore.version(entry.flag_key, entry.version)}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
      {open === 'undo' && <UndoDialog app={app} target={{ kind: 'change', entry }} close={close} />}
      {open === 'commit' && (
        <UndoDialog app={app} target={{ kind: 'commit', commit: entry.app_version }} close={close} />
      )}
      {open === 'restore' && <Restore app={app} entry={entry} close={close} />}
    </Group>
  );
};
