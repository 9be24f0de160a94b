import type { FlagType } from '@halyard/engine';
import { z } from '@hono/zod-openapi';
import { parsePatch } from '../../flags/body/parse-body.ts';
import { parseFlag, parseNewFlag } from '../../flags/body/parse-flag.ts';
import { FlagCreate, FlagPatch, FlagReplace, FlagSchema } from '../../flags/body/schema-flag.ts';
import { patchFlag } from '../../flags/decide/patch-flag.ts';
import { flagAfter, noSuchFlag } from '../../flags/decide/write.ts';
import { createFlag, deleteFlag, replaceFlag } from '../../flags/decide/write-flag.ts';
import { flagView } from '../../flags/view.ts';
import type { StoredFlag } from '../../model/flag.ts';
import { DeletedFlag } from '../document/schemas.ts';
import type { Answer, Call } from '../http/call.ts';
import { commit } from '../http/commit.ts';
import { pageInfo } from '../http/envelope.ts';
import { etagOf, noneMatches } from '../http/headers.ts';
import { type AnyServed, serve } from '../http/operation.ts';
import { withoutNul } from '../http/parse.ts';
import { APP, appOf, FLAG, flagOf } from '../http/paths.ts';
import { Paging } from '../http/query.ts';
import type { Setting } from '../http/setting.ts';
import { existingApp } from './apps.ts';
import { hintMessages } from './hint-messages.ts';

const tag = 'Flags';
const TYPES = ['boolean', 'string', 'number', 'json'] as const satisfies readonly FlagType[];

const Listing = Paging.extend({
  q: z.string().optional().openapi({
    description: 'Pieces of the key, the description or a tag, in any order and any case.',
  }),
  tag: z
    .string()
    .optional()
    .openapi({ description: 'Only flags with this tag; given several times, with all of them.' }),
  state: z
    .enum(['enabled', 'disabled'], { error: '"enabled" or "disabled"' })
    .optional()
    .openapi({ description: 'Only flags in this state.' }),
  type: z
    .enum(TYPES, { error: `one of ${TYPES.join(', ')}` })
    .optional()
    .openapi({ description: 'Only flags of this type.' }),
  by: z
    .string()
    .optional()
    .openapi({ description: 'Only flags that somebody whose name holds this changed last, in any case.' }),
  sort: z
    .enum(['key', 'updated'], { error: '"key" or "updated"' })
    .default('key')
    .openapi({ description: 'By key, or by the last change with the newest first.' }),
});

/** A tag may be named several times; elsewhere a parameter counts once. */
export const tagsOf = (url: string): readonly string[] =>
  new URL(url).searchParams
    .getAll('tag')
    .flatMap((named) => (named === '' ? [] : withoutNul({ tag: named }).tag));

/** `flagAnswer` of a flag that was just written, with what whoever wrote it may want to know. */
export const writtenFlag = (flag: StoredFlag | null, key: string, status: 200 | 201 = 200): Answer => ({
  ...flagAnswer(flag, key, status),
  messages: hintMessages([flag]),
});

/** A flag as it now is, with its version as the tag that the next write may name. */
const flagAnswer = (flag: StoredFlag | null, key: string, status: 200 | 201 = 200): Answer => {
  if (flag === null) throw noSuchFlag(key);
  return { status, result: flagView(flag), headers: { etag: etagOf(flag) } };
};

export const flagOperations = (setting: Setting): readonly AnyServed[] => [
  ...addAndRead(setting),
  ...changeAndDelete(setting),
];

const addAndRead = (setting: Setting): readonly AnyServed[] => {
  const { stores } = setting;

  return [
    serve(
      {
        id: 'listFlags',
        tag,
        summary: 'List the flags of an app',
        description: 'Ordered by key, or by the last change.',
        method: 'get',
        path: `${APP}/flags`,
        needs: 'read',
        query: Listing,
        answers: { schema: z.array(FlagSchema), list: true },
        problems: ['not_found'],
      },
      async (call) => {
        const { limit, cursor, q, state, type, by, sort } = call.query;
        const tags = tagsOf(call.request.url);
        const app = appOf(call);
        const page = await stores.app(call.account, app).flags({
          limit,
          ...(cursor === undefined || cursor === '' ? {} : { after: cursor }),
          ...(q === undefined || q === '' ? {} : { q }),
          ...(tags.length === 0 ? {} : { tags }),
          ...(state === undefined ? {} : { state }),
          ...(type === undefined ? {} : { type }),
          ...(by === undefined || by === '' ? {} : { by }),
          sort,
        });
        if (page.items.length === 0) await existingApp(setting, call.account, app);
        return {
          result: page.items.map(flagView),
          info: { ...pageInfo(page.items.length, page.next) },
        };
      },
    ),

    serve(
      {
        id: 'createFlag',
        tag,
        summary: 'Create a flag',
        description: '`bucketing` can be chosen here and never again.',
        method: 'post',
        path: `${APP}/flags`,
        needs: 'write',
        writes: true,
        dryRun: 'one',
        body: { schema: FlagCreate, parse: parseNewFlag },
        answers: { status: 201, schema: FlagSchema },
        problems: ['not_found', 'conflict', 'limit'],
      },
      async (call) => {
        const app = await existingApp(setting, call.account, appOf(call));
        const defaults = { account: call.account, clientSide: app.client_side_default };
        const { key } = call.body;
        return commit(call, setting, createFlag(call.body, defaults), (committed) =>
          writtenFlag(flagAfter(committed, key), key, 201),
        );
      },
    ),

    serve(
      {
        id: 'getFlag',
        tag,
        summary: 'Get a flag',
        description: 'The `ETag` is its version; `If-None-Match` is answered by 304.',
        method: 'get',
        path: FLAG,
        needs: 'read',
        answers: { schema: FlagSchema },
        problems: ['not_found'],
      },
      async (call) => {
        const [app, key] = [appOf(call), flagOf(call)];
        const flag = await stores.app(call.account, app).flag(key);
        if (flag === null) await existingApp(setting, call.account, app);
        else if (noneMatches(call.request.headers, etagOf(flag))) {
          return { raw: null, status: 304, headers: { etag: etagOf(flag) } };
        }
        return flagAnswer(flag, key);
      },
    ),
  ];
};

const changeAndDelete = (setting: Setting): readonly AnyServed[] => [
  serve(
    {
      id: 'replaceFlag',
      tag,
      summary: 'Replace a flag',
      description:
        'Whole: a description or metadata left out is dropped. The extensions `tags`, `client_side` and `off_variation` are kept when left out, so that a client that does not know them cannot lose them; null removes one.',
      method: 'put',
      path: FLAG,
      needs: 'write',
      writes: true,
      dryRun: 'one',
      ifMatch: 'accepted',
      body: { schema: FlagReplace, parse: parseFlag },
      answers: { schema: FlagSchema },
      problems: ['not_found'],
    },
    (call) => {
      const key = flagOf(call);
      return commit(call, setting, replaceFlag(key, call.body, call.ifMatch), (committed) =>
        writtenFlag(flagAfter(committed, key), key),
      );
    },
  ),

  serve(
    {
      id: 'patchFlag',
      tag,
      summary: 'Change some fields of a flag',
      description: 'JSON Merge Patch (RFC 7396): null removes a field; `rules` is replaced whole.',
      method: 'patch',
      path: FLAG,
      needs: 'write',
      writes: true,
      dryRun: 'one',
      ifMatch: 'accepted',
      body: { schema: FlagPatch, parse: parsePatch },
      answers: { schema: FlagSchema },
      problems: ['not_found'],
    },
    (call) => {
      const key = flagOf(call);
      return commit(call, setting, patchFlag(key, call.body, call.ifMatch), (committed) =>
        writtenFlag(flagAfter(committed, key), key),
      );
    },
  ),

  serve(
    {
      id: 'deleteFlag',
      tag,
      summary: 'Delete a flag',
      description: 'Its changelog stays, and a flag created again under the key counts its versions on.',
      method: 'delete',
      path: FLAG,
      needs: 'write',
      writes: true,
      dryRun: 'one',
      ifMatch: 'accepted',
      answers: { schema: DeletedFlag },
      problems: ['not_found'],
    },
    (call: Call) => {
      const key = flagOf(call);
      return commit(call, setting, deleteFlag(key, call.ifMatch), () => ({ result: { key } }));
    },
  ),
];
