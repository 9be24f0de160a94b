import type { AlarmStorage } from 'cloudflare:workers';
import type { FlagCache } from '@halyard/caches';
import type { Log } from '../api/http/setting.ts';
import { appsIn, deliver, outboxOf, spaceOf } from '../replication/deliver.ts';
import { FORMER, ForeignSpace } from '../replication/relation.ts';
import type { Place, Stores } from '../store/port.ts';
import type { AppPlace } from '../store/sql/rows.ts';

/** A cache that nothing was brought to for so long is asked where it is, in case it lost something meanwhile. */
const BELIEVED_MS = 60_000;
const BACKOFF_MIN_MS = 1_000;
const BACKOFF_MAX_MS = 60_000;
/** Rows read at once. */
const BATCH = 200;

export interface CourierOptions {
  readonly stores: Stores;
  readonly openCache: () => FlagCache;
  readonly place: Place;
  readonly alarm: Pick<AlarmStorage, 'getAlarm' | 'setAlarm'>;
  readonly log: Pick<Log, 'info' | 'warn' | 'error'>;
  /** The identity of another database whose space is taken over; absent: none is. */
  readonly adopt?: string | undefined;
  readonly now: () => number;
  /** In [0, 1), for jitter. */
  readonly random: () => number;
  /** An app was made, renamed or deleted. Rows stay in the outbox until it resolves. */
  readonly onApp: (app: AppPlace) => Promise<void>;
}

/** Brings the commits of one object to the flag cache: at least once, in order, for ever, by the object's alarm. */
export interface Courier {
  /**
   * Brings what there is, and drops what was delivered. Rejects if not all of it could be. Asks the cache itself where it is, so that
   * one that lost something is repaired.
   */
  repair(): Promise<void>;
  /** Takes the space out of the cache. */
  remove(): Promise<void>;
  /** Brings what there is, as an alarm does it: what could not be brought is tried again later. */
  rung(): Promise<void>;
}

export const createCourier = (options: CourierOptions): Courier => {
  const { stores, openCache, place, alarm, log, now, random, onApp } = options;
  let cache = openCache();
  let failures = 0;
  let broughtAt = now();
  let before: Promise<unknown> = Promise.resolve();

  const bring = async (): Promise<void> => {
    const outbox = outboxOf(stores, place);
    for (;;) {
      const rows = await outbox.commits(0, BATCH);
      const { head, how, apps, begun } = await deliver(stores, cache, place, {
        adopts: (identity) => (identity ?? FORMER) === options.adopt,
      });
      if (how === 'snapshot') {
        log.info(
          { space: spaceOf(place), version: head?.version },
          'A space of the flag cache was filled or repaired.',
        );
      }
      if (begun) {
        log.warn(
          { space: spaceOf(place), version: head?.version },
          'The flag cache had more than the database, or something else: the database was put back to an earlier state. A new epoch began.',
        );
      }
      // A delivery that was cut short after the cache had it is followed by one that has nothing to tell: the rows know.
      for (const app of distinct([
        ...apps,
        ...appsIn(
          place,
          rows.flatMap((row) => row.changes),
        ),
      ])) {
        await onApp(app);
      }
      if (head === null) return;
      const last = rows.at(-1)?.version;
      await outbox.delivered(rows.length === BATCH && last !== undefined ? last : head.version);
      if (rows.length < BATCH) return;
    }
  };

  /** Two at once would write one space from two memories of it. */
  const alone = (what: () => Promise<void>): Promise<void> => {
    const run = before.then(what);
    before = run.catch(() => {});
    return run;
  };

  const bringTo = (asked: FlagCache): Promise<void> => {
    cache = asked;
    broughtAt = now();
    return bring();
  };

  return {
    repair: () => alone(() => bringTo(openCache())),

    remove: () => alone(() => cache.remove(spaceOf(place))),

    async rung() {
      try {
        await alone(() => bringTo(now() - broughtAt > BELIEVED_MS ? openCache() : cache));
        if (failures > 0)
          log.info({ space: spaceOf(place) }, 'The flag cache is reached again; delivery goes on.');
        failures = 0;
      } catch (error) {
        const ceiling = Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS * 2 ** Math.min(failures, 10));
        failures += 1;
        if (error instanceof ForeignSpace) log.error({ space: spaceOf(place) }, error.message);
        else if (failures === 1) {
          log.warn(
            { space: spaceOf(place), err: error },
            'Delivery to the flag cache waits: it will be tried again until it succeeds.',
          );
        }
        const at = now() + ceiling * (0.5 + random() / 2);
        const set = await alarm.getAlarm();
        if (set === null || set > at) await alarm.setAlarm(at);
      }
    },
  };
};

const distinct = (apps: readonly AppPlace[]): Iterable<AppPlace> =>
  new Map(apps.map((app) => [app.app, app])).values();
