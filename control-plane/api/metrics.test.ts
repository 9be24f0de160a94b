import { expect, test } from 'vitest';
import { createMetrics } from './calls/metrics.ts';

test('how far replication stands is asked when the metrics are read, and left out where it cannot be known', async () => {
  const metrics = createMetrics();
  let size = Promise.resolve(7);
  metrics.replication({ behindSeconds: () => 1.5, outboxSize: () => size });
  const lines = async () => (await metrics.text()).body.split('\n');
  expect(await lines()).toContain('halyard_outbox_commits 7');
  expect(await lines()).toContain('halyard_replication_behind_seconds 1.5');
  size = Promise.reject(new Error('the database is away'));
  expect((await lines()).filter((line) => line.startsWith('halyard_outbox_commits'))).toEqual([]);
  size = Promise.resolve(0);
  expect(await lines()).toContain('halyard_outbox_commits 0');
});
