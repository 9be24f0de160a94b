import { Button, Center, NativeSelect, Stack, Text, Title } from '@mantine/core';
import { IconClipboardList } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { AccountLogEntry } from '../api.ts';
import { accountLogQuery } from '../queries.ts';
import { useSession } from '../session/session.ts';
import { Moment } from '../shell/moment.tsx';
import { StackedCell, StackedRow, StackedTable } from '../shell/stacked-table.tsx';
import { Empty, Failure, Loading } from '../shell/states.tsx';
import { useTitle } from '../shell/title.ts';
import { accountLogStrings, EVENTS_OF, type LogKind } from '../strings/account-log.ts';
import { sentenceOf } from './sentence.ts';

const { columns, kinds } = accountLogStrings;
const KINDS = (Object.keys(EVENTS_OF) as LogKind[]).map((value) => ({ value, label: kinds[value] }));

const Row = ({ entry }: { readonly entry: AccountLogEntry }) => (
  <StackedRow>
    <StackedCell label={columns.when}>
      <Moment at={entry.at} size="sm" />
    </StackedCell>
    <StackedCell label={columns.who}>
      <Text size="sm" fw={600} style={{ overflowWrap: 'anywhere' }}>
        <bdi>{entry.actor.name}</bdi>
      </Text>
    </StackedCell>
    <StackedCell label={columns.what}>
      <div>
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          <bdi>{sentenceOf(entry)}</bdi>
        </Text>
        {entry.comment !== null && (
          <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
            <bdi>{entry.comment}</bdi>
          </Text>
        )}
      </div>
    </StackedCell>
    <StackedCell label={columns.from}>
      <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
        {entry.address ?? accountLogStrings.here}
      </Text>
    </StackedCell>
  </StackedRow>
);

/** Everything that happened to the account itself, newest first. */
export const AccountLogPage = () => {
  const { account } = useSession();
  const [kind, setKind] = useState<LogKind>('all');
  const log = useInfiniteQuery(accountLogQuery(account, EVENTS_OF[kind]));
  useTitle(accountLogStrings.title);
  const entries = log.data?.pages.flatMap((page) => page.result) ?? [];
  return (
    <Stack>
      <div>
        <Title order={1} size="h2">
          {accountLogStrings.title}
        </Title>
        <Text c="dimmed">{accountLogStrings.lead}</Text>
      </div>
      <NativeSelect
        label={accountLogStrings.kind}
        data={KINDS}
        value={kind}
        maw={260}
        onChange={(event) => {
          const { value } = event.currentTarget;
          setKind(KINDS.find((each) => each.value === value)?.value ?? 'all');
        }}
      />
      {log.isPending ? (
        <Loading rows={6} />
      ) : log.isError ? (
        <Failure error={log.error} retry={() => void log.refetch()} />
      ) : entries.length === 0 ? (
        <Empty
          icon={<IconClipboardList />}
          title={kind === 'all' ? accountLogStrings.none : accountLogStrings.noneOfThese}
        >
          {accountLogStrings.noneHelp}
        </Empty>
      ) : (
        <StackedTable columns={[columns.when, columns.who, columns.what, columns.from]}>
          {entries.map((entry) => (
            <Row key={entry.id} entry={entry} />
          ))}
        </StackedTable>
      )}
      {log.hasNextPage && (
        <Center>
          <Button variant="default" loading={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
            {accountLogStrings.older}
          </Button>
        </Center>
      )}
    </Stack>
  );
};
