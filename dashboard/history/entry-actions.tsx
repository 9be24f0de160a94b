import { useRouter } from '@tanstack/react-router';
import type { ChangelogEntry } from '../api.ts';
import { usePermitted } from '../session/session.ts';
import { CopyIcon } from '../shell/copy-icon.tsx';
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
      <CopyIcon
        what="link"
        size="sm"
        value={new URL(router.history.createHref(href), window.location.origin).href}
        label={strings.history.copyLink}
      />
      {writable && !current && <Restore app={app} entry={entry} />}
    </>
  );
};
