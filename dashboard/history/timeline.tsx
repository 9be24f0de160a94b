import { Button, Center } from '@mantine/core';
import { IconHistory } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { ChangelogEntry } from '../api.ts';
import { type ChangelogSearch, changelogQuery } from '../queries.ts';
import { useSession } from '../session/session.ts';
import { Empty, Failure, Loading } from '../shell/states.tsx';
import { strings } from '../strings.ts';
import { Entry } from './entry.tsx';
import classes from './history.module.css';

interface TimelineProps {
  readonly app: string;
  readonly query: ChangelogSearch;
  readonly named: boolean;
  readonly highlighted?: string | undefined;
  /** Shows only so many, and no way to older ones. */
  readonly limit?: number | undefined;
  readonly actions?: (entry: ChangelogEntry) => ReactNode;
}

/** Changes, newest first, fetched a page at a time. */
export const Timeline = ({ app, query, named, highlighted, limit, actions }: TimelineProps) => {
  const { account } = useSession();
  const changelog = useInfiniteQuery(changelogQuery(account, app, query));
  const entries = (changelog.data?.pages.flatMap((page) => page.result) ?? []).slice(0, limit);
  if (changelog.isPending) return <Loading rows={4} height={92} />;
  if (changelog.isError && entries.length === 0) {
    return <Failure error={changelog.error} retry={() => void changelog.refetch()} />;
  }
  if (entries.length === 0) {
    return (
      <Empty icon={<IconHistory />} title={strings.history.none}>
        {strings.history.noneHelp}
      </Empty>
    );
  }
  return (
    <>
      <ol className={classes['timeline']} aria-label={strings.history.title}>
        {entries.map((entry) => (
          <Entry
            key={entry.id}
            app={app}
            entry={entry}
            named={named}
            highlighted={entry.id === highlighted}
            actions={actions?.(entry)}
          />
        ))}
      </ol>
      {limit === undefined && changelog.hasNextPage && (
        <Center mt="md">
          <Button
            variant="default"
            loading={changelog.isFetchingNextPage}
            onClick={() => void changelog.fetchNextPage()}
          >
            {strings.history.older}
          </Button>
        </Center>
      )}
    </>
  );
};
