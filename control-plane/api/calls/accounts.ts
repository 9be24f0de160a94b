import { z } from '@hono/zod-openapi';
import { Account } from '../document/schemas.ts';
import { pageInfo } from '../http/envelope.ts';
import { type AnyServed, serve } from '../http/operation.ts';
import { ACCOUNTS } from '../http/paths.ts';
import { Pages } from '../http/query.ts';
import type { Setting } from '../http/setting.ts';

const Which = Pages.extend({
  name: z.string().optional().openapi({ description: 'The account of this name only.' }),
  direction: z
    .enum(['asc', 'desc'], { error: 'asc or desc' })
    .default('asc')
    .openapi({ description: 'Which end of the list comes first.' }),
});

export const accountOperations = ({ stores }: Setting): readonly AnyServed[] => [
  serve(
    {
      id: 'listAccounts',
      tag: 'Accounts',
      summary: 'List the accounts the token may see',
      method: 'get',
      path: ACCOUNTS,
      needs: 'evaluate',
      query: Which,
      answers: { schema: z.array(Account), list: true },
    },
    async ({ caller, query: { name, direction, page, per_page } }) => {
      const accounts = await stores.accounts.accounts();
      const seen: Account[] = accounts
        .filter(({ id }) => id === caller.grant.account && id === (name ?? id))
        .map(({ id, created_at }) => ({ id, name: id, type: 'standard', created_on: created_at }));
      if (direction === 'desc') seen.reverse();
      const result = seen.slice((page - 1) * per_page, page * per_page);
      return {
        result,
        info: { ...pageInfo(result.length, null), page, per_page, total_count: seen.length },
      };
    },
  ),
];
