import { VisuallyHidden } from '@mantine/core';
import { Spotlight, type SpotlightActionData, spotlight } from '@mantine/spotlight';
import '@mantine/spotlight/styles.css';
import { useDebouncedValue } from '@mantine/hooks';
import { IconApps, IconBolt, IconFlag, IconSearch, IconUsersGroup } from '@tabler/icons-react';
import { useQueries, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { App, StoredFlag, StoredSegment } from '../api.ts';
import { appsQuery, fewFlagsQuery, fewSegmentsQuery } from '../queries.ts';
import { useSession } from '../session/session.ts';
import { segmentPage } from '../strings/segment-page.ts';
import { strings } from '../strings.ts';
import { useCommands } from './commands.ts';
import classes from './palette.module.css';
import { usePages } from './palette-pages.tsx';

/** An account may have thousands: so many are searched, the open one first. */
const APPS_SEARCHED = 24;
const SEGMENTS_SHOWN = 8;
const PAUSE_MS = 120;

interface Found {
  readonly app: App;
  readonly flags: readonly StoredFlag[];
}

/** A few segments of the open app; none before something is typed. */
const useFoundSegments = (app: string | null, typed: string): readonly StoredSegment[] => {
  const { account } = useSession();
  const [q] = useDebouncedValue(typed.trim(), PAUSE_MS);
  const wanted = app !== null && q !== '';
  const found = useQuery({ ...fewSegmentsQuery(account, app ?? '', q), enabled: wanted }).data ?? [];
  return wanted ? found.slice(0, SEGMENTS_SHOWN) : [];
};

const useFound = (app: string | null, apps: readonly App[], typed: string): readonly Found[] => {
  const { account } = useSession();
  const [q] = useDebouncedValue(typed.trim(), PAUSE_MS);
  const open = apps.filter((each) => each.id === app);
  const others = q === '' ? [] : apps.filter((each) => each.id !== app);
  const searched = [...open, ...others].slice(0, APPS_SEARCHED);
  const answers = useQueries({
    queries: searched.map((each) => fewFlagsQuery(account, each.id, q)),
  });
  return searched.map((each, index) => ({ app: each, flags: answers[index]?.data ?? [] }));
};

/** Every piece that was typed is in the name, in any order. */
const fits = (name: string, typed: string): boolean => {
  const text = name.toLowerCase();
  return typed
    .toLowerCase()
    .split(/\s+/)
    .every((piece) => text.includes(piece));
};

/** Goes anywhere and does anything by name: pages, apps, flags (searched on the server) and what the page in front offers. */
export const Palette = ({ app, close }: { readonly app: string | null; readonly close: () => void }) => {
  const session = useSession();
  const navigate = useNavigate();
  const pages = usePages(app);
  const commands = useCommands();
  const [q, setQ] = useState('');
  const apps = useQuery(appsQuery(session.account)).data ?? [];
  const found = useFound(app, apps, q);
  const segments = useFoundSegments(app, q);
  const fitting = (actions: readonly SpotlightActionData[]): SpotlightActionData[] =>
    actions.filter((action) => fits(`${action.label} ${action.description ?? ''}`, q));
  useEffect(() => {
    spotlight.open();
    return spotlight.close;
  }, []);

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
      // The lists are searched already: by pieces, here and on the server.
      filter={(_, groups) => groups}
      nothingFound={strings.palette.nothing}
      searchProps={{
        leftSection: <IconSearch size={18} />,
        placeholder: strings.palette.hint,
        'aria-label': strings.palette.open,
      }}
      actions={[
        {
          group: strings.palette.actions,
          actions: fitting(
            commands.map((command) => ({
              id: `command-${command.id}`,
              label: command.label,
              leftSection: <IconBolt size={18} />,
              onClick: command.run,
            })),
          ),
        },
        ...found.map(({ app: of, flags }) => ({
          group: of.id === app ? strings.flags.title : of.name,
          actions: flags.map((flag) => ({
            id: `flag-${of.id}-${flag.key}`,
            label: flag.key,
            description: flag.description ?? '',
            leftSection: <IconFlag size={18} />,
            onClick: () =>
              void navigate({ to: '/apps/$app/flags/$key', params: { app: of.id, key: flag.key } }),
          })),
        })),
        {
          group: segmentPage.title,
          actions: segments.map(({ key, description }) => ({
            id: `segment-${key}`,
            label: key,
            description: description ?? '',
            leftSection: <IconUsersGroup size={18} />,
            onClick: () => void navigate({ to: '/apps/$app/segments/$key', params: { app: app ?? '', key } }),
          })),
        },
        { group: strings.palette.pages, actions: fitting(pages) },
        {
          group: strings.apps.title,
          actions: fitting(
            apps.map((each) => ({
              id: `app-${each.id}`,
              label: each.name,
              leftSection: <IconApps size={18} />,
              onClick: () => void navigate({ to: '/apps/$app/flags', params: { app: each.id } }),
            })),
          ),
        },
      ]}
    />
  );
};
