import { parseRestore } from '../../flags/body/parse-body.ts';
import { type Batch, parseChanges } from '../../flags/body/parse-changes.ts';
import { ChangesResult, ChangesWrite, Restore } from '../../flags/body/schema-changes.ts';
import { FlagSchema } from '../../flags/body/schema-flag.ts';
import { changeFlags } from '../../flags/decide/change-flags.ts';
import { flagAfter } from '../../flags/decide/write.ts';
import { restoreFlag } from '../../flags/decide/write-flag.ts';
import { segmentAfter } from '../../flags/segments/write-segment.ts';
import { flagView } from '../../flags/view.ts';
import { segmentView } from '../../model/segment.ts';
import { commit } from '../http/commit.ts';
import { checkedComment } from '../http/headers.ts';
import { type AnyServed, serve } from '../http/operation.ts';
import { APP, appOf, FLAG, flagOf } from '../http/paths.ts';
import type { Setting } from '../http/setting.ts';
import { existingApp } from './apps.ts';
import { entryToRestore } from './changelog.ts';
import { writtenFlag } from './flags.ts';
import { hintMessages } from './hint-messages.ts';

const tag = 'Flags';

const withComment = (body: unknown): Batch => {
  const batch = parseChanges(body);
  return batch.comment === null
    ? batch
    : { ...batch, comment: checkedComment(batch.comment, 'comment', '/comment') };
};

export const changesOperations = (setting: Setting): readonly AnyServed[] => [
  serve(
    {
      id: 'changeFlags',
      tag,
      summary: 'Change many flags and segments at once',
      description:
        'Up to 500, in one commit: all of it or nothing, at the edges too. `put` creates or replaces; `patch` and `delete` of a missing key are 404.',
      method: 'post',
      path: `${APP}/changes`,
      needs: 'write',
      writes: true,
      dryRun: 'several',
      body: { schema: ChangesWrite, parse: withComment },
      answers: { schema: ChangesResult },
      problems: ['not_found', 'precondition', 'limit'],
    },
    async (call) => {
      const app = await existingApp(setting, call.account, appOf(call));
      const { changes, comment } = call.body;
      const defaults = { account: call.account, clientSide: app.client_side_default };
      const write = { ...call.write, comment: comment ?? call.write.comment };
      return commit({ ...call, write }, setting, changeFlags(call.body, defaults), (committed) => ({
        result: {
          app_version: committed.appVersion,
          flags: changes.flatMap(({ kind, key }) => {
            const flag = kind === undefined ? flagAfter(committed, key) : null;
            return flag === null ? [] : [flagView(flag)];
          }),
          ...(changes.some(({ kind }) => kind === 'segment')
            ? {
                segments: changes.flatMap(({ kind, key }) => {
                  const segment = kind === 'segment' ? segmentAfter(committed, key) : null;
                  return segment === null ? [] : [segmentView(segment)];
                }),
              }
            : {}),
        },
        messages: hintMessages(committed.flags.values()),
      }));
    },
  ),

  serve(
    {
      id: 'restoreFlag',
      tag,
      summary: 'Make a flag what it was after an earlier change',
      description: 'A new change, with its own entry; brings a deleted flag back.',
      method: 'post',
      path: `${FLAG}/restore`,
      needs: 'write',
      writes: true,
      dryRun: 'one',
      ifMatch: 'accepted',
      body: { schema: Restore, parse: parseRestore },
      answers: { schema: FlagSchema },
      problems: ['not_found', 'limit'],
    },
    async (call) => {
      const key = flagOf(call);
      const entry = await entryToRestore(call, setting, call.body.changelog_id);
      return commit(call, setting, restoreFlag(key, entry, call.ifMatch), (committed) =>
        writtenFlag(flagAfter(committed, key), key),
      );
    },
  ),
];
