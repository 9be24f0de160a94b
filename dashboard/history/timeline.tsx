import { Button, Center, Text } from '@mantine/core';
import { IconHistory } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect } from 'react';
import { type ChangelogSearch, changelogQuery } from '../queries.ts';
import { useSession } from '../session/session.ts';
import { Empty, Failure, Loading } from '../shell/states.tsx';
import { dayName } from '../shell/time.ts';
import { useNow } from '../shell/use-now.ts';
import { historyStrings } from '../strings/history.ts';
import { strings } from '../strings.ts';
import { type Own, Row } from './entry.tsx';
import { EntryActions } from './entry-actions.tsx';
import { type Day, daysOf } from './groups.ts';
import classes from './history.module.css';

interface TimelineProps {
  readonly app: string;
  readonly query: ChangelogSearch;
  readonly own: Own;
  /** An entry that a link leads to. */
  readonly highlighted?: string | undefined;
  /** Shows only so many, and no way to older ones. */
  readonly limit?: number | undefined;
  /** Something narrows the list: what to offer where nothing is left. */
  readonly clear?: ReactNode;
}

const DAY_MS = 86_400_000;
/** An entry is looked for in so many pages of 50, then it is left to the reader. */
const PAGES_SEARCHED = 20;

const titleOf = (name: string, nowMs: number): string => {
  if (name === dayName(new Date(nowMs).toISOString())) return `${historyStrings.today}, ${name}`;
  if (name === dayName(new Date(nowMs - DAY_MS).toISOString())) return `${historyStrings.yesterday}, ${name}`;
  return name;
};

interface DaysProps extends Pick<TimelineProps, 'app' | 'own' | 'highlighted'> {
  readonly days: readonly Day[];
}

const Days = ({ days, app, own, highlighted }: DaysProps) => {
  const now = useNow();
  return days.map((day) => (
    <section key={day.name} aria-label={titleOf(day.name, now)} className={classes['day']}>
      <Text component={own === null ? 'h2' : 'h3'} className={classes['date']}>
        {titleOf(day.name, now)}
      </Text>
      <ol className={classes['timeline']} aria-label={strings.history.title}>
        {day.commits.map((commit) => (
          <Row
            key={commit.first.id}
            app={app}
            commit={commit}
            own={own}
            highlighted={highlighted}
            actions={(entry) => <EntryActions app={app} entry={entry} />}
          />
        ))}
      </ol>
    </section>
  ));
};

/** Changes, newest first, fetched a page at a time. */
export const Timeline = ({ app, query, own, highlighted, limit, clear }: TimelineProps) => {
  const { account } = useSession();
  const changelog = useInfiniteQuery(changelogQuery(account, app, query));
  const { hasNextPage, isFetching, fetchNextPage } = changelog;
  const entries = (changelog.data?.pages.flatMap((page) => page.result) ?? []).slice(0, limit);
  const found = highlighted === undefined || entries.some(({ id }) => id === highlighted);
  const pages = changelog.data?.pages.length ?? 0;
  useEffect(() => {
    if (!found && hasNextPage && !isFetching && pages < PAGES_SEARCHED) void fetchNextPage();
  }, [found, hasNextPage, isFetching, pages, fetchNextPage]);
  if (changelog.isPending) return <Loading rows={4} height={92} />;
  if (changelog.isError && entries.length === 0) {
    return <Failure error={changelog.error} retry={() => void changelog.refetch()} />;
  }
  if (entries.length === 0) {
    return clear === undefined ? (
      <Empty icon={<IconHistory />} title={strings.history.none}>
        {strings.history.noneHelp}
      </Empty>
    ) : (
      <Empty icon={<IconHistory />} title={historyStrings.noMatch} action={clear}>
        {historyStrings.noMatchHelp}
      </Empty>
    );
  }
  return (
    <>
      <Days days={daysOf(entries)} app={app} own={own} highlighted={highlighted} />
      {limit === undefined && hasNextPage && (
        <Center mt="md">
          <Button
            variant="default"
            loading={changelog.isFetchingNextPage}
            onClick={() => void fetchNextPage()}
          >
            {strings.history.older}
          </Button>
        </Center>
      )}
    </>
  );
};
