import type { CommitRequest } from '../../../model/commit.ts';
import { by, commit, create, fresh, type Suite, settle, toggle, update } from './fixture.ts';

export const dryRunsContract = ({ check, expect }: Suite): void => {
  check('a dry run answers what the commit would and writes nothing', async ({ stores }) => {
    const app = await settle(stores);
    await commit(app, [create('a')]);
    const tried = fresh(await app.commit({ ...toggle('a'), dryRun: true }));
    expect([tried.answer, tried.appVersion, tried.flags.get('a')?.version]).toEqual([true, 1, 2]);
    expect(tried.entries.map(({ diff }) => diff)).toEqual([{ enabled: { from: false, to: true } }]);
    expect((await app.flag('a'))?.version).toBe(1);
    expect((await app.changelog({ limit: 10 })).items.length).toBe(1);
    expect((await app.outbox.commits(0, 10)).length).toBe(1);
    expect(fresh(await app.commit(toggle('a'))).appVersion).toBe(2);
  });

  check('a dry run neither answers nor takes an idempotency key', async ({ stores }) => {
    const app = await settle(stores);
    await commit(app, [create('a')]);
    const request: CommitRequest<boolean> = {
      ...toggle('a'),
      idempotency: { key: 'k', fingerprint: 'f', answer: () => ({ status: 200, body: '{}' }) },
    };
    fresh(await app.commit({ ...request, dryRun: true }));
    fresh(await app.commit(request));
    expect((await app.commit(request)).replayed?.status).toBe(200);
    expect(fresh(await app.commit({ ...request, dryRun: true })).answer).toBe(false);
  });

  check('a dry run foresees who depends on a flag, before and after', async ({ stores }) => {
    const app = await settle(stores);
    const rule = { id: 'r', priority: 1, serve_variation: 'on' } as const;
    await commit(app, [create('base'), create('apart')]);
    await commit(app, [
      create('through', {
        rules: [{ ...rule, conditions: [{ operator: 'serves', flag: 'base', value: ['on'] }] }],
      }),
      create('behind', { prerequisites: [{ flag: 'through', variations: ['on'] }] }),
    ]);
    const changes = [update('base', { enabled: true })];
    const { foreseen } = fresh(
      await app.commit({
        keys: ['base'],
        decide: () => ({ changes, answer: null }),
        write: by('ann', 3),
        dryRun: true,
      }),
    );
    expect(foreseen?.affects).toEqual([
      { flag: 'behind', rules: [] },
      { flag: 'through', rules: ['r'] },
    ]);
    const there = ['base', 'behind', 'through'];
    expect([...(foreseen?.before.flags.keys() ?? [])].sort()).toEqual(there);
    expect([...(foreseen?.after.flags.keys() ?? [])].sort()).toEqual(there);
    expect(foreseen?.before.flags.get('base')?.enabled).toBe(false);
    expect(foreseen?.after.flags.get('base')?.enabled).toBe(true);
  });

  check('a dry run is not seen by the commits that share its transaction', async ({ stores }) => {
    const app = await settle(stores);
    await commit(app, [create('a')]);
    const [dry, real] = await Promise.all([
      app.commit({ ...toggle('a'), dryRun: true }),
      app.commit(toggle('a')),
    ]);
    expect([fresh(dry).answer, fresh(real).answer, fresh(real).appVersion]).toEqual([true, true, 2]);
  });
};
