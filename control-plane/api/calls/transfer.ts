import { z } from '@hono/zod-openapi';
import { sha256Hex } from '../../access/secret.ts';
import { byLine, ImportReader } from '../../flags/body/import-reader.ts';
import { FlagDefinitionSchema } from '../../flags/body/schema-flag.ts';
import { type Imported, type ImportOptions, importFlags } from '../../flags/decide/import-flags.ts';
import type { AppWrite } from '../../flags/decide/write.ts';
import { SegmentDefinitionSchema } from '../../flags/segments/schema-segment.ts';
import { importTranslated } from '../../importers/import.ts';
import type { Vendor } from '../../importers/index.ts';
import type { Committed } from '../../model/commit.ts';
import { Problem } from '../../model/problem.ts';
import { ImportResult } from '../document/schemas.ts';
import type { Call, Outcome } from '../http/call.ts';
import { commit } from '../http/commit.ts';
import { exportStream } from '../http/export-stream.ts';
import { readLines } from '../http/lines.ts';
import { OpenStreams } from '../http/open-streams.ts';
import { type AnyServed, serve } from '../http/operation.ts';
import { APP, appOf } from '../http/paths.ts';
import { switchParameter } from '../http/query.ts';
import type { Setting } from '../http/setting.ts';
import { readVendorDocument } from '../http/vendor-document.ts';
import { existingApp } from './apps.ts';
import { hintMessages } from './hint-messages.ts';
import {
  checkParameters,
  fromParameters,
  mayBeYaml,
  relocated,
  reportedOf,
  translated,
} from './import-from.ts';

/** Of `from`. */
const DOCUMENTS = {
  'application/json': z.looseObject({}).openapi({ description: "With `from`: the vendor's document." }),
  'application/yaml': z.looseObject({}).openapi({ description: 'With `from=flagd` or `from=launchdarkly`.' }),
};

const tag = 'Transfer';
const NDJSON = 'application/x-ndjson';
const Line = z
  .union([FlagDefinitionSchema, z.strictObject({ segment: SegmentDefinitionSchema })])
  .openapi('TransferLine', { description: 'A flag, or a segment by itself.' });

const ImportQuery = z.object({
  mode: z
    .enum(['merge', 'replace'], { error: '"merge" or "replace"' })
    .default('merge')
    .openapi({ description: '`replace` deletes the flags and segments that are not in the import.' }),
  allow_empty: switchParameter('Lets `mode=replace` delete every flag by an import that has none.'),
  flagship_account: z
    .string()
    .min(1, { error: 'a Flagship account id' })
    .max(128, { error: 'a Flagship account id' })
    .optional()
    .openapi({ description: 'Gives flags without bucketing the buckets they had at Flagship.' }),
  ...fromParameters,
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
        summary: 'Export every flag and segment of an app',
        description:
          'One a line, segments first, each ordered by key, all at one version of the app. A reader that takes nothing for 30 s is cut off.',
        method: 'get',
        path: `${APP}/export`,
        needs: 'read',
        answers: { schema: Line, enveloped: false, type: NDJSON },
        problems: ['not_found', 'busy'],
      },
      async (call) => {
        const app = await existingApp(setting, call.account, appOf(call));
        return {
          raw: async () => {
            const release = open.take(call.caller.grant.token_id);
            const everything = setting.stores.app(call.account, app.id).everything();
            return exportStream(everything, { idleMs: setting.streamLimits.idleMs, onEnd: release });
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
        summary: 'Import flags and segments',
        description:
          'With `from`, the document of another vendor: the answer reports what became of each flag, and another import updates, but for what people changed here since. Otherwise one a line, in any order. All in one commit that is judged by its end. Flags and segments that are there are replaced whole, and flags keep their bucketing; others are kept, or deleted with `mode=replace`. A dry run answers the counts too.',
        method: 'post',
        path: `${APP}/import`,
        needs: 'write',
        writes: true,
        dryRun: 'several',
        query: ImportQuery,
        body: { schema: Line, type: NDJSON, others: DOCUMENTS, parse: () => undefined },
        answers: { schema: ImportResult },
        problems: ['not_found', 'limit'],
      },
      async (call: Call<ImportQuery>) => {
        checkParameters(call.query);
        const app = await existingApp(setting, call.account, appOf(call));
        const { mode, allow_empty: allowEmpty, flagship_account: flagshipAccount = null, from } = call.query;
        const options = { account: call.account, clientSide: app.client_side_default, mode, allowEmpty };
        return from === undefined
          ? importLines(call, setting, { ...options, flagshipAccount })
          : importDocument(call, setting, from, { ...options, flagshipAccount: null });
      },
    ),
  ];
};

const importLines = async (
  call: Call<ImportQuery>,
  setting: Setting,
  options: ImportOptions,
): Promise<Outcome> => {
  const reader = new ImportReader();
  const read = call.idempotency === null ? null : ([] as string[]);
  for await (const { number, text } of readLines(call.request)) {
    reader.add(number, text);
    read?.push(await sha256Hex(text));
  }
  try {
    const identified = { ...call, idempotency: await fingerprinted(call, read ?? []) };
    return await commitImport(identified, setting, importFlags(reader.finish(), options));
  } catch (error) {
    throw error instanceof Problem ? byLine(error) : error;
  }
};

const importDocument = async (
  call: Call<ImportQuery>,
  setting: Setting,
  from: Vendor,
  options: ImportOptions,
): Promise<Outcome> => {
  const document = await readVendorDocument(call.request, mayBeYaml(from));
  const translation = translated(from, document, call.query);
  const write = importTranslated(translation, { ...options, onlyExact: call.query.only === 'exact' });
  const identified = {
    ...call,
    idempotency:
      call.idempotency === null ? null : await fingerprinted(call, [await sha256Hex(document.text)]),
  };
  try {
    return await commitImport(identified, setting, write, reportedOf);
  } catch (error) {
    throw error instanceof Problem ? relocated(error, translation) : error;
  }
};

/** The body is part of what makes a repeat the same request. */
const fingerprinted = async ({ idempotency }: Pick<Call, 'idempotency'>, read: readonly string[]) =>
  idempotency === null
    ? null
    : { ...idempotency, fingerprint: await sha256Hex([idempotency.fingerprint, ...read].join()) };

const commitImport = <A extends Imported>(
  call: Call<ImportQuery>,
  setting: Setting,
  write: AppWrite<A>,
  more: (committed: Committed<A>) => object = () => ({}),
): Promise<Outcome> => {
  const told = (committed: Committed<A>) => {
    const { result, messages } = importedAnswer(committed, call.dryRun !== null);
    return { result: { ...result, ...more(committed) }, messages };
  };
  return commit<A>(
    call,
    setting,
    write,
    (committed) => {
      const { result, messages } = told(committed);
      return { result, messages: [...messages, ...hintMessages(committed.flags.values())] };
    },
    told,
  );
};

const importedAnswer = ({ answer, appVersion }: Committed<Imported>, dryRun: boolean) => {
  const { created, updated, deleted, unchanged, segments, messages } = answer;
  return {
    result: { app_version: appVersion, dry_run: dryRun, created, updated, deleted, unchanged, segments },
    messages: messages.map((message) => ({ message })),
  };
};
