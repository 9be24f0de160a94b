import { Button, Menu } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { type ChangelogEntry, call } from '../api.ts';
import { type ChangelogSearch, changelogPath } from '../queries.ts';
import { useSession } from '../session/session.ts';
import { sayFailed } from '../shell/notify.tsx';
import { saveFile } from '../shell/save-file.ts';
import { strings } from '../strings.ts';
import { csvOf } from './csv.ts';

const everything = async (account: string, app: string, query: ChangelogSearch) => {
  const entries: ChangelogEntry[] = [];
  let cursor: string | null = null;
  do {
    const path: string = changelogPath(account, app, query, { limit: 200, cursor });
    const page = await call<ChangelogEntry[]>(path);
    entries.push(...page.result);
    cursor = page.info.cursor ?? null;
  } while (cursor !== null);
  return entries;
};

/** All entries that the filter lets through, not only those on the screen. */
export const ExportHistory = ({ app, query }: { readonly app: string; readonly query: ChangelogSearch }) => {
  const { account } = useSession();
  const save = useMutation({
    mutationFn: async (kind: 'csv' | 'json') => {
      const entries = await everything(account, app, query);
      if (kind === 'csv') saveFile('changelog.csv', csvOf(entries), 'text/csv');
      else saveFile('changelog.json', JSON.stringify(entries, null, 2), 'application/json');
    },
    onError: (error) => sayFailed(strings.history.exportFailed, error),
  });
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" leftSection={<IconDownload size={16} />} loading={save.isPending}>
          {strings.history.export}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => save.mutate('csv')}>{strings.history.csv}</Menu.Item>
        <Menu.Item onClick={() => save.mutate('json')}>{strings.history.json}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
};
