import { z } from '@hono/zod-openapi';
import { parseRestore } from '../../flags/body/parse-body.ts';
import { ChangelogEntrySchema, Restore } from '../../flags/body/schema-changes.ts';
import { SegmentSchema, SegmentUses } from '../../flags/segments/schema-segment.ts';
import { noSuchSegment, restoreSegment } from '../../flags/segments/write-segment.ts';
import type { Call } from '../http/call.ts';
import { type AnyServed, serve } from '../http/operation.ts';
import { appOf, SEGMENT, segmentOf } from '../http/paths.ts';
import type { Setting } from '../http/setting.ts';
import { existingApp } from './apps.ts';
import { entriesAnswer, entryToRestore, Filters, queryOf } from './changelog.ts';
import { commitSegment } from './segments.ts';

const tag = 'Segments';

export const segmentHistoryOperations = (setting: Setting): readonly AnyServed[] => {
  const { stores } = setting;
  return [
    serve(
      {
        id: 'listSegmentChanges',
        tag,
        summary: 'The changelog of a segment',
        description: 'Newest first. A deleted segment’s changelog stays.',
        method: 'get',
        path: `${SEGMENT}/changelog`,
        needs: 'read',
        query: Filters,
        answers: { schema: z.array(ChangelogEntrySchema), list: true },
        problems: ['not_found'],
      },
      async (call) => {
        const [app, segment] = [appOf(call), segmentOf(call)];
        const store = stores.app(call.account, app);
        const page = await store.changelog({ ...queryOf(call.query), segment });
        if (page.items.length === 0 && (await store.changelog({ limit: 1, segment })).items.length === 0) {
          await existingApp(setting, call.account, app);
          throw noSuchSegment(segment);
        }
        return entriesAnswer(page);
      },
    ),

    serve(
      {
        id: 'restoreSegment',
        tag,
        summary: 'Make a segment what it was after an earlier change',
        description: 'A new change, with its own entry; brings a deleted segment back.',
        method: 'post',
        path: `${SEGMENT}/restore`,
        needs: 'write',
        writes: true,
        dryRun: 'one',
        ifMatch: 'accepted',
        body: { schema: Restore, parse: parseRestore },
        answers: { schema: SegmentSchema },
        problems: ['not_found', 'limit'],
      },
      async (call) => {
        const key = segmentOf(call);
        const entry = await entryToRestore(call, setting, call.body.changelog_id);
        return commitSegment(call, setting, key, restoreSegment(key, entry, call.ifMatch));
      },
    ),

    serve(
      {
        id: 'listSegmentUses',
        tag,
        summary: 'What uses a segment',
        description:
          'Every flag that a change of it may reach, disabled ones too, and the segments in between.',
        method: 'get',
        path: `${SEGMENT}/uses`,
        needs: 'read',
        answers: { schema: SegmentUses },
        problems: ['not_found'],
      },
      async (call: Call) => {
        const [app, key] = [appOf(call), segmentOf(call)];
        const store = stores.app(call.account, app);
        if ((await store.segment(key)) === null) {
          await existingApp(setting, call.account, app);
          throw noSuchSegment(key);
        }
        const { flags, segments } = await store.reaching({ kind: 'segment', key });
        return { result: { flags: flags.map(({ flag, rules }) => ({ key: flag, rules })), segments } };
      },
    ),
  ];
};
