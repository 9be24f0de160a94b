import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import type { Answer, StoredFlag } from '../api.ts';
import { flagListsKey, flagQuery } from '../queries.ts';

type Pages = InfiniteData<Answer<readonly StoredFlag[]>>;

const inPages =
  (flag: StoredFlag) =>
  (data: Pages | undefined): Pages | undefined =>
    data && {
      ...data,
      pages: data.pages.map((page) => ({
        ...page,
        result: page.result.map((each) => (each.key === flag.key ? flag : each)),
      })),
    };

/** The flag as the screen holds it now: its own page's copy, else a list's. */
export const cachedFlag = (
  client: QueryClient,
  account: string,
  app: string,
  key: string,
): StoredFlag | undefined => {
  const own = client.getQueryData(flagQuery(account, app, key).queryKey);
  if (own !== undefined) return own;
  const lists = client.getQueriesData<Pages>({ queryKey: flagListsKey(account, app) });
  for (const [, list] of lists) {
    for (const page of list?.pages ?? []) {
      const found = page.result.find((flag) => flag.key === key);
      if (found !== undefined) return found;
    }
  }
  return undefined;
};

/** Puts the flag in place of its older self, on its own page and in every list. */
export const replaceFlag = (client: QueryClient, account: string, app: string, flag: StoredFlag): void => {
  client.setQueryData(flagQuery(account, app, flag.key).queryKey, flag);
  client.setQueriesData<Pages>({ queryKey: flagListsKey(account, app) }, inPages(flag));
};
