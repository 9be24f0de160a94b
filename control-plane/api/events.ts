import type { ChangelogEntry } from '../flags/change.ts';
import type { AppStore } from '../store/port.ts';
import { noSuchApp } from './apps.ts';
import type { Call } from './call.ts';
import { type AnyServed, serve } from './operation.ts';
import { APP, appOf } from './paths.ts';
import { silentEdges } from './propagation-call.ts';
import { EventData } from './schemas.ts';
import type { Setting } from './setting.ts';

const HEARTBEAT_MS = 15_000;
/** Receipts of one change come from many edges within moments: they are told together. */
const GATHER_MS = 150;
/** Who is further behind than this many entries reloads what it shows instead of being told each. */
const MOST_ENTRIES = 200;

export const eventOperations = (setting: Setting): readonly AnyServed[] => [
  serve(
    {
      id: 'streamEvents',
      tag: 'Propagation',
      summary: 'Follow an app live',
      description:
        'Server-sent events without a name: `commit` for every commit, `propagation` when edges applied one, `reload` when too much was missed. `id` is the app’s version; `Last-Event-ID` resumes.',
      method: 'get',
      path: `${APP}/events`,
      needs: 'read',
      answers: { schema: EventData, enveloped: false, type: 'text/event-stream' },
      problems: ['not_found'],
    },
    async (call) => {
      const app = appOf(call);
      const store = setting.stores.app(call.account, app);
      const version = await store.outbox.version();
      if (version === null) throw noSuchApp(app);
      const seen = Number(call.request.headers.get('last-event-id') ?? Number.NaN);
      const after = Number.isSafeInteger(seen) && seen >= 0 && seen <= version ? seen : version;
      return {
        raw: streamOf(call, app, store, after, setting),
        headers: { 'content-type': 'text/event-stream; charset=UTF-8', 'x-accel-buffering': 'no' },
      };
    },
  ),
];

const utf8 = new TextEncoder();

const streamOf = (
  { account, caller }: Pick<Call, 'account' | 'caller'>,
  app: string,
  store: AppStore,
  after: number,
  setting: Setting,
): ReadableStream<Uint8Array> => {
  let end = (): void => {};
  return new ReadableStream<Uint8Array>({
    start(controller) {
      let told = after;
      let ended = false;
      let telling = false;
      let again = false;
      let gathering: ReturnType<typeof setTimeout> | null = null;

      const send = (text: string): void => {
        if (!ended) controller.enqueue(utf8.encode(text));
      };
      const event = (data: EventData): void => send(`id: ${data.version}\ndata: ${JSON.stringify(data)}\n\n`);

      const tell = async (): Promise<void> => {
        const missed = await entriesAfter(store, told);
        if (missed === null) {
          const version = await store.outbox.version();
          if (version === null) return end();
          told = version;
          return event({ type: 'reload', version });
        }
        for (const commit of commitsOf(missed)) {
          told = commit.version;
          setting.propagation.committed(account, app, commit.version);
          event(commit);
        }
        if (missed.length === 0 && (await store.outbox.version()) === null) end();
      };

      // One reading at a time; what is committed meanwhile is read right after.
      const wake = (): void => {
        again = true;
        if (!telling) void keepTelling();
      };
      const keepTelling = async (): Promise<void> => {
        telling = true;
        try {
          while (again && !ended) {
            again = false;
            await tell();
          }
        } catch (error) {
          setting.log.warn({ err: error, account, app }, 'an event stream ended early');
          end();
        } finally {
          telling = false;
        }
      };

      const propagated = (): void => {
        gathering ??= setTimeout(() => {
          gathering = null;
          Promise.all([
            setting.propagation.edges(account, app, told),
            setting.propagation.silent(account, app),
          ])
            .then(([edges, silent]) =>
              event({ type: 'propagation', version: told, edges: [...edges], ...silentEdges(silent) }),
            )
            .catch((error: unknown) =>
              setting.log.debug({ err: error, account, app }, 'edges cannot be asked'),
            );
        }, GATHER_MS);
      };

      const stillAllowed = async (): Promise<boolean> => {
        const { authenticator } = setting;
        const find = caller.via === 'token' ? authenticator.token : authenticator.session;
        return (await find(caller.secret)) !== null;
      };
      const beat = setInterval(() => {
        send(': alive\n\n');
        stillAllowed().then(
          (allowed) => {
            if (!allowed) end();
          },
          // A database that is away for a moment ends nobody's stream.
          () => {},
        );
      }, HEARTBEAT_MS);

      const commits = setting.stores.onCommit((place) => {
        if (place.account === account && (place.app === app || place.app === null)) wake();
      });
      const receipts = setting.propagation.follow(account, app, propagated);

      end = () => {
        if (ended) return;
        ended = true;
        clearInterval(beat);
        if (gathering !== null) clearTimeout(gathering);
        setting.ending.removeEventListener('abort', end);
        void commits.close();
        void receipts.close();
        try {
          controller.close();
        } catch {
          // The reader has gone first.
        }
      };
      setting.ending.addEventListener('abort', end);
      send(': following\n\n');
      wake();
      propagated();
    },
    cancel: () => end(),
  });
};

/** Entries after a version, oldest first; null if there are too many to tell one by one. */
const entriesAfter = async (store: AppStore, version: number): Promise<ChangelogEntry[] | null> => {
  const { items } = await store.changelog({ limit: MOST_ENTRIES });
  const missed = items.filter((entry) => entry.app_version > version);
  if (missed.length === MOST_ENTRIES) return null;
  return missed.reverse();
};

const commitsOf = (entries: readonly ChangelogEntry[]): (EventData & { type: 'commit' })[] => {
  const commits = new Map<number, EventData & { type: 'commit' }>();
  for (const { app_version: version, at, actor, comment, flag_key } of entries) {
    const commit = commits.get(version);
    if (commit === undefined) {
      commits.set(version, { type: 'commit', version, at, actor, comment, keys: [flag_key] });
    } else commit.keys.push(flag_key);
  }
  return [...commits.values()];
};
