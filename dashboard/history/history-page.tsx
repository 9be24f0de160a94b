import { Stack, Title } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useTitle } from '../shell/title.ts';
import { strings } from '../strings.ts';
import { Timeline } from './timeline.tsx';

const route = getRouteApi('/signed-in/apps/$app/history');

export const HistoryPage = () => {
  const { app } = route.useParams();
  const { entry, ...query } = route.useSearch();
  useTitle(strings.history.title);
  return (
    <Stack>
      <Title order={1} size="h2">
        {strings.history.title}
      </Title>
      <Timeline app={app} query={query} named highlighted={entry} />
    </Stack>
  );
};
