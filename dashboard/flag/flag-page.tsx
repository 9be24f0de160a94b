import { Button, Group, Stack, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Timeline } from '../history/timeline.tsx';
import { flagQuery } from '../queries.ts';
import { useSession } from '../session/session.ts';
import { Failure, Loading } from '../shell/states.tsx';
import { useTitle } from '../shell/title.ts';
import { strings } from '../strings.ts';
import { FlagHeader } from './flag-header.tsx';
import { RampCard } from './ramp-card.tsx';
import { RuleList } from './rule-list.tsx';

const route = getRouteApi('/signed-in/apps/$app/flags/$key');

export const FlagPage = () => {
  const { app, key } = route.useParams();
  const { entry } = route.useSearch();
  const { account } = useSession();
  useTitle(key);
  const flag = useQuery(flagQuery(account, app, key));
  if (flag.isPending) return <Loading rows={3} height={120} />;
  if (flag.isError) return <Failure error={flag.error} retry={() => void flag.refetch()} />;
  return (
    <Stack gap="lg">
      <FlagHeader app={app} flag={flag.data} />
      <RampCard app={app} flag={flag.data} />
      <RuleList flag={flag.data} />
      <section aria-label={strings.flag.recent}>
        <Group justify="space-between" mb="sm">
          <Title order={2} size="h4">
            {strings.flag.recent}
          </Title>
          <Button
            variant="subtle"
            size="compact-sm"
            renderRoot={(props) => (
              <Link to="/apps/$app/history" params={{ app }} search={{ flag: key }} {...props} />
            )}
          >
            {strings.flag.allChanges}
          </Button>
        </Group>
        <Timeline app={app} query={{ flag: key }} named={false} highlighted={entry} />
      </section>
    </Stack>
  );
};
