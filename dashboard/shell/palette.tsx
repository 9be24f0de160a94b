import { VisuallyHidden } from '@mantine/core';
import { Spotlight, type SpotlightActionData, spotlight } from '@mantine/spotlight';
import '@mantine/spotlight/styles.css';
import {
  IconApps,
  IconBolt,
  IconClipboardList,
  IconFlag,
  IconHistory,
  IconKey,
  IconSearch,
  IconSettings,
  IconWorld,
} from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { permits } from '../api.ts';
import { appsQuery, flagsQuery } from '../queries.ts';
import { useSession } from '../session/session.ts';
import { accountLogStrings } from '../strings/account-log.ts';
import { strings } from '../strings.ts';
import { useCommands } from './commands.ts';
import classes from './palette.module.css';

const useFound = (app: string | null, q: string) => {
  const { account } = useSession();
  const flags = useInfiniteQuery({ ...flagsQuery(account, app ?? '', { q }), enabled: app !== null });
  return flags.data?.pages[0]?.result.slice(0, q === '' ? 5 : 20) ?? [];
};

/** Goes anywhere and does anything by name: pages, apps, flags (searched on the server) and what the page in front offers. */
export const Palette = ({ app, close }: { readonly app: string | null; readonly close: () => void }) => {
  const session = useSession();
  const navigate = useNavigate();
  const commands = useCommands();
  const [q, setQ] = useState('');
  const apps = useQuery(appsQuery(session.account)).data ?? [];
  const found = useFound(app, q);
  useEffect(() => {
    spotlight.open();
    return spotlight.close;
  }, []);

  const pages: readonly SpotlightActionData[] =
    app === null
      ? []
      : [
          {
            id: 'flags',
            label: strings.flags.title,
            leftSection: <IconFlag size={18} />,
            onClick: () => void navigate({ to: '/apps/$app/flags', params: { app } }),
          },
          {
            id: 'history',
            label: strings.history.title,
            leftSection: <IconHistory size={18} />,
            onClick: () => void navigate({ to: '/apps/$app/history', params: { app } }),
          },
          {
            id: 'edges',
            label: strings.edges.title,
            leftSection: <IconWorld size={18} />,
            onClick: () => void navigate({ to: '/apps/$app/edges', params: { app } }),
          },
          {
            id: 'settings',
            label: strings.settings.title,
            leftSection: <IconSettings size={18} />,
            onClick: () => void navigate({ to: '/apps/$app/settings', params: { app } }),
          },
        ];
  const ofAccount: readonly SpotlightActionData[] = [
    {
      id: 'apps',
      label: strings.apps.title,
      leftSection: <IconApps size={18} />,
      onClick: () => void navigate({ to: '/' }),
    },
    ...(permits(session, 'admin')
      ? [
          {
            id: 'tokens',
            label: strings.tokens.title,
            leftSection: <IconKey size={18} />,
            onClick: () => void navigate({ to: '/tokens' }),
          },
          {
            id: 'account-log',
            label: accountLogStrings.title,
            leftSection: <IconClipboardList size={18} />,
            onClick: () => void navigate({ to: '/log' }),
          },
        ]
      : []),
  ];
  return (
    <Spotlight
      query={q}
      onQueryChange={setQ}
      onSpotlightClose={close}
      shortcut={null}
      title={<VisuallyHidden>{strings.palette.open}</VisuallyHidden>}
      classNames={{ header: classes['header'] ?? '' }}
      scrollable
      maxHeight={420}
      highlightQuery
      nothingFound={strings.palette.nothing}
      searchProps={{
        leftSection: <IconSearch size={18} />,
        placeholder: strings.palette.hint,
        'aria-label': strings.palette.open,
      }}
      actions={[
        {
          group: strings.palette.actions,
          actions: commands.map((command) => ({
            id: `command-${command.id}`,
            label: command.label,
            leftSection: <IconBolt size={18} />,
            onClick: command.run,
          })),
        },
        {
          group: strings.flags.title,
          actions: found.map((flag) => ({
            id: `flag-${flag.key}`,
            label: flag.key,
            description: flag.description ?? '',
            leftSection: <IconFlag size={18} />,
            onClick: () =>
              app !== null && void navigate({ to: '/apps/$app/flags/$key', params: { app, key: flag.key } }),
          })),
        },
        { group: strings.palette.pages, actions: [...pages, ...ofAccount] },
        {
          group: strings.apps.title,
          actions: apps.map((each) => ({
            id: `app-${each.id}`,
            label: each.name,
            leftSection: <IconApps size={18} />,
            onClick: () => void navigate({ to: '/apps/$app/flags', params: { app: each.id } }),
          })),
        },
      ]}
    />
  );
};
