import {
  ActionIcon,
  Box,
  Burger,
  Divider,
  Group,
  Menu,
  NavLink,
  type NavLinkProps,
  ScrollArea,
  Stack,
  Text,
  Tooltip,
  UnstyledButton,
  VisuallyHidden,
} from '@mantine/core';
import {
  IconApps,
  IconChevronDown,
  IconClipboardList,
  IconFlag,
  IconHistory,
  IconKey,
  IconLogout,
  IconPlugConnected,
  IconSettings,
  IconUsersGroup,
  IconWorld,
} from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createLink, useNavigate } from '@tanstack/react-router';
import type { ComponentProps } from 'react';
import { permits, type Session } from '../api.ts';
import { appsQuery } from '../queries.ts';
import { signOut } from '../session/session.ts';
import { accountLogStrings } from '../strings/account-log.ts';
import { connectStrings } from '../strings/connect.ts';
import { segmentPage } from '../strings/segment-page.ts';
import { strings } from '../strings.ts';
import { Logo } from './logo.tsx';
import classes from './navigation.module.css';

const NavAnchor = (props: NavLinkProps & Omit<ComponentProps<'a'>, keyof NavLinkProps>) => (
  <NavLink component="a" {...props} />
);
const RoutedNavLink = createLink(NavAnchor);
const active = { className: classes['active'] ?? '', 'aria-current': 'page' } as const;

const AppSwitcher = ({ session, app }: { readonly session: Session; readonly app: string }) => {
  const apps = useQuery(appsQuery(session.account)).data ?? [];
  const navigate = useNavigate();
  const name = apps.find((each) => each.id === app)?.name ?? '…';
  return (
    <Menu width="target" position="bottom-start">
      <Menu.Target>
        <UnstyledButton className={classes['switcher']}>
          <Box miw={0}>
            <Text size="xs" c="dimmed">
              {strings.nav.app}
            </Text>
            <Text fw={600} truncate>
              {name}
            </Text>
          </Box>
          <VisuallyHidden>{strings.nav.chooseAnother}</VisuallyHidden>
          <IconChevronDown size={16} aria-hidden="true" />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown mah={320} style={{ overflowY: 'auto' }}>
        {apps.map((each) => (
          <Menu.Item
            key={each.id}
            fw={each.id === app ? 600 : 400}
            onClick={() => void navigate({ to: '/apps/$app/flags', params: { app: each.id } })}
          >
            {each.name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
};

interface NavigationProps {
  readonly session: Session;
  readonly app: string | null;
  readonly closeMenu: () => void;
}

export const Navigation = ({ session, app, closeMenu }: NavigationProps) => {
  const client = useQueryClient();
  const navigate = useNavigate();
  const leave = async () => {
    await signOut().catch(() => undefined);
    client.clear();
    await navigate({ to: '/sign-in' });
  };
  return (
    <>
      <Group justify="space-between" mb="lg">
        <Logo />
        <Burger opened onClick={closeMenu} hiddenFrom="sm" size="sm" aria-label={strings.nav.closeMenu} />
      </Group>
      <ScrollArea flex={1}>
        <Stack gap={2}>
          {app !== null && (
            <>
              <AppSwitcher session={session} app={app} />
              <RoutedNavLink
                to="/apps/$app/flags"
                params={{ app }}
                label={strings.flags.title}
                leftSection={<IconFlag size={18} />}
                activeProps={active}
              />
              <RoutedNavLink
                to="/apps/$app/segments"
                params={{ app }}
                label={segmentPage.title}
                leftSection={<IconUsersGroup size={18} />}
                activeProps={active}
              />
              <RoutedNavLink
                to="/apps/$app/history"
                params={{ app }}
                label={strings.history.title}
                leftSection={<IconHistory size={18} />}
                activeProps={active}
              />
              <RoutedNavLink
                to="/apps/$app/edges"
                params={{ app }}
                label={strings.edges.title}
                leftSection={<IconWorld size={18} />}
                activeProps={active}
              />
              <RoutedNavLink
                to="/apps/$app/connect"
                params={{ app }}
                label={connectStrings.title}
                leftSection={<IconPlugConnected size={18} />}
                activeProps={active}
              />
              <RoutedNavLink
                to="/apps/$app/settings"
                params={{ app }}
                label={strings.settings.title}
                leftSection={<IconSettings size={18} />}
                activeProps={active}
              />
              <Divider my="sm" />
            </>
          )}
          <RoutedNavLink
            to="/"
            label={strings.apps.title}
            leftSection={<IconApps size={18} />}
            activeOptions={{ exact: true }}
            activeProps={active}
          />
          {permits(session, 'admin') && (
            <RoutedNavLink
              to="/tokens"
              label={strings.tokens.title}
              leftSection={<IconKey size={18} />}
              activeProps={active}
            />
          )}
          {permits(session, 'admin') && session.app_ids === null && (
            <RoutedNavLink
              to="/log"
              label={accountLogStrings.title}
              leftSection={<IconClipboardList size={18} />}
              activeProps={active}
            />
          )}
        </Stack>
      </ScrollArea>
      <Divider my="sm" />
      <Group justify="space-between" wrap="nowrap">
        <Box miw={0}>
          <Text size="sm" fw={600} truncate>
            {session.name}
          </Text>
          <Text size="xs" c="dimmed">
            {strings.permissions[session.permission].name} · {session.account}
          </Text>
        </Box>
        <Tooltip label={strings.session.signOut}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            aria-label={strings.session.signOut}
            onClick={() => void leave()}
          >
            <IconLogout size={18} />
          </ActionIcon>
        </Tooltip>
      </Group>
    </>
  );
};
