import { z } from '@hono/zod-openapi';
import { parsePatch } from '../../flags/body/parse-body.ts';
import { parseMembers, parseNewSegment, parseSegment } from '../../flags/segments/parse-segment.ts';
import {
  SegmentCreate,
  SegmentMembers,
  SegmentPatch,
  SegmentReplace,
  SegmentSchema,
} from '../../flags/segments/schema-segment.ts';
import {
  changeMembers,
  createSegment,
  deleteSegment,
  noSuchSegment,
  patchSegment,
  replaceSegment,
  type SegmentWrite,
  segmentAfter,
} from '../../flags/segments/write-segment.ts';
import { type StoredSegment, segmentView } from '../../model/segment.ts';
import { DeletedFlag } from '../document/schemas.ts';
import type { Answer, Call, Outcome } from '../http/call.ts';
import { commit } from '../http/commit.ts';
import { pageInfo } from '../http/envelope.ts';
import { etagOf, noneMatches } from '../http/headers.ts';
import { type AnyServed, serve } from '../http/operation.ts';
import { APP, appOf, SEGMENT, segmentOf } from '../http/paths.ts';
import { Paging } from '../http/query.ts';
import type { Setting } from '../http/setting.ts';
import { existingApp } from './apps.ts';

const tag = 'Segments';

const Listing = Paging.extend({
  q: z.string().optional().openapi({ description: 'A piece of the key or the description, in any case.' }),
});

/** A segment as it now is, with its version as the tag that the next write may name. */
const segmentAnswer = (segment: StoredSegment | null, key: string, status: 200 | 201 = 200): Answer => {
  if (segment === null) throw noSuchSegment(key);
  return { status, result: segmentView(segment), headers: { etag: etagOf(segment) } };
};

/** Commits the write of a segment and answers the segment as it then is. */
export const commitSegment = <Query, Body>(
  call: Call<Query, Body>,
  setting: Setting,
  key: string,
  write: SegmentWrite,
  status: 200 | 201 = 200,
): Promise<Outcome> =>
  commit(call, setting, write, (committed) => segmentAnswer(segmentAfter(committed, key), key, status));

export const segmentOperations = (setting: Setting): readonly AnyServed[] => [
  ...addAndRead(setting),
  ...changeAndDelete(setting),
];

const addAndRead = (setting: Setting): readonly AnyServed[] => {
  const { stores } = setting;

  return [
    serve(
      {
        id: 'listSegments',
        tag,
        summary: 'List the segments of an app',
        description: 'Ordered by key.',
        method: 'get',
        path: `${APP}/segments`,
        needs: 'read',
        query: Listing,
        answers: { schema: z.array(SegmentSchema), list: true },
        problems: ['not_found'],
      },
      async (call) => {
        const { limit, cursor, q } = call.query;
        const app = appOf(call);
        const page = await stores.app(call.account, app).segments({
          limit,
          ...(cursor === undefined || cursor === '' ? {} : { after: cursor }),
          ...(q === undefined || q === '' ? {} : { q }),
        });
        if (page.items.length === 0) await existingApp(setting, call.account, app);
        return { result: page.items.map(segmentView), info: { ...pageInfo(page.items.length, page.next) } };
      },
    ),

    serve(
      {
        id: 'createSegment',
        tag,
        summary: 'Create a segment',
        method: 'post',
        path: `${APP}/segments`,
        needs: 'write',
        writes: true,
        dryRun: 'one',
        body: { schema: SegmentCreate, parse: parseNewSegment },
        answers: { status: 201, schema: SegmentSchema },
        problems: ['not_found', 'conflict', 'limit'],
      },
      (call) => commitSegment(call, setting, call.body.key, createSegment(call.body), 201),
    ),

    serve(
      {
        id: 'getSegment',
        tag,
        summary: 'Get a segment',
        description: 'The `ETag` is its version; `If-None-Match` is answered by 304.',
        method: 'get',
        path: SEGMENT,
        needs: 'read',
        answers: { schema: SegmentSchema },
        problems: ['not_found'],
      },
      async (call) => {
        const [app, key] = [appOf(call), segmentOf(call)];
        const segment = await stores.app(call.account, app).segment(key);
        if (segment === null) await existingApp(setting, call.account, app);
        else if (noneMatches(call.request.headers, etagOf(segment))) {
          return { raw: null, status: 304, headers: { etag: etagOf(segment) } };
        }
        return segmentAnswer(segment, key);
      },
    ),
  ];
};

const changeAndDelete = (setting: Setting): readonly AnyServed[] => [
  serve(
    {
      id: 'replaceSegment',
      tag,
      summary: 'Replace a segment',
      description: 'Whole: what the body leaves out is dropped.',
      method: 'put',
      path: SEGMENT,
      needs: 'write',
      writes: true,
      dryRun: 'one',
      ifMatch: 'accepted',
      // Under which key is the path's to say.
      body: { schema: SegmentReplace, parse: (json) => parseSegment('', json) },
      answers: { schema: SegmentSchema },
      problems: ['not_found'],
    },
    (call) => {
      const key = segmentOf(call);
      return commitSegment(call, setting, key, replaceSegment({ ...call.body, key }, call.ifMatch));
    },
  ),

  serve(
    {
      id: 'patchSegment',
      tag,
      summary: 'Change some fields of a segment',
      description:
        'JSON Merge Patch (RFC 7396): null removes a field; lists are replaced whole. To add or remove members while others do too, use `members`.',
      method: 'patch',
      path: SEGMENT,
      needs: 'write',
      writes: true,
      dryRun: 'one',
      ifMatch: 'accepted',
      body: { schema: SegmentPatch, parse: parsePatch },
      answers: { schema: SegmentSchema },
      problems: ['not_found'],
    },
    (call) => {
      const key = segmentOf(call);
      return commitSegment(call, setting, key, patchSegment(key, call.body, call.ifMatch));
    },
  ),

  serve(
    {
      id: 'changeMembers',
      tag,
      summary: 'Add members to a segment, and remove some',
      description:
        'Of `include`, up to 1,000 at once. Needs no version: what two people add at the same time is all there.',
      method: 'post',
      path: `${SEGMENT}/members`,
      needs: 'write',
      writes: true,
      dryRun: 'one',
      body: { schema: SegmentMembers, parse: parseMembers },
      answers: { schema: SegmentSchema },
      problems: ['not_found'],
    },
    (call) => {
      const key = segmentOf(call);
      return commitSegment(call, setting, key, changeMembers(key, call.body));
    },
  ),

  serve(
    {
      id: 'deleteSegment',
      tag,
      summary: 'Delete a segment',
      description: 'One that is used cannot be deleted; the answer names whatever uses it.',
      method: 'delete',
      path: SEGMENT,
      needs: 'write',
      writes: true,
      dryRun: 'one',
      ifMatch: 'accepted',
      answers: { schema: DeletedFlag },
      problems: ['not_found', 'conflict'],
    },
    (call: Call) => {
      const key = segmentOf(call);
      return commit(call, setting, deleteSegment(key, call.ifMatch), () => ({ result: { key } }));
    },
  ),
];
