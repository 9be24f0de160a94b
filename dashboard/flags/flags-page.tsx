import { Button, Group, SegmentedControl, Stack, TextInput, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconFlag, IconPlus, IconSearch } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useEffect, useMemo, useState } from 'react';
import { ApiError } from '../api.ts';
import { appsQuery, type FlagSearch, flagsQuery } from '../queries.ts';
import { usePermitted, useSession } from '../session/session.ts';
import { useCommand } from '../shell/commands.ts';
import { Empty, Failure, Loading } from '../shell/states.tsx';
import { useTitle } from '../shell/title.ts';
import { strings } from '../strings.ts';
import { FlagList } from './flag-list.tsx';

const CreateFlag = lazy(async () => ({ default: (await import('./create-flag.tsx')).CreateFlag }));
const route = getRouteApi('/signed-in/apps/$app/flags');

const SearchField = ({ q, onSearch }: { readonly q: string; readonly onSearch: (q: string) => void }) => {
  const [text, setText] = useState(q);
  useEffect(() => setText(q), [q]);
  return (
    <TextInput
      type="search"
      aria-label={strings.flags.search}
      placeholder={strings.flags.searchHint}
      leftSection={<IconSearch size={16} />}
      value={text}
      data-search
      flex={1}
      miw={160}
      onChange={(event) => {
        setText(event.currentTarget.value);
        onSearch(event.currentTarget.value);
      }}
    />
  );
};

export const FlagsPage = () => {
  const { app } = route.useParams();
  const query: FlagSearch = route.useSearch();
  const navigate = route.useNavigate();
  const { account } = useSession();
  const client = useQueryClient();
  const writable = usePermitted('write');
  const apps = useQuery(appsQuery(account));
  const flags = useInfiniteQuery(flagsQuery(account, app, query));
  const [creating, create] = useDisclosure(false);
  const name = apps.data?.find((each) => each.id === app)?.name ?? strings.flags.title;
  useTitle(strings.flags.title, name);
  useCommand('create', strings.createFlag.title, writable ? create.open : null);

  const filter = (change: FlagSearch) =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const list = useMemo(() => flags.data?.pages.flatMap((page) => page.result) ?? [], [flags.data]);
  const { isFetchingNextPage, fetchNextPage } = flags;
  const loadMore = useCallback(
    () => void (isFetchingNextPage || fetchNextPage()),
    [isFetchingNextPage, fetchNextPage],
  );
  const filtered = Boolean(query.q || query.tag || query.state);
  /** Asks at once: by the time the address and the page have followed, the answer is on its way. */
  const search = (q: string) => {
    const { q: _, ...rest } = query;
    void client.prefetchInfiniteQuery(flagsQuery(account, app, q === '' ? rest : { ...rest, q }));
    filter({ q });
  };
  const createButton = writable && (
    <Button leftSection={<IconPlus size={16} />} onClick={create.open}>
      {strings.createFlag.title}
    </Button>
  );
  if (flags.error instanceof ApiError && flags.error.status === 404) {
    return <Failure whole error={flags.error} retry={() => void flags.refetch()} />;
  }
  return (
    <Stack>
      <Group justify="space-between">
        <Title order={1} size="h2">
          {strings.flags.title}
        </Title>
        {createButton}
      </Group>
      <Group gap="sm">
        <SearchField q={query.q ?? ''} onSearch={search} />
        {query.tag && (
          <Button variant="light" size="sm" onClick={() => filter({ tag: '' })}>
            {strings.flags.tagFilter(query.tag)}
          </Button>
        )}
        <SegmentedControl
          aria-label={strings.flags.state}
          value={query.state ?? 'all'}
          onChange={(state) =>
            void navigate({
              replace: true,
              search: ({ state: _, ...before }) =>
                state === 'enabled' || state === 'disabled' ? { ...before, state } : before,
            })
          }
          data={[
            { value: 'all', label: strings.flags.all },
            { value: 'enabled', label: strings.flags.on },
            { value: 'disabled', label: strings.flags.off },
          ]}
        />
      </Group>
      {flags.isPending ? (
        <Loading rows={6} height={70} />
      ) : flags.isError && list.length === 0 ? (
        <Failure error={flags.error} retry={() => void flags.refetch()} />
      ) : list.length === 0 ? (
        <Empty
          icon={<IconFlag />}
          title={filtered ? strings.flags.noneFound : strings.flags.none}
          action={filtered ? undefined : createButton}
        >
          {filtered ? strings.flags.noneFoundHelp : strings.flags.noneHelp}
        </Empty>
      ) : (
        <FlagList app={app} flags={list} more={flags.hasNextPage} loadMore={loadMore} />
      )}
      <Suspense>{creating && <CreateFlag app={app} close={create.close} />}</Suspense>
    </Stack>
  );
};
