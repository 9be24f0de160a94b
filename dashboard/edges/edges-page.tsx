import { Stack, Text, Title } from '@mantine/core';
import { IconWorld } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { EdgeReceipt } from '../api.ts';
import { useAppName } from '../apps/app-name.ts';
import { propagationQuery } from '../queries.ts';
import { useSession } from '../session/session.ts';
import { Mark } from '../shell/mark.tsx';
import { Moment } from '../shell/moment.tsx';
import { StackedCell, StackedRow, StackedTable } from '../shell/stacked-table.tsx';
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

/** `published`: the version in the flag cache, where edges do not report. */
const Nobody = ({ published }: { readonly published: number | null | undefined }) =>
  published === undefined ? (
    <Empty icon={<IconWorld />} title={strings.edges.none}>
      {strings.edges.noneHelp}
    </Empty>
  ) : (
    <Empty icon={<IconWorld />} title={strings.edges.unreported}>
      {strings.edges.published(published)}
    </Empty>
  );

export const EdgesPage = () => {
  const { app } = route.useParams();
  const { account } = useSession();
  useTitle(strings.edges.title, useAppName(app));
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
        <Nobody published={propagation.data.published_version} />
      ) : (
        <StackedTable
          columns={[strings.edges.id, strings.edges.applied, strings.edges.lag, strings.edges.seen]}
          caption={strings.edges.version(propagation.data.version)}
        >
          {propagation.data.edges.map((edge) => (
            <StackedRow key={edge.id}>
              <StackedCell ff="monospace">{edge.id}</StackedCell>
              <StackedCell label={strings.edges.applied}>
                <div>
                  {edge.applied_version ?? '–'} <State edge={edge} version={propagation.data.version} />
                </div>
              </StackedCell>
              <StackedCell label={strings.edges.lag}>
                {edge.applied_version === null ? '–' : `${Math.round(edge.lag_ms)} ms`}
              </StackedCell>
              <StackedCell label={strings.edges.seen}>
                <Moment at={edge.last_seen} />
              </StackedCell>
            </StackedRow>
          ))}
        </StackedTable>
      )}
    </Stack>
  );
};
