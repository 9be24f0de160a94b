import { Text } from '@mantine/core';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { memo, useEffect, useRef } from 'react';
import type { StoredFlag } from '../api.ts';
import { strings } from '../strings.ts';
import { FlagRow } from './flag-row.tsx';
import classes from './flags.module.css';

interface FlagListProps {
  readonly app: string;
  readonly flags: readonly StoredFlag[];
  readonly more: boolean;
  readonly loadMore: () => void;
}

const ROW_PX = 74;
const ROWS_AHEAD = 6;

/** Only the rows near the window are in the page, so ten thousand flags scroll like ten; the next page is fetched ahead of the end. */
export const FlagList = memo(({ app, flags, more, loadMore }: FlagListProps) => {
  const list = useRef<HTMLDivElement>(null);
  const virtualizer = useWindowVirtualizer({
    count: flags.length,
    estimateSize: () => ROW_PX,
    overscan: ROWS_AHEAD,
    getItemKey: (index) => flags[index]?.key ?? index,
    scrollMargin: list.current?.offsetTop ?? 0,
  });
  const rows = virtualizer.getVirtualItems();
  const last = rows.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more && last >= flags.length - ROWS_AHEAD) loadMore();
  }, [more, last, flags.length, loadMore]);
  return (
    <>
      <div ref={list} className={classes['list']}>
        <ul className={classes['rows']} style={{ height: virtualizer.getTotalSize() }}>
          {rows.map((row) => {
            const flag = flags[row.index];
            if (flag === undefined) return null;
            return (
              <li
                key={row.key}
                ref={virtualizer.measureElement}
                data-index={row.index}
                className={classes['place']}
                aria-setsize={more ? -1 : flags.length}
                aria-posinset={row.index + 1}
                style={{ transform: `translateY(${row.start - virtualizer.options.scrollMargin}px)` }}
              >
                <FlagRow app={app} flag={flag} />
              </li>
            );
          })}
        </ul>
      </div>
      <Text size="sm" c="dimmed" role="status">
        {more ? strings.flags.countSoFar(flags.length) : strings.flags.count(flags.length)}
      </Text>
    </>
  );
});
