import { expect, test } from 'vitest';
import { Durations } from './durations.ts';

test('durations are counted in buckets that each hold the smaller ones', () => {
  const durations = new Durations();
  for (const seconds of [0.00005, 0.0001, 0.003, 7]) durations.observe('one', seconds);
  const lines = durations.render('took', 'How long.').split('\n');
  expect(lines.slice(0, 3)).toEqual([
    '# HELP took How long.',
    '# TYPE took histogram',
    'took_bucket{asked="one",le="0.0001"} 2',
  ]);
  expect(lines).toContain('took_bucket{asked="one",le="0.0025"} 2');
  expect(lines).toContain('took_bucket{asked="one",le="0.005"} 3');
  expect(lines).toContain('took_bucket{asked="one",le="5"} 3');
  expect(lines).toContain('took_bucket{asked="one",le="+Inf"} 4');
  expect(lines).toContain('took_count{asked="one"} 4');
  expect(lines).toContain('took_count{asked="all"} 0');
});

test('an answer that fails is measured too', async () => {
  const durations = new Durations();
  const handler = durations.measured('all', () => Promise.reject(new Error('no')));
  await expect(handler()).rejects.toThrow('no');
  expect(durations.render('took', '')).toContain('took_count{asked="all"} 1');
});
