import { z } from '@hono/zod-openapi';
import { ChangelogEntrySchema } from '../../flags/body/schema-changes.ts';
import type { ChangelogEntry } from '../../model/changelog.ts';
import { Problem } from '../../model/problem.ts';
import type { ChangelogQuery, Page } from '../../store/port.ts';
import type { Answer, Call } from '../http/call.ts';
import { pageInfo } from '../http/envelope.ts';
import { type AnyServed, serve } from '../http/operation.ts';
import { APP, appOf, FLAG, flagOf } from '../http/paths.ts';
import { instant, Paging, switchParameter } from '../http/query.ts';
import type { Setting } from '../http/setting.ts';
import { existingApp } from './apps.ts';

const commitNumber = z
  .string()
  .regex(/^[1-9]\d{0,14}$/, { error: 'the version of an app, a whole number from 1' })
  .transform(Number)
  .openapi({ type: 'integer', description: 'Only entries of the commit that made the app this version.' });

export const Filters = Paging.extend({
  actor: z.string().optional().openapi({ description: 'Only what this actor did, by name.' }),
  by: z
    .string()
    .optional()
    .openapi({ description: 'Only what actors did whose name holds this, in any case.' }),
  commit: commitNumber.optional(),
  since: instant('Only entries of this time or later.').optional(),
  until: instant('Only entries of this time or earlier.').optional(),
});
export type Filters = z.infer<typeof Filters>;

const FlagFilters = Filters.extend({
  through: switchParameter('1: changes of segments that the flag reached are among them.'),
});
type FlagFilters = z.infer<typeof FlagFilters>;

const AppFilters = Filters.extend({
  flag: z
    .string()
    .optional()
    .openapi({ description: 'Only changes of flags whose key holds this, in any case.' }),
});

export const queryOf = ({ limit, cursor, actor, by, commit, since, until }: Filters): ChangelogQuery => ({
  limit,
  ...(cursor === undefined || cursor === '' ? {} : { after: cursor }),
  ...(actor === undefined || actor === '' ? {} : { actor }),
  ...(by === undefined || by === '' ? {} : { actorPart: by }),
  ...(commit === undefined ? {} : { commit }),
  ...(since === undefined ? {} : { since }),
  ...(until === undefined ? {} : { until }),
});

export const entriesAnswer = ({ items, next }: Page<ChangelogEntry>): Answer => ({
  result: items,
  info: { ...pageInfo(items.length, next) },
});

/** The entry of the call's app that a restore names. Problem: `not_found`. */
export const entryToRestore = async (
  call: Pick<Call, 'account' | 'params'>,
  setting: Pick<Setting, 'stores'>,
  id: string,
): Promise<ChangelogEntry> => {
  const app = appOf(call);
  const entry = await setting.stores.app(call.account, app).entry(id);
  if (entry !== null) return entry;
  await existingApp(setting, call.account, app);
  throw new Problem('not_found', {
    pointer: '/changelog_id',
    message: `There is no changelog entry ${JSON.stringify(id)} in this app.`,
  });
};

export const changelogOperations = (setting: Setting): readonly AnyServed[] => {
  const { stores } = setting;

  const flagChangelog = async (call: Call<FlagFilters>): Promise<Answer> => {
    const [app, flag] = [appOf(call), flagOf(call)];
    const store = stores.app(call.account, app);
    const { through, ...filters } = call.query;
    const page = await store.changelog({ ...queryOf(filters), flag, ...(through ? { through } : {}) });
    // A deleted flag's changelog stays, so only a key that never was has none at all.
    if (page.items.length === 0 && (await store.changelog({ limit: 1, flag })).items.length === 0) {
      await existingApp(setting, call.account, app);
      throw new Problem('not_found', {
        message: `There is no flag ${JSON.stringify(flag)} in this app, and there never was.`,
      });
    }
    return entriesAnswer(page);
  };

  return [
    serve(
      {
        id: 'listFlagChanges',
        tag: 'Changelog',
        summary: 'The changelog of a flag',
        description: 'Newest first. A deleted flag’s changelog stays.',
        method: 'get',
        path: `${FLAG}/changelog`,
        needs: 'read',
        query: FlagFilters,
        answers: { schema: z.array(ChangelogEntrySchema), list: true },
        problems: ['not_found'],
      },
      flagChangelog,
    ),

    serve(
      {
        id: 'listChanges',
        tag: 'Changelog',
        summary: 'The changelog of an app',
        description: 'Newest first.',
        method: 'get',
        path: `${APP}/changelog`,
        needs: 'read',
        query: AppFilters,
        answers: { schema: z.array(ChangelogEntrySchema), list: true },
        problems: ['not_found'],
      },
      async (call) => {
        const app = appOf(call);
        const { flag, ...filters } = call.query;
        const page = await stores.app(call.account, app).changelog({
          ...queryOf(filters),
          ...(flag === undefined || flag === '' ? {} : { flagPart: flag }),
        });
        if (page.items.length === 0) await existingApp(setting, call.account, app);
        // After the page, so that what the page shows is within it.
        const head = await stores.app(call.account, app).head();
        const answer = entriesAnswer(page);
        return head === null ? answer : { ...answer, info: { ...answer.info, head } };
      },
    ),
  ];
};
