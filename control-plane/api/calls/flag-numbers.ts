import { z } from '@hono/zod-openapi';
import { noSuchFlag } from '../../flags/decide/write.ts';
import type { StoredFlag } from '../../model/flag.ts';
import { dayOf, type Series, SPANS, seriesIn, windowOf } from '../../observing/series.ts';
import { lastUse, newest, STATUSES, statusOf } from '../../observing/status.ts';
import type { AppStore, VariationUse } from '../../store/port.ts';
import { FlagNumbers, type FlagUse, FlagUses } from '../document/schemas-numbers.ts';
import { type AnyServed, serve } from '../http/operation.ts';
import { APP, appOf, FLAG, flagOf } from '../http/paths.ts';
import type { Setting } from '../http/setting.ts';
import { existingApp } from './apps.ts';

const tag = 'Numbers';
/** Keys that one request may name. */
const MOST_KEYS = 200;
const KEYS_ERROR = `up to ${MOST_KEYS} keys of flags, separated by commas`;

const keysIn = (text: string): readonly string[] => [...new Set(text.split(',').filter((key) => key !== ''))];

export const numbersOperations = (setting: Setting): readonly AnyServed[] => [
  serve(
    {
      id: 'getFlagNumbers',
      tag,
      summary: 'How often a flag was evaluated',
      description:
        'A row for each variation and reason. `evaluated` and `delivered` (in answers with all flags) are counted apart. The last step of a series is not over yet.',
      method: 'get',
      path: `${FLAG}/numbers`,
      needs: 'read',
      query: z.object({
        last: z
          .enum(SPANS, { error: `one of ${SPANS.join(', ')}` })
          .default('24h')
          .openapi({ description: '`1h` and `24h` are told by the hour, `30d` by the day (UTC).' }),
      }),
      answers: { schema: FlagNumbers },
      problems: ['not_found'],
    },
    async (call) => {
      const app = await existingApp(setting, call.account, appOf(call));
      const key = flagOf(call);
      const store = setting.stores.app(call.account, app.id);
      if ((await store.flag(key)) === null) throw noSuchFlag(key);
      const window = windowOf(call.query.last, setting.now());
      const [rows, complete_until] = await Promise.all([
        store.tallies.of([key], dayOf(window)),
        store.tallies.completeUntil(),
      ]);
      return {
        result: {
          complete_until,
          from: new Date(window.from).toISOString(),
          step_seconds: window.stepMs / 1_000,
          rows: seriesIn(rows, window).map(({ flag: _, ...row }) => row),
        },
      };
    },
  ),

  serve(
    {
      id: 'listNumbers',
      tag,
      summary: 'When each flag was last evaluated, how often in 24 hours, and how it stands',
      description:
        '`status` is `new` (never evaluated, and created within 7 days), `quiet` (not evaluated for 7 days), `settled` (unchanged for 7 days and serving one variation) or `active`. Ordered by key, all in one answer.',
      method: 'get',
      path: `${APP}/numbers`,
      needs: 'read',
      query: z.object({
        keys: z
          .string()
          .refine((text) => keysIn(text).length <= MOST_KEYS, { error: KEYS_ERROR })
          .optional()
          .openapi({ description: 'Only these flags, separated by commas; at most 200.' }),
        status: z
          .enum(STATUSES, { error: `one of ${STATUSES.join(', ')}` })
          .optional()
          .openapi({ description: 'Only flags that stand so.' }),
      }),
      answers: { schema: FlagUses },
      problems: ['not_found'],
    },
    async (call) => {
      const app = await existingApp(setting, call.account, appOf(call));
      const store = setting.stores.app(call.account, app.id);
      const { keys, status } = call.query;
      const flags = await flagsOf(store, keys === undefined ? null : keysIn(keys));
      const all = await usesOf(store, flags, setting.now());
      return { result: { flags: all.filter((use) => status === undefined || use.status === status) } };
    },
  ),
];

const flagsOf = async (store: AppStore, keys: readonly string[] | null): Promise<readonly StoredFlag[]> => {
  if (keys === null) {
    const flags: StoredFlag[] = [];
    for await (const stored of store.everything()) if (stored.kind === 'flag') flags.push(stored);
    return flags;
  }
  const found = await Promise.all([...keys].sort().map((key) => store.flag(key)));
  return found.flatMap((flag) => flag ?? []);
};

const usesOf = async (
  { tallies }: AppStore,
  flags: readonly StoredFlag[],
  now: number,
): Promise<readonly FlagUse[]> => {
  const window = windowOf('24h', now);
  const keys = flags.map(({ definition }) => definition.key);
  const [rows, everyUse] = await Promise.all([tallies.of(keys, dayOf(window)), tallies.uses()]);
  const counted = Map.groupBy(seriesIn(rows, window), ({ flag }) => flag);
  const uses = Map.groupBy(everyUse, ({ flag }) => flag);
  return flags.map((flag) => useOf(flag, counted.get(flag.definition.key) ?? [], uses, now));
};

const useOf = (
  flag: StoredFlag,
  counted: readonly Series[],
  uses: ReadonlyMap<string, readonly VariationUse[]>,
  now: number,
): FlagUse => {
  const { key } = flag.definition;
  const own = uses.get(key) ?? [];
  const sumOf = (kind: Series['kind']): number =>
    counted.reduce((sum, row) => (row.kind === kind ? sum + row.total : sum), 0);
  const [evaluated, delivered] = [sumOf('evaluated'), sumOf('delivered')];
  const kind = evaluated > 0 ? 'evaluated' : 'delivered';
  const variations = Map.groupBy(
    counted.filter((row) => row.kind === kind),
    ({ variation }) => variation,
  );
  return {
    key,
    status: statusOf(flag, own, now),
    last_used_at: lastUse(own),
    last_evaluated_at: newest(own, 'evaluated_at'),
    last_delivered_at: newest(own, 'delivered_at'),
    evaluated,
    delivered,
    shares: [...variations].map(([variation, rows]) => {
      const total = rows.reduce((sum, row) => sum + row.total, 0);
      return { variation, percent: Number(((100 * total) / (evaluated || delivered)).toFixed(2)) };
    }),
  };
};
