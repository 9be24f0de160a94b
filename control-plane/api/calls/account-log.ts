import { z } from '@hono/zod-openapi';
import type { AccountLogEntry } from '../../model/account-log.ts';
import { ACCOUNT_EVENTS, type AccountEvent } from '../../model/account-log.ts';
import { allows } from '../../model/permission.ts';
import { Problem } from '../../model/problem.ts';
import { AccountLogEntrySchema } from '../document/schemas.ts';
import { pageInfo } from '../http/envelope.ts';
import { type AnyServed, serve } from '../http/operation.ts';
import { ACCOUNT } from '../http/paths.ts';
import { instant, Paging } from '../http/query.ts';
import type { Setting } from '../http/setting.ts';

const EVENTS = `one or more of ${ACCOUNT_EVENTS.join(', ')}, with commas between them`;

const isEvent = (name: string): name is AccountEvent => ACCOUNT_EVENTS.some((event) => event === name);

const Filters = Paging.extend({
  event: z
    .string()
    .refine((text) => text.split(',').every(isEvent), { error: EVENTS })
    .transform((text) => text.split(',').filter(isEvent))
    .optional()
    .openapi({ type: 'string', description: 'Only these events, with commas between them.' }),
  actor: z.string().optional().openapi({ description: 'Only what this actor did, by name.' }),
  since: instant('Only entries of this time or later.').optional(),
  until: instant('Only entries of this time or earlier.').optional(),
});

/** What everybody may know who reads every app: `GET /apps` and the changelogs say as much. */
const OF_APPS: readonly AccountEvent[] = [
  'app_created',
  'app_renamed',
  'app_changed',
  'app_deleted',
  'app_forgotten',
  'project_created',
  'project_changed',
  'project_deleted',
  'environment_added',
  'environment_changed',
  'environment_expiring',
  'environment_removed',
  'edge_dismissed',
];

const withoutAddress = (entry: AccountLogEntry): AccountLogEntry => ({ ...entry, address: null });

export const accountLogOperations = ({ stores }: Setting): readonly AnyServed[] => [
  serve(
    {
      id: 'listAccountLog',
      tag: 'Log',
      summary: 'The account’s own log',
      description:
        'Newest first: who made and revoked which token, made, renamed, changed and deleted which app, project and environment, dismissed which silent edge, made which sign-in link for whom, signed in and out, when and where from. Needs a token for every app. With less than `admin` only what happened to apps and projects, and no addresses: whose tokens there are and where people sign in from is the business of those who administer them.',
      method: 'get',
      path: `${ACCOUNT}/log`,
      needs: 'read',
      query: Filters,
      answers: { schema: z.array(AccountLogEntrySchema), list: true },
    },
    async ({ account, caller: { grant }, query }) => {
      if (grant.app_ids !== null) {
        throw new Problem('forbidden', {
          message: 'The token is for some apps only; the account’s log needs a token for every app.',
        });
      }
      const everything = allows(grant.permission, 'admin');
      const { limit, cursor, event, actor, since, until } = query;
      const asked = everything ? event : OF_APPS.filter((each) => event?.includes(each) ?? true);
      const page = await stores.accounts.accountLog(account, {
        limit,
        ...(cursor === undefined || cursor === '' ? {} : { after: cursor }),
        ...(asked === undefined ? {} : { events: asked }),
        ...(actor === undefined || actor === '' ? {} : { actor }),
        ...(since === undefined ? {} : { since }),
        ...(until === undefined ? {} : { until }),
      });
      // After the page, so that what the page shows is within it.
      const head = everything ? await stores.accounts.accountLogHead(account) : null;
      return {
        result: everything ? page.items : page.items.map(withoutAddress),
        info: { ...pageInfo(page.items.length, page.next), ...(head === null ? {} : { head }) },
      };
    },
  ),
];
