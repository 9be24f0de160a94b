import { Counter, Gauge, Histogram, Registry } from 'prom-client';

export interface Metrics {
  answered(operation: string, status: number, seconds: number): void;
  refused(): void;
  /** A commit was live on one edge after this time. */
  arrived(seconds: number): void;
  /** Asked whenever the metrics are read; what cannot be known then is left out. */
  replication(standing: ReplicationStanding): void;
  text(): Promise<{ readonly type: string; readonly body: string }>;
}

export interface ReplicationStanding {
  readonly behindSeconds: () => number;
  readonly outboxSize: () => Promise<number>;
}

/** Labels are operations and statuses, never keys or accounts: the number of series does not grow with the data. */
export const createMetrics = (): Metrics => {
  const registry = new Registry();
  const requests = new Counter({
    name: 'halyard_api_requests_total',
    help: 'Answers of the management API.',
    labelNames: ['operation', 'status'] as const,
    registers: [registry],
  });
  const seconds = new Histogram({
    name: 'halyard_api_request_duration_seconds',
    help: 'From the request to its answer; streams end when they begin.',
    labelNames: ['operation'] as const,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  const refusals = new Counter({
    name: 'halyard_authentication_failures_total',
    help: 'Requests whose token, session or link was not a valid one.',
    registers: [registry],
  });
  const propagation = new Histogram({
    name: 'halyard_propagation_seconds',
    help: 'From a commit to the receipt of an edge that has it, for each edge.',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60],
    registers: [registry],
  });
  return {
    answered(operation, status, took) {
      requests.inc({ operation, status });
      seconds.observe({ operation }, took);
    },
    refused: () => refusals.inc(),
    arrived: (seconds) => propagation.observe(seconds),
    replication({ behindSeconds, outboxSize }) {
      new Gauge({
        name: 'halyard_replication_behind_seconds',
        help: 'For how long something committed has not been in the flag cache, as this server sees it; 0 if all is.',
        registers: [registry],
        collect() {
          this.set(behindSeconds());
        },
      });
      new Gauge({
        name: 'halyard_outbox_commits',
        help: 'Commits that wait for the flag cache, and those that were delivered within the last second.',
        registers: [registry],
        async collect() {
          await outboxSize().then(
            (size) => this.set(size),
            () => this.remove(),
          );
        },
      });
    },
    text: async () => ({ type: registry.contentType, body: await registry.metrics() }),
  };
};
