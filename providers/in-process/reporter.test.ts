import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createClient } from '../client/index.ts';
import { Reporter } from './reporter.ts';
import { SmallEdge } from './testing/small-edge.ts';

let edge: SmallEdge;
let other: SmallEdge;
beforeEach(async () => {
  edge = await new SmallEdge().start();
  other = await new SmallEdge().start();
  edge.flags = {
    beta: { key: 'beta', enabled: true, variations: { on: true }, default_variation: 'on', rules: [] },
  };
});
afterEach(() => Promise.all([edge.stop(), other.stop()]));

const options = () => ({ url: edge.url, token: SmallEdge.TOKEN, app: 'shop' });
const reporterOf = (more: object = {}): Reporter => new Reporter({ ...options(), ...more }, 5);
const count = ({ tally }: Reporter, times = 1): void => {
  const slot = tally?.slotOf('beta', 'on', 'STATIC') ?? 0;
  for (let n = 0; n < times; n += 1) tally?.delivered([slot]);
};
/** Number and count of each report that came. */
const came = (at = edge) =>
  at.reports.map((report) => {
    const { seq, counts, gap } = report as { seq: number; counts: unknown[][]; gap?: true };
    return [seq, counts[0]?.[4], ...(gap === undefined ? [] : ['gap'])];
  });

describe('the direct client', () => {
  test('counts what it evaluates and tells when it is closed, nothing of whom it was for', async () => {
    const flags = createClient(options());
    await flags.ready();
    for (let n = 0; n < 3; n += 1) flags.getBooleanValue('beta', false, { targetingKey: 'ada@example.com' });
    flags.getStringValue('beta', '');
    flags.getBooleanValue('missing', false);
    await flags.close();
    expect(edge.reports).toEqual([
      {
        reporter: expect.stringMatching(/^[\da-f-]{36}$/),
        epoch: expect.any(Number),
        seq: 1,
        since: expect.stringMatching(/^\d{4}-/),
        counts: [
          ['beta', 'on', 'STATIC', 'evaluated', 3],
          ['beta', null, 'ERROR', 'evaluated', 1],
        ],
      },
    ]);
    expect(JSON.stringify(edge.seen)).not.toContain('ada');
  });

  test('counts nothing where it is told not to', async () => {
    const flags = createClient({ ...options(), observe: false });
    await flags.ready();
    flags.getBooleanValue('beta', false);
    await flags.close();
    expect(edge.seen.filter(({ method }) => method === 'POST')).toEqual([]);
    expect(() => createClient({ ...options(), observe: 'no' as unknown as boolean })).toThrow(
      'observe is "no"; expected true or false',
    );
  });
});

describe('a reporter', () => {
  test('tells now and then, and nothing where nothing was counted', async () => {
    const reporter = reporterOf();
    reporter.start();
    count(reporter, 2);
    await expect.poll(() => came()).toEqual([[1, 2]]);
    count(reporter, 3);
    await expect
      .poll(() => came())
      .toEqual([
        [1, 2],
        [2, 3],
      ]);
    await reporter.close();
    expect(came()).toHaveLength(2);
  });

  test('repeats a report of which it does not know whether it was taken', async () => {
    const reporter = reporterOf();
    edge.report = { status: 503 };
    reporter.start();
    count(reporter);
    const tried = () => edge.seen.filter(({ url }) => url.endsWith('/report'));
    await expect.poll(() => tried().length).toBeGreaterThan(1);
    count(reporter, 5);
    edge.report = 'well';
    await expect
      .poll(() => came())
      .toEqual([
        [1, 1],
        [2, 5],
      ]);
    expect(tried()[0]?.body).toBe(tried()[1]?.body);
    await reporter.close();
  });

  test.each([401, 404, 429])('merges a report that was refused with %i into the next', async (status) => {
    const reporter = reporterOf();
    edge.report = { status };
    reporter.start();
    count(reporter);
    await expect.poll(() => edge.seen.length).toBeGreaterThan(1);
    count(reporter, 5);
    await expect.poll(() => edge.seen.at(-1)?.body).toContain('"delivered",6]');
    edge.report = 'well';
    await expect.poll(() => came()).toEqual([[1, 6]]);
    await reporter.close();
  });

  test('drops a report that no edge will ever take, and says so in the next', async () => {
    const reporter = reporterOf();
    edge.report = { status: 413 };
    reporter.start();
    count(reporter);
    await expect.poll(() => edge.seen.length).toBe(1);
    edge.report = 'well';
    count(reporter, 2);
    await expect.poll(() => came()).toEqual([[2, 2, 'gap']]);
    await reporter.close();
  });

  test('tells another edge where one is away', async () => {
    const reporter = reporterOf({ url: [edge.url, other.url] });
    await edge.stop();
    reporter.start();
    count(reporter);
    await expect.poll(() => came(other)).toEqual([[1, 1]]);
    await reporter.close();
  });

  test('closes within a second or so of an edge that does not answer', async () => {
    const reporter = reporterOf();
    edge.report = 'hang';
    reporter.start();
    count(reporter);
    await expect.poll(() => edge.seen.length).toBe(1);
    const start = performance.now();
    await reporter.close();
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});
