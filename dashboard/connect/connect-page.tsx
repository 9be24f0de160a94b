import { Button, Card, Group, Stack, Tabs, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useAppName } from '../apps/app-name.ts';
import { edgeUrl } from '../place.ts';
import { fewFlagsQuery } from '../queries.ts';
import { usePermitted, useSession } from '../session/session.ts';
import { Snippet } from '../shell/snippet.tsx';
import { useTitle } from '../shell/title.ts';
import { connectStrings } from '../strings/connect.ts';
import { codeOf, GUIDES } from './guides.ts';

const route = getRouteApi('/signed-in/apps/$app/connect');
/** Until the app has a flag of its own. */
const ANY_FLAG = 'new-checkout';

export const ConnectPage = () => {
  const { app } = route.useParams();
  const { account } = useSession();
  const admin = usePermitted('admin');
  useTitle(connectStrings.title, useAppName(app));
  const flags = useQuery(fewFlagsQuery(account, app, '')).data ?? [];
  const flag = flags.find(({ type }) => type === 'boolean')?.key ?? ANY_FLAG;
  return (
    <Stack>
      <div>
        <Title order={1} size="h2">
          {connectStrings.title}
        </Title>
        <Text c="dimmed">{connectStrings.lead}</Text>
      </div>
      <Card withBorder component="section" aria-label={connectStrings.tokenTitle}>
        <Group justify="space-between">
          <Text size="sm">{connectStrings.tokenHelp}</Text>
          {admin ? (
            <Button variant="default" renderRoot={(props) => <Link to="/tokens" {...props} />}>
              {connectStrings.tokenCreate}
            </Button>
          ) : (
            <Text size="sm">{connectStrings.tokenAsk}</Text>
          )}
        </Group>
      </Card>
      <Card withBorder component="section" aria-label={connectStrings.code}>
        <Tabs defaultValue="http" keepMounted={false}>
          <Tabs.List mb="md">
            {GUIDES.map((guide) => (
              <Tabs.Tab key={guide} value={guide}>
                {connectStrings.tabs[guide]}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          {GUIDES.map((guide) => {
            const { install, code } = codeOf(guide, { edge: edgeUrl(), app, flag });
            return (
              <Tabs.Panel key={guide} value={guide}>
                <Stack>
                  <Text size="sm" c="dimmed">
                    {connectStrings.notes[guide]}
                  </Text>
                  {install !== null && <Snippet label={connectStrings.install} code={install} />}
                  <Snippet label={connectStrings.code} code={code} />
                </Stack>
              </Tabs.Panel>
            );
          })}
        </Tabs>
      </Card>
    </Stack>
  );
};
