import { z } from '@hono/zod-openapi';
import { sha256Hex } from '../../access/secret.ts';
import { ImportReader } from '../../flags/body/import-reader.ts';
import { FlagDefinitionSchema } from '../../flags/body/schema-flag.ts';
import { type Imported, importFlags } from '../../flags/decide/import-flags.ts';
import { Problem } from '../../model/problem.ts';
import { ImportResult } from '../document/schemas.ts';
import type { Call } from '../http/call.ts';
import { commit } from '../http/commit.ts';
import { exportStream } from '../http/export-stream.ts';
import { readLines } from '../http/lines.ts';
import { OpenStreams } from '../http/open-streams.ts';
import { type AnyServed, serve } from '../http/operation.ts';
import { APP, appOf } from '../http/paths.ts';
import { switchParameter } from '../http/query.ts';
import type { Setting } from '../http/setting.ts';
import { existingApp } from './apps.ts';

const tag = 'Transfer';
const NDJSON = 'application/x-ndjson';
const ImportQuery = z.object({
  mode: z
    .enum(['merge', 'replace'], { error: '"merge" or "replace"' })
    .default('merge')
    .openapi({ description: '`replace` deletes the flags that are not in the import.' }),
  dry_run: switchParameter('Answers the diff of every flag, and changes nothing.'),
  allow_empty: switchParameter('Lets `mode=replace` delete every flag by an import that has none.'),
  flagship_account: z
    .string()
    .min(1, { error: 'a Flagship account id' })
    .max(128, { error: 'a Flagship account id' })
    .optional()
    .openapi({ description: 'Gives flags without bucketing the buckets they had at Flagship.' }),
});
type ImportQuery = z.infer<typeof ImportQuery>;

export const transferOperations = (setting: Setting): readonly AnyServed[] => {
  const { exportsOfToken, exports } = setting.streamLimits;
  const open = new OpenStreams('exports', { ofToken: exportsOfToken, inAll: exports });
  return [
    serve(
      {
        id: 'exportFlags',
        tag,
        summary: 'Export every flag of an app',
        description:
          'One flag a line, ordered by key, all at one version of the app. A reader that takes nothing for 30 s is cut off.',
        method: 'get',
        path: `${APP}/export`,
        needs: 'read',
        answers: { schema: FlagDefinitionSchema, enveloped: false, type: NDJSON },
        problems: ['not_found', 'busy'],
      },
      async (call) => {
        const app = await existingApp(setting, call.account, appOf(call));
        return {
          raw: async () => {
            const release = open.take(call.caller.grant.token_id);
            const flags = setting.stores.app(call.account, app.id).everyFlag();
            return exportStream(flags, { idleMs: setting.streamLimits.idleMs, onEnd: release });
          },
          headers: {
            'content-type': NDJSON,
            'content-disposition': `attachment; filename="${app.name}.ndjson"`,
          },
        };
      },
    ),

    serve(
      {
        id: 'importFlags',
        tag,
        summary: 'Import flags',
        description:
          'One flag a line, all in one commit. Flags that are there are replaced whole and keep their bucketing; others are kept, or deleted with `mode=replace`.',
        method: 'post',
        path: `${APP}/import`,
        needs: 'write',
        writes: true,
        query: ImportQuery,
        body: { schema: FlagDefinitionSchema, type: NDJSON, parse: () => undefined },
        answers: { schema: ImportResult },
        problems: ['not_found', 'limit'],
      },
      async (call: Call<ImportQuery>) => {
        const app = await existingApp(setting, call.account, appOf(call));
        const {
          mode,
          dry_run: dryRun,
          allow_empty: allowEmpty,
          flagship_account: flagshipAccount = null,
        } = call.query;
        const reader = new ImportReader();
        const read = call.idempotency === null ? null : ([] as string[]);
        for await (const { number, text } of readLines(call.request)) {
          reader.add(number, text);
          read?.push(await sha256Hex(text));
        }
        const idempotency =
          call.idempotency === null || dryRun
            ? null
            : {
                ...call.idempotency,
                fingerprint: await sha256Hex([call.idempotency.fingerprint, ...(read ?? [])].join()),
              };
        const flags = reader.finish();
        if (mode === 'replace' && flags.length === 0 && !allowEmpty) {
          throw new Problem('invalid', {
            message:
              'The import has no flags, so that mode=replace would delete every flag of the app; expected at least one flag, or allow_empty=1 if that is what you want.',
          });
        }
        const write = importFlags(flags, {
          account: call.account,
          clientSide: app.client_side_default,
          mode,
          flagshipAccount,
          dryRun,
        });
        return commit<Imported>({ ...call, idempotency }, setting, write, (committed) => {
          const { created, updated, deleted, unchanged, diff, messages } = committed.answer;
          return {
            result: {
              app_version: committed.appVersion,
              dry_run: dryRun,
              created,
              updated,
              deleted,
              unchanged,
              ...(diff === null ? {} : { diff }),
            },
            messages: messages.map((message) => ({ message })),
          };
        });
      },
    ),
  ];
};
