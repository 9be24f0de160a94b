import { Text } from '@mantine/core';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useRef } from 'react';
import classes from './window-list.module.css';

interface WindowListProps<Item> {
  readonly items: readonly Item[];
  readonly row: (item: Item) => ReactNode;
  readonly more: boolean;
  readonly loadMore: () => void;
  /** How many there are, in words. */
  readonly said: string;
}

const ROW_PX = 74;
const ROWS_AHEAD = 6;

/** Only the rows near the window are in the page, so ten thousand scroll like ten; the next page is fetched ahead of the end. */
export const WindowList = <Item extends { readonly key: string }>({
  items,
  row,
  more,
  loadMore,
  said,
}: WindowListProps<Item>) => {
  const list = useRef<HTMLDivElement>(null);
  const virtualizer = useWindowVirtualizer({
    count: items.length,
    estimateSize: () => ROW_PX,
    overscan: ROWS_AHEAD,
    getItemKey: (index) => items[index]?.key ?? index,
    scrollMargin: list.current?.offsetTop ?? 0,
  });
  const rows = virtualizer.getVirtualItems();
  const last = rows.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more && last >= items.length - ROWS_AHEAD) loadMore();
  }, [more, last, items.length, loadMore]);
  return (
    <>
      <div ref={list} className={classes['list']}>
        <ul className={classes['rows']} style={{ height: virtualizer.getTotalSize() }}>
          {rows.map(({ key, index, start }) => {
            const item = items[index];
            if (item === undefined) return null;
            return (
              <li
                key={key}
                ref={virtualizer.measureElement}
                data-index={index}
                className={classes['place']}
                aria-setsize={more ? -1 : items.length}
                aria-posinset={index + 1}
                style={{ transform: `translateY(${start - virtualizer.options.scrollMargin}px)` }}
              >
                {row(item)}
              </li>
            );
          })}
        </ul>
      </div>
      <Text size="sm" c="dimmed" role="status">
        {said}
      </Text>
    </>
  );
};
