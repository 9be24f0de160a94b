import { Button, Group, Stack, TextInput, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconFlag, IconPlus, IconSearch } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useMemo } from 'react';
import { ApiError } from '../api.ts';
import { appsQuery, type FlagSearch, flagsQuery } from '../queries.ts';
import { usePermitted, useSession } from '../session/session.ts';
import { useCommand } from '../shell/commands.ts';
import { Empty, Failure, Loading } from '../shell/states.tsx';
import { useTitle } from '../shell/title.ts';
import { flagsStrings } from '../strings/flags.ts';
import { strings } from '../strings.ts';
import { FlagFilters } from './flag-filters.tsx';
import { FlagList } from './flag-list.tsx';
import { flagSearchOf, isFiltered } from './flag-search.ts';
import { useSearch } from './use-search.ts';

const CreateFlag = lazy(async () => ({ default: (await import('./create-flag.tsx')).CreateFlag }));
const route = getRouteApi('/signed-in/apps/$app/flags');

interface SearchFieldProps {
  readonly text: string;
  readonly onType: (text: string) => void;
}

const SearchField = ({ text, onType }: SearchFieldProps) => (
  <TextInput
    type="search"
    aria-label={strings.flags.search}
    placeholder={flagsStrings.searchHint}
    leftSection={<IconSearch size={16} />}
    value={text}
    data-search
    onChange={(event) => onType(event.currentTarget.value)}
  />
);

export const FlagsPage = () => {
  const { app } = route.useParams();
  const inPage: FlagSearch = route.useSearch();
  const { q: inAddress = '', ...filters } = inPage;
  const navigate = route.useNavigate();
  const { account } = useSession();
  const writable = usePermitted('write');
  const apps = useQuery(appsQuery(account));
  const filter = (change: { readonly [Name in keyof FlagSearch]?: FlagSearch[Name] | undefined }) =>
    void navigate({ search: (before) => flagSearchOf({ ...before, ...change }), replace: true });
  const clear = () => void navigate({ search: {}, replace: true });
  const [text, type] = useSearch(inAddress, (q) => filter({ q }));
  const query: FlagSearch = text === '' ? filters : { ...filters, q: text };
  const flags = useInfiniteQuery(flagsQuery(account, app, query));
  const [creating, create] = useDisclosure(false);
  const name = apps.data?.find((each) => each.id === app)?.name ?? strings.flags.title;
  useTitle(strings.flags.title, name);
  useCommand('create', strings.createFlag.title, writable ? create.open : null);

  const list = useMemo(() => flags.data?.pages.flatMap((page) => page.result) ?? [], [flags.data]);
  const { isFetchingNextPage, fetchNextPage } = flags;
  const loadMore = useCallback(
    () => void (isFetchingNextPage || fetchNextPage()),
    [isFetchingNextPage, fetchNextPage],
  );
  const filtered = isFiltered(query);
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
      <SearchField text={text} onType={type} />
      <FlagFilters search={inPage} filter={filter} />
      {flags.isPending ? (
        <Loading rows={6} height={70} />
      ) : flags.isError && list.length === 0 ? (
        <Failure error={flags.error} retry={() => void flags.refetch()} />
      ) : list.length === 0 ? (
        <Empty
          icon={<IconFlag />}
          title={filtered ? strings.flags.noneFound : strings.flags.none}
          action={
            filtered ? (
              <Button variant="default" onClick={clear}>
                {flagsStrings.clear}
              </Button>
            ) : (
              createButton
            )
          }
        >
          {filtered ? flagsStrings.noneFoundHelp : strings.flags.noneHelp}
        </Empty>
      ) : (
        <FlagList app={app} flags={list} more={flags.hasNextPage} loadMore={loadMore} />
      )}
      <Suspense>{creating && <CreateFlag app={app} close={create.close} />}</Suspense>
    </Stack>
  );
};
