import type { Committed, Replayed, StoredAnswer } from '../../../model/commit.ts';
import type { AppStore } from '../../port.ts';
import type { Fixture, Suite } from './fixture.ts';
import { ACCOUNT, at, by, commit, create, refusal, settle, toggle } from './fixture.ts';

const DAY_S = 86_400;

const answerTo = (committed: Committed<boolean>): StoredAnswer => ({
  status: 200,
  body: JSON.stringify({ enabled: committed.answer, version: committed.appVersion }),
  headers: { etag: '"2"' },
});

const toggleOnce = (
  app: AppStore,
  key: string,
  fingerprint = 'f',
  second = 2,
): Promise<Committed<boolean> | Replayed> =>
  app.commit({ ...toggle('a', by('ann', second)), idempotency: { key, fingerprint, answer: answerTo } });

export const repeatsContract = ({ check, expect }: Suite): void => {
  const first = { status: 200, body: '{"enabled":true,"version":2}', headers: { etag: '"2"' } };
  const withFlag = async ({ stores }: Fixture): Promise<AppStore> => {
    const app = await settle(stores);
    await commit(app, [create('a')]);
    return app;
  };

  check('a repeated commit gets the first answer and changes nothing', async (fixture) => {
    const app = await withFlag(fixture);
    const one = await toggleOnce(app, 'k');
    expect(one.replayed).toBe(undefined);
    const two = await toggleOnce(fixture.other.app(ACCOUNT, 'app-1'), 'k', 'f', 100);
    expect(two).toEqual({ replayed: first });
    expect((await app.flag('a'))?.version).toBe(2);
    expect(await app.outbox.version()).toBe(2);
  });

  check('repeats that arrive together run once', async (fixture) => {
    const app = await withFlag(fixture);
    const elsewhere = fixture.other.app(ACCOUNT, 'app-1');
    const results = await Promise.all(
      [app, elsewhere, app, elsewhere].map((store) => toggleOnce(store, 'k')),
    );
    expect(results.filter((result) => result.replayed === undefined).length).toBe(1);
    for (const { replayed } of results) if (replayed !== undefined) expect(replayed).toEqual(first);
    expect((await app.flag('a'))?.version).toBe(2);
  });

  check('the same key with another request is a conflict', async (fixture) => {
    const app = await withFlag(fixture);
    await toggleOnce(app, 'k');
    expect(await refusal(toggleOnce(app, 'k', 'other'))).toBe('conflict');
    expect(await refusal(toggleOnce(app, 'k2', 'other'))).toBe(null);
    expect((await app.flag('a'))?.version).toBe(3);
  });

  check('an answer is kept for 24 hours', async (fixture) => {
    const app = await withFlag(fixture);
    await toggleOnce(app, 'k', 'f', 2);
    expect((await toggleOnce(app, 'k', 'f', 2 + DAY_S - 1)).replayed).toEqual(first);
    expect((await toggleOnce(app, 'k', 'f', 2 + DAY_S)).replayed).toBe(undefined);
    expect((await toggleOnce(app, 'k', 'f', 2 + DAY_S + 1)).replayed?.body).toBe(
      '{"enabled":false,"version":3}',
    );
  });

  check('a refused commit is not remembered; one without changes is', async (fixture) => {
    const app = await withFlag(fixture);
    const idempotency = { key: 'k', fingerprint: 'f', answer: () => ({ status: 200, body: '"same"' }) };
    const refuse = app.commit({ ...toggle('missing'), idempotency });
    expect(await refusal(refuse)).toBe('not_found');
    const nothing = { keys: [], decide: () => ({ changes: [], answer: null }), write: by('ann', 3) };
    expect((await app.commit({ ...nothing, idempotency })).replayed).toBe(undefined);
    expect((await app.commit({ ...nothing, idempotency })).replayed).toEqual({ status: 200, body: '"same"' });
  });

  check(
    'a repeated write of an account waits for the first and gets its answer',
    async ({ stores, other }) => {
      await settle(stores);
      let runs = 0;
      const request = { key: 'k', fingerprint: 'f', at: at(1) };
      const slowly = async (): Promise<StoredAnswer> => {
        runs += 1;
        await new Promise((resolve) => setTimeout(resolve, 60));
        return { status: 201, body: '{"n":1}' };
      };
      const answers = await Promise.all(
        [stores, other, stores].map((from) => from.accounts.idempotency(ACCOUNT).run(request, slowly)),
      );
      expect(answers).toEqual(Array.from({ length: 3 }, () => ({ status: 201, body: '{"n":1}' })));
      expect(runs).toBe(1);
      const idempotency = stores.accounts.idempotency(ACCOUNT);
      expect(await refusal(idempotency.run({ ...request, fingerprint: 'other' }, slowly))).toBe('conflict');
      await idempotency.run({ ...request, at: at(1 + DAY_S) }, slowly);
      expect(runs).toBe(2);
    },
  );

  check('a write of an account that failed can be repeated', async ({ stores }) => {
    await settle(stores);
    const idempotency = stores.accounts.idempotency(ACCOUNT);
    const request = { key: 'k', fingerprint: 'f', at: at(1) };
    const fail = idempotency.run(request, async () => {
      throw new Error('no');
    });
    expect(await refusal(fail)).toBe('Error: no');
    expect(await idempotency.run(request, async () => ({ status: 200, body: '1' }))).toEqual({
      status: 200,
      body: '1',
    });
  });
};
