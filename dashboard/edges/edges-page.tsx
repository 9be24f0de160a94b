import { Card, Stack, Table, Text, Title } from '@mantine/core';
import { IconWorld } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { EdgeReceipt } from '../api.ts';
import { propagationQuery } from '../queries.ts';
import { useSession } from '../session/session.ts';
import { Mark } from '../shell/mark.tsx';
import { Moment } from '../shell/moment.tsx';
import { Empty, Failure, Loading } from '../shell/states.tsx';
import { useTitle } from '../shell/title.ts';
import { strings } from '../strings.ts';

const route = getRouteApi('/signed-in/apps/$app/edges');
const REFRESH_MS = 2_000;

const State = ({ edge, version }: { readonly edge: EdgeReceipt; readonly version: number }) => {
  if (edge.applied_version === null) return <Mark tone="plain">{strings.edges.idle}</Mark>;
  const behind = version - edge.applied_version;
  return behind > 0 ? (
    <Mark tone="bad">{strings.edges.behind(behind)}</Mark>
  ) : (
    <Mark tone="good">{strings.edges.current}</Mark>
  );
};

export const EdgesPage = () => {
  const { app } = route.useParams();
  const { account } = useSession();
  useTitle(strings.edges.title);
  const propagation = useQuery({ ...propagationQuery(account, app), refetchInterval: REFRESH_MS });
  return (
    <Stack>
      <div>
        <Title order={1} size="h2">
          {strings.edges.title}
        </Title>
        <Text c="dimmed">{strings.edges.lead}</Text>
      </div>
      {propagation.isPending ? (
        <Loading rows={2} />
      ) : propagation.isError ? (
        <Failure error={propagation.error} retry={() => void propagation.refetch()} />
      ) : propagation.data.edges.length === 0 ? (
        <Empty icon={<IconWorld />} title={strings.edges.none}>
          {strings.edges.noneHelp}
        </Empty>
      ) : (
        <Card withBorder p={0} bg="var(--halyard-surface)">
          <Table.ScrollContainer minWidth={520} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
            <Table verticalSpacing="sm" horizontalSpacing="md">
              <Table.Caption>{strings.edges.version(propagation.data.version)}</Table.Caption>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{strings.edges.id}</Table.Th>
                  <Table.Th>{strings.edges.applied}</Table.Th>
                  <Table.Th>{strings.edges.lag}</Table.Th>
                  <Table.Th>{strings.edges.seen}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {propagation.data.edges.map((edge) => (
                  <Table.Tr key={edge.id}>
                    <Table.Td ff="monospace">{edge.id}</Table.Td>
                    <Table.Td>
                      {edge.applied_version ?? '–'} <State edge={edge} version={propagation.data.version} />
                    </Table.Td>
                    <Table.Td>
                      {edge.applied_version === null ? '–' : `${Math.round(edge.lag_ms)} ms`}
                    </Table.Td>
                    <Table.Td>
                      <Moment at={edge.last_seen} />
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        </Card>
      )}
    </Stack>
  );
};
