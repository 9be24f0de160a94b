import type { Durations } from '../durations.ts';
import type { Guesses } from '../entry/guesses.ts';
import type { StreamRoom } from '../entry/stream-room.ts';
import type { Account } from '../held/account.ts';
import type { Apps } from '../held/apps.ts';
import type { Streams } from './event-streams.ts';

/** What there is to count. */
export interface Counted {
  readonly account: Account;
  readonly apps: Apps;
  readonly streams: Streams;
  readonly room: StreamRoom;
  readonly guesses: Guesses;
  readonly durations: Durations;
}

/**
 * What the edge counts, in Prometheus' text format. The hot path only adds to plain numbers; they are put in form when asked for, and
 * so is the library, which Workers need not load.
 */
export const renderMetrics = async (counted: Counted): Promise<string> => {
  const { account, apps, streams, room, guesses, durations } = counted;
  const { Counter, Gauge, Registry } = await import('prom-client');
  const registers = [new Registry()];
  const counter = (name: string, help: string, labelNames: string[] = []) =>
    new Counter({ name, help, labelNames, registers });
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name, help, labelNames, registers });

  const evaluations = counter('halyard_edge_evaluations_total', 'Evaluations answered.', ['app', 'reason']);
  const version = gauge('halyard_edge_config_version', 'Version of the configuration served.', ['app']);
  const stale = gauge(
    'halyard_edge_config_stale_seconds',
    'Since the configuration was last known to be current; 0 while it is.',
    ['app'],
  );
  for (const app of apps) {
    for (const [reason, count] of app.evaluations) evaluations.inc({ app: app.id, reason }, count);
    if (app.version === null) continue;
    version.set({ app: app.id }, app.version);
    stale.set({ app: app.id }, app.staleSeconds ?? 0);
  }
  gauge('halyard_edge_account_version', 'Version of the account (tokens, apps) held.').set(
    account.version ?? 0,
  );
  gauge('halyard_edge_cache_connected', '1 while the flag cache answers.').set(account.connected ? 1 : 0);
  counter('halyard_edge_cache_reconnects_total', 'Times the flag cache was found again.').inc(
    account.reconnects,
  );
  gauge('halyard_edge_stream_subscribers', 'Open event streams.').set(streams.size);
  counter('halyard_edge_stream_dropped_total', 'Readers cut off for being slow.').inc(streams.dropped);
  counter('halyard_edge_stream_refused_total', 'Readers turned away because there was no room.').inc(
    room.refused,
  );
  counter('halyard_edge_failed_attempts_total', 'Tokens and tickets refused because they are not good.').inc(
    guesses.failures,
  );
  counter('halyard_edge_limited_attempts_total', 'Those of them that were answered 429.').inc(
    guesses.limited,
  );
  gauge('halyard_edge_compiled_apps', 'Apps held in compiled form.').set(apps.compiledCount);
  gauge('halyard_edge_compiled_bytes', 'Their configuration as JSON text.').set(apps.compiledBytes);
  counter('halyard_edge_compiled_hits_total', 'Requests that found the compiled form.').inc(apps.hits);
  counter('halyard_edge_compiled_misses_total', 'Requests that had to compile.').inc(apps.misses);
  const took = durations.render(
    'halyard_edge_evaluation_seconds',
    'From a request for one flag or for all of them to its answer.',
  );
  return `${await registers[0]?.metrics()}\n${took}`;
};
