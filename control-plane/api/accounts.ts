import { z } from '@hono/zod-openapi';
import { pageInfo } from './envelope.ts';
import { type AnyServed, serve } from './operation.ts';
import { ACCOUNTS } from './paths.ts';
import { Account } from './schemas.ts';
import type { Setting } from './setting.ts';

export const accountOperations = ({ stores }: Setting): readonly AnyServed[] => [
  serve(
    {
      id: 'listAccounts',
      tag: 'Accounts',
      summary: 'List the accounts the token may see',
      method: 'get',
      path: ACCOUNTS,
      needs: 'evaluate',
      answers: { schema: z.array(Account), list: true },
    },
    async ({ caller }) => {
      const accounts = await stores.accounts.accounts();
      const result: Account[] = accounts
        .filter((account) => account.id === caller.grant.account)
        .map(({ id, created_at }) => ({ id, name: id, type: 'standard', created_on: created_at }));
      return { result, info: { ...pageInfo(result.length, null) } };
    },
  ),
];
