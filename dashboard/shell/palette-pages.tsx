import type { SpotlightActionData } from '@mantine/spotlight';
import {
  IconApps,
  IconClipboardList,
  IconFlag,
  IconHistory,
  IconKey,
  IconSettings,
  IconUsersGroup,
  IconWorld,
} from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { permits } from '../api.ts';
import { useSession } from '../session/session.ts';
import { accountLogStrings } from '../strings/account-log.ts';
import { segmentPage } from '../strings/segment-page.ts';
import { strings } from '../strings.ts';

/** Every page of the open app, and those of the account that may be seen. */
export const usePages = (app: string | null): readonly SpotlightActionData[] => {
  const session = useSession();
  const navigate = useNavigate();
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
            id: 'segments',
            label: segmentPage.title,
            leftSection: <IconUsersGroup size={18} />,
            onClick: () => void navigate({ to: '/apps/$app/segments', params: { app } }),
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
  return [...pages, ...ofAccount];
};
