import { Button, Group, Stack, TextInput, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus, IconSearch, IconUsersGroup } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';
import { ApiError } from '../api.ts';
import { useAppName } from '../apps/app-name.ts';
import { useSearch } from '../flags/use-search.ts';
import { segmentsQuery } from '../queries.ts';
import { usePermitted, useSession } from '../session/session.ts';
import { useCommand } from '../shell/commands.ts';
import { Empty, Failure, Loading } from '../shell/states.tsx';
import { useTitle } from '../shell/title.ts';
import { WindowList } from '../shell/window-list.tsx';
import { segmentPage as words } from '../strings/segment-page.ts';
import { CreateSegment } from './create-segment.tsx';
import { SegmentRow } from './segment-row.tsx';

const route = getRouteApi('/signed-in/apps/$app/segments');

export const SegmentsPage = () => {
  const { app } = route.useParams();
  const { q: inAddress = '' } = route.useSearch();
  const navigate = route.useNavigate();
  const { account } = useSession();
  const writable = usePermitted('write');
  const [creating, create] = useDisclosure(false);
  const [text, type] = useSearch(
    inAddress,
    (q) => void navigate({ search: q === '' ? {} : { q }, replace: true }),
  );
  const segments = useInfiniteQuery(segmentsQuery(account, app, text));
  const list = useMemo(() => segments.data?.pages.flatMap(({ result }) => result) ?? [], [segments.data]);
  const { isFetchingNextPage, fetchNextPage } = segments;
  const loadMore = useCallback(
    () => void (isFetchingNextPage || fetchNextPage()),
    [isFetchingNextPage, fetchNextPage],
  );
  useTitle(words.title, useAppName(app));
  useCommand('create', words.create.title, writable ? create.open : null);
  if (segments.error instanceof ApiError && segments.error.status === 404) {
    return <Failure whole error={segments.error} retry={() => void segments.refetch()} />;
  }
  const createButton = writable && (
    <Button leftSection={<IconPlus size={16} />} onClick={create.open}>
      {words.create.title}
    </Button>
  );
  const clear = (
    <Button variant="default" onClick={() => type('')}>
      {words.clear}
    </Button>
  );
  return (
    <Stack>
      <Group justify="space-between">
        <Title order={1} size="h2">
          {words.title}
        </Title>
        {createButton}
      </Group>
      <TextInput
        type="search"
        aria-label={words.search}
        placeholder={words.searchHint}
        leftSection={<IconSearch size={16} />}
        value={text}
        data-search
        onChange={(event) => type(event.currentTarget.value)}
      />
      {segments.isPending ? (
        <Loading rows={4} height={70} />
      ) : segments.isError && list.length === 0 ? (
        <Failure error={segments.error} retry={() => void segments.refetch()} />
      ) : list.length === 0 ? (
        <Empty
          icon={<IconUsersGroup />}
          title={text === '' ? words.none : words.noneFound}
          action={text === '' ? createButton : clear}
        >
          {text === '' ? words.noneHelp : words.noneFoundHelp}
        </Empty>
      ) : (
        <WindowList
          items={list}
          more={segments.hasNextPage}
          loadMore={loadMore}
          row={(segment) => <SegmentRow app={app} segment={segment} />}
          said={words.count(list.length, segments.hasNextPage)}
        />
      )}
      {creating && <CreateSegment app={app} close={create.close} />}
    </Stack>
  );
};
