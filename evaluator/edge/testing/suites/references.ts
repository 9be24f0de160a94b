import { afterEach, describe, expect, test } from 'vitest';
import { bulkOf, type Events, eventsOf, type Home, onFlag, revision, type World } from './world.ts';

/** Off, and it has no value for that. */
const undecided = (key: string, more: object = {}): object =>
  onFlag(key, { enabled: false, off_variation: null, ...more });

const needs = (key: string, flag: string, more: object = {}): object =>
  onFlag(key, {
    off_variation: 'off',
    prerequisites: [{ flag, variations: ['on'] }],
    rules: { format: 2, list: [] },
    ...more,
  });

const forBeta = onFlag('search', {
  default_variation: 'off',
  rules: {
    format: 2,
    list: [{ priority: 1, conditions: [{ operator: 'in_segment', value: ['beta'] }], serve_variation: 'on' }],
  },
});
const beta = (...include: string[]): object => ({ key: 'beta', include, exclude: [], conditions: [] });

const ADA = { targetingKey: 'ada' };
const asPage = { authorization: 'Bearer browser', origin: 'https://shop.example' };

export const referencesSuite = (home: Home): void => {
  describe(home.name, () => {
    let world: World;
    const opened: Events[] = [];
    afterEach(async () => {
      for (const events of opened.splice(0)) await events.cancel();
      await world.close();
    });

    describe('a change of a segment alone', () => {
      const bulk = async (headers: Readonly<Record<string, string>> = {}) => {
        const response = await world.evaluate('', ADA, headers);
        const { flags } = response.status === 304 ? { flags: [] } : await bulkOf(response);
        return { status: response.status, etag: response.headers.get('etag') ?? '', flags };
      };

      test('is in the next answer, one flag or all, also where the one before was kept', async () => {
        world = await home.start({ search: forBeta, other: onFlag('other'), 'segment/beta': beta('ada') });
        for (let times = 0; times < 3; times += 1) {
          expect((await bulk()).flags).toMatchObject([{ value: true }, { value: true }]);
        }
        await world.commit({ 'segment/beta': beta('bob') });
        expect((await bulk()).flags).toMatchObject([
          { key: 'search', value: false, reason: 'DEFAULT' },
          { key: 'other', value: true },
        ]);
        const one = await world.evaluate('/search', ADA);
        expect([await one.json(), one.headers.get('halyard-version')]).toMatchObject([{ value: false }, '2']);
        await world.commit({ 'segment/beta': beta('ada') });
        expect((await bulk()).flags).toMatchObject([{ value: true, reason: 'TARGETING_MATCH' }, {}]);
      });

      test('is another ETag, and a notice to pages', async () => {
        world = await home.start({ search: forBeta, 'segment/beta': beta('ada') });
        const first = await world.evaluate('', ADA);
        const etag = first.headers.get('etag') ?? '';
        const { eventStreams } = await bulkOf(first);
        world.time += 10_000;
        const events = eventsOf(await world.request(eventStreams[0]?.endpoint.requestUri ?? ''));
        opened.push(events);
        expect(await events.next()).toBe(':');
        expect((await bulk({ 'if-none-match': etag })).status).toBe(304);
        await world.commit({ 'segment/beta': beta() });
        expect(await events.next()).toBe(
          `id: ${revision(2)}\ndata: {"type":"refetchEvaluation","etag":"${revision(2)}"}`,
        );
        const second = await bulk({ 'if-none-match': etag });
        expect([second.status, second.flags]).toMatchObject([200, [{ value: false }]]);
        expect(second.etag).not.toBe(etag);
      });

      test('that deletes it fails the flags that use it, visibly, and no other', async () => {
        world = await home.start({ search: forBeta, other: onFlag('other'), 'segment/beta': beta('ada') });
        await world.commit({ 'segment/beta': null });
        expect((await bulk()).flags).toMatchObject([
          {
            key: 'search',
            errorCode: 'PARSE_ERROR',
            errorDetails: 'rules[0].conditions[0].value[0] is "beta"; expected a segment that is in this app',
          },
          { key: 'other', value: true },
        ]);
      });
    });

    describe('a flag that is off and leaves the value to the caller', () => {
      const metadata = { team: 'growth' };
      const answered = { ...metadata, flagSetId: 'shop' };

      test('is a success without value and variant over OFREP, one or all', async () => {
        world = await home.start({ undecided: undecided('undecided', { metadata }) });
        const answer = { key: 'undecided', reason: 'DISABLED', metadata: answered };
        const one = await world.evaluate('/undecided', {});
        expect([one.status, await one.json()]).toEqual([200, answer]);
        expect((await bulkOf(await world.evaluate('', {}))).flags).toEqual([answer]);
      });

      test('has the value null in Flagship’s call', async () => {
        world = await home.start(
          { undecided: undecided('undecided', { metadata }), needs: needs('needs', 'undecided') },
          { standalone: true },
        );
        const path = '/client/v4/accounts/default/flagship/apps/shop/evaluate';
        const asked = await world.get(`${path}?flagKey=undecided`);
        expect([asked.status, await asked.json()]).toEqual([
          200,
          { flagKey: 'undecided', value: null, reason: 'DISABLED', metadata: answered },
        ]);
        const unmet = await world.get(`${path}?flagKey=needs`);
        expect(await unmet.json()).toEqual({
          flagKey: 'needs',
          value: false,
          variant: 'off',
          reason: 'DISABLED',
          metadata: { flagSetId: 'shop', prerequisite: 'undecided' },
        });
      });
    });

    describe('the prerequisite that is not met', () => {
      const flags = {
        open: undecided('open'),
        hidden: undecided('hidden', { client_side: false }),
        'needs-open': needs('needs-open', 'open', { metadata: { team: 'growth' } }),
        'needs-hidden': needs('needs-hidden', 'hidden', { metadata: { team: 'growth' } }),
        'undecided-too': needs('undecided-too', 'hidden', { off_variation: null }),
      };
      const told = async (headers: Readonly<Record<string, string>>, query = '') => {
        const { flags: answers } = await bulkOf(await world.evaluate(query, {}, headers));
        return Object.fromEntries(answers.map(({ key, ...answer }) => [key, answer]));
      };
      const of = (prerequisite?: string) => ({
        value: false,
        variant: 'off',
        reason: 'DISABLED',
        metadata: { team: 'growth', flagSetId: 'shop', ...(prerequisite !== undefined && { prerequisite }) },
      });
      const unserved = { reason: 'DISABLED', metadata: { flagSetId: 'shop' } };

      test('is named to a service, whichever flag it is', async () => {
        world = await home.start(flags);
        expect(await told({})).toEqual({
          open: unserved,
          hidden: unserved,
          'needs-open': of('open'),
          'needs-hidden': of('hidden'),
          'undecided-too': { ...unserved, metadata: { flagSetId: 'shop', prerequisite: 'hidden' } },
        });
      });

      test('is not named to a page that may not know that flag, in no way', async () => {
        world = await home.start(flags, { standalone: true });
        const seen = {
          'needs-open': of('open'),
          'needs-hidden': of(),
          'undecided-too': unserved,
        };
        expect(await told(asPage)).toEqual({ open: unserved, ...seen });
        expect(await told(asPage, '?keys=needs-open,needs-hidden,undecided-too,hidden')).toEqual(seen);
        // What a server renders into a page.
        expect(await told({}, '?client_side=1')).toEqual({ open: unserved, ...seen });
        for (const [key, answer] of Object.entries(seen)) {
          const one = await world.evaluate(`/${key}`, {}, asPage);
          expect(await one.json()).toEqual({ key, ...answer });
        }
        const path = '/client/v4/accounts/default/flagship/apps/shop/evaluate?flagKey=needs-hidden';
        expect(await (await world.get(path, asPage)).json()).toEqual({ flagKey: 'needs-hidden', ...of() });
        // The same answers again to a service: what a page was not told was left out for it alone.
        expect(await told({})).toMatchObject({ 'needs-hidden': of('hidden') });
        await world.commit({ hidden: undecided('hidden') });
        expect(await told(asPage)).toMatchObject({ 'needs-hidden': of('hidden') });
      });
    });
  });
};
