import { ActionIcon, AppShell, Box, Burger, Button, Group, Kbd } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconKeyboard, IconSearch } from '@tabler/icons-react';
import { Outlet, useParams, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useEffect } from 'react';
import { FollowApp } from '../live/follow.tsx';
import { useConnection } from '../session/connection.ts';
import { useOtherTabs } from '../session/other-tabs.ts';
import { useSession } from '../session/session.ts';
import { strings } from '../strings.ts';
import { runCommand } from './commands.ts';
import { ConnectionBanner } from './connection-banner.tsx';
import { useFocusKeeper } from './focus-keeper.ts';
import { Logo } from './logo.tsx';
import { Navigation } from './navigation.tsx';
import { undoLast } from './notify.tsx';
import { SchemeSwitch } from './scheme-switch.tsx';
import { useShortcuts } from './shortcuts.ts';

// Not part of the first load: what most visits do without.
const ExpiredSession = lazy(async () => ({
  default: (await import('../session/expired.tsx')).ExpiredSession,
}));
const ShortcutHelp = lazy(async () => ({ default: (await import('./shortcut-help.tsx')).ShortcutHelp }));
const Palette = lazy(async () => ({ default: (await import('./palette.tsx')).Palette }));

const focusSearch = (openPalette: () => void): void => {
  const field = document.querySelector<HTMLInputElement>('input[data-search]');
  if (field === null) openPalette();
  else {
    field.focus();
    field.select();
  }
};

export const Frame = () => {
  const session = useSession();
  const expired = useConnection() === 'expired';
  useOtherTabs();
  const { app } = useParams({ strict: false });
  const [menu, toMenu] = useDisclosure(false);
  const [palette, toPalette] = useDisclosure(false);
  const [help, toHelp] = useDisclosure(false);
  const path = useRouterState({ select: (state) => state.location.pathname });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the phone's menu closes when the page changes, and only then.
  useEffect(toMenu.close, [path]);
  useFocusKeeper();
  useShortcuts([
    ['mod+K', toPalette.open],
    ['mod+Z', undoLast],
    ['/', () => focusSearch(toPalette.open)],
    ['c', () => runCommand('create')],
    ['shift+?', toHelp.open],
    ['?', toHelp.open],
  ]);
  return (
    <AppShell
      layout="alt"
      header={{ height: 56 }}
      navbar={{ width: 236, breakpoint: 'sm', collapsed: { mobile: !menu } }}
      padding={{ base: 'md', md: 'xl' }}
    >
      <a href="#content" className="skip-link">
        {strings.skipToContent}
      </a>
      <AppShell.Header px="md" role="presentation">
        <Group
          component="section"
          aria-label={strings.nav.tools}
          h="100%"
          justify="space-between"
          wrap="nowrap"
        >
          <Group gap="xs" hiddenFrom="sm" wrap="nowrap">
            <Burger opened={menu} onClick={toMenu.toggle} size="sm" aria-label={strings.nav.menu} />
            <Logo size={24} />
          </Group>
          <Box visibleFrom="sm" />
          <Group gap="xs" wrap="nowrap">
            <Button
              variant="default"
              size="sm"
              visibleFrom="sm"
              leftSection={<IconSearch size={16} />}
              rightSection={<Kbd size="xs">{strings.palette.keys}</Kbd>}
              onClick={toPalette.open}
            >
              {strings.palette.open}
            </Button>
            <ActionIcon
              variant="default"
              size="lg"
              hiddenFrom="sm"
              aria-label={strings.palette.open}
              onClick={toPalette.open}
            >
              <IconSearch size={16} />
            </ActionIcon>
            <ActionIcon
              variant="default"
              size="lg"
              visibleFrom="sm"
              aria-label={strings.shortcuts.title}
              onClick={toHelp.open}
            >
              <IconKeyboard size={18} />
            </ActionIcon>
            <SchemeSwitch />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="md" aria-label={strings.nav.label}>
        <Navigation session={session} app={app ?? null} closeMenu={toMenu.close} />
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1} bg="var(--halyard-canvas)">
        <Box maw={1180} mx="auto">
          <ConnectionBanner />
          <Outlet />
        </Box>
      </AppShell.Main>
      {app !== undefined && <FollowApp app={app} />}
      <Suspense>
        {expired && <ExpiredSession />}
        {help && <ShortcutHelp close={toHelp.close} />}
        {palette && <Palette app={app ?? null} close={toPalette.close} />}
      </Suspense>
    </AppShell>
  );
};
