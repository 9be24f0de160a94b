import { appKey } from '@halyard/caches';
import type { Environment } from '../../../model/environment.ts';
import type { NewEnvironment, NewProject, Project } from '../../../model/project.ts';
import type { Accounts } from '../../port.ts';
import { ACCOUNT, APP, at, by, commit, create, LIMITS, refusal, type Suite, settle } from './fixture.ts';

const environment = (key: string, more: Partial<NewEnvironment> = {}): NewEnvironment => ({
  key,
  rank: 15,
  production: false,
  ephemeral: false,
  expires_at: null,
  comment_required: false,
  app: { id: `shop-${key}`, name: `shop-${key}`, client_side_default: true },
  ...more,
});

const shop = (...environments: NewEnvironment[]): NewProject => ({ id: 'p1', name: 'shop', environments });

const shown = ({ app, ...traits }: NewEnvironment): Environment => ({
  ...traits,
  app_id: typeof app === 'string' ? app : app.id,
});

const keysOf = (project: Project | null): readonly string[] =>
  (project?.environments ?? []).map(({ key }) => key);

const logOf = async (accounts: Accounts, limit: number) =>
  (await accounts.accountLog(ACCOUNT, { limit })).items.map(({ event, detail }) => [event, detail]).reverse();

/** What edges are told of an app: by the newest commit that tells of it, and by a snapshot. */
const toldOf = async (accounts: Accounts, app: string): Promise<readonly (string | null | undefined)[]> => {
  const outbox = accounts.outbox(ACCOUNT);
  const commits = await outbox.commits(0, 1_000);
  const changes = commits.flatMap((one) => one.changes).filter(({ key }) => key === appKey(app));
  return [changes.at(-1)?.value, (await outbox.snapshot())?.entries.get(appKey(app))];
};

export const projectsContract = ({ check, expect }: Suite): void => {
  check('a project is made with its apps, in one change of the account', async ({ stores, other }) => {
    await settle(stores);
    const { accounts } = stores;
    const before = await accounts.outbox(ACCOUNT).version();
    const production = environment('production', { rank: 30, production: true, comment_required: true });
    const development = environment('development', { rank: 10 });
    const dates = { created_at: at(3), updated_at: at(3), updated_by: 'ann' };
    const made = {
      id: 'p1',
      name: 'shop',
      ...dates,
      environments: [shown(development), shown(production)],
    };
    expect(await accounts.createProject(ACCOUNT, shop(production, development), by('ann', 3))).toEqual(made);
    expect(await other.accounts.projects(ACCOUNT)).toEqual([made]);
    expect(await other.accounts.project(ACCOUNT, 'p1')).toEqual(made);
    expect(await other.accounts.project(ACCOUNT, 'shop')).toEqual(made);
    expect(await other.accounts.project(ACCOUNT, 'none')).toBe(null);
    expect(await other.accounts.projects('nobody')).toEqual([]);
    expect(await accounts.outbox(ACCOUNT).version()).toBe((before ?? 0) + 1);
    const app = await other.accounts.app(ACCOUNT, 'shop-production');
    expect([app?.name, app?.project, app?.environment]).toEqual([
      'shop-production',
      { id: 'p1', name: 'shop' },
      shown(production),
    ]);
    expect((await other.accounts.app(ACCOUNT, APP))?.project).toBe(null);
    expect(await toldOf(accounts, 'shop-production')).toEqual(
      Array(2).fill('{"id":"shop-production","name":"shop-production","environment":"production"}'),
    );
    const { key, app: _, ...traits } = production;
    const settings = { client_side_default: true, tests: 'warn' };
    expect(await logOf(accounts, 5)).toEqual([
      ['project_created', { project: 'p1', name: 'shop' }],
      ['app_created', { app: 'shop-production', name: 'shop-production', ...settings }],
      ['environment_added', { project: 'p1', environment: key, app: 'shop-production', ...traits }],
      ['app_created', { app: 'shop-development', name: 'shop-development', ...settings }],
      [
        'environment_added',
        {
          project: 'p1',
          environment: 'development',
          app: 'shop-development',
          rank: 10,
          production: false,
          ephemeral: false,
          expires_at: null,
          comment_required: false,
        },
      ],
    ]);
  });

  check('a project that cannot be made whole is not made', async ({ stores }) => {
    await settle(stores);
    const { accounts } = stores;
    const log = (await accounts.accountLogHead(ACCOUNT))?.last_hash;
    const refused = async (...environments: NewEnvironment[]) =>
      refusal(accounts.createProject(ACCOUNT, shop(...environments), by('ann', 1)));
    const taken = environment('qa', { app: { id: 'x', name: 'shop', client_side_default: true } });
    expect(await refused(environment('a'), taken)).toBe('conflict');
    expect(await refused(environment('a'), environment('a'))).toBe('conflict');
    expect(await refused(environment('a'), environment('b', { app: 'nobody' }))).toBe('not_found');
    expect(await refused(environment('a', { app: APP }), environment('b', { app: APP }))).toBe('conflict');
    const many = Array.from({ length: LIMITS.apps }, (_, index) => environment(`e${index}`));
    expect(await refused(...many)).toBe('limit');
    expect(await accounts.projects(ACCOUNT)).toEqual([]);
    expect((await accounts.apps(ACCOUNT)).map(({ id }) => id)).toEqual([APP]);
    expect((await accounts.accountLogHead(ACCOUNT))?.last_hash).toBe(log);
    await accounts.createProject(ACCOUNT, shop(), by('ann', 1));
    expect(await refusal(accounts.createProject(ACCOUNT, { ...shop(), id: 'p2' }, by('ann', 1)))).toBe(
      'conflict',
    );
  });

  check('environments are added, adopted, changed and removed', async ({ stores, other }) => {
    await settle(stores);
    const { accounts } = stores;
    await accounts.createProject(ACCOUNT, shop(environment('staging', { rank: 20 })), by('ann', 1));
    await accounts.createProject(ACCOUNT, { id: 'p2', name: 'blog', environments: [] }, by('ann', 1));
    const adopted = environment('live', { rank: 30, app: APP });
    const project = await accounts.addEnvironment(ACCOUNT, 'shop', adopted, by('ben', 2));
    expect([keysOf(project), project.updated_by]).toEqual([['staging', 'live'], 'ben']);
    expect(await refusal(accounts.addEnvironment(ACCOUNT, 'p2', adopted, by('ben', 2)))).toBe('conflict');
    expect(await toldOf(accounts, APP)).toEqual(
      Array(2).fill(`{"id":"${APP}","name":"shop","environment":"live"}`),
    );

    const change = { rank: 5, production: true, comment_required: true };
    const changed = await accounts.changeEnvironment(ACCOUNT, 'p1', 'live', change, by('ben', 3));
    expect(keysOf(changed)).toEqual(['live', 'staging']);
    expect(changed.environments[0]).toEqual({ ...shown(adopted), ...change });
    const head = (await accounts.accountLogHead(ACCOUNT))?.last_hash;
    expect(await accounts.changeEnvironment(ACCOUNT, 'p1', 'live', change, by('ben', 4))).toEqual(changed);
    expect((await accounts.accountLogHead(ACCOUNT))?.last_hash).toBe(head);
    expect(await refusal(accounts.changeEnvironment(ACCOUNT, 'p1', 'none', {}, by('ben', 4)))).toBe(
      'not_found',
    );

    expect((await accounts.renameProject(ACCOUNT, 'p1', 'store', by('ben', 5))).name).toBe('store');
    expect(await refusal(accounts.renameProject(ACCOUNT, 'p1', 'blog', by('ben', 5)))).toBe('conflict');
    await accounts.removeEnvironment(ACCOUNT, 'store', 'live', by('ben', 6));
    expect(await refusal(accounts.removeEnvironment(ACCOUNT, 'store', 'live', by('ben', 6)))).toBe(
      'not_found',
    );
    expect((await other.accounts.app(ACCOUNT, APP))?.environment).toBe(null);
    expect(await toldOf(accounts, APP)).toEqual(Array(2).fill(`{"id":"${APP}","name":"shop"}`));
    expect(await logOf(accounts, 4)).toEqual([
      [
        'environment_changed',
        {
          project: 'p1',
          environment: 'live',
          app: APP,
          rank: 5,
          production: true,
          ephemeral: false,
          expires_at: null,
          comment_required: true,
        },
      ],
      ['app_changed', { app: APP, name: 'shop', diff: { tests: { from: 'warn', to: 'block' } } }],
      ['project_changed', { project: 'p1', from: 'shop', to: 'store' }],
      ['environment_removed', { project: 'p1', environment: 'live', app: APP }],
    ]);
  });

  check('deleting a project leaves its apps, and deleting an app leaves its project', async ({ stores }) => {
    await settle(stores);
    const { accounts } = stores;
    await accounts.createProject(ACCOUNT, shop(environment('a'), environment('b')), by('ann', 1));
    await accounts.deleteApp(ACCOUNT, 'shop-a', by('ann', 2));
    expect(keysOf(await accounts.project(ACCOUNT, 'p1'))).toEqual(['b']);
    expect((await logOf(accounts, 2)).map(([event]) => event)).toEqual([
      'environment_removed',
      'app_deleted',
    ]);
    await accounts.deleteProject(ACCOUNT, 'p1', by('ann', 3));
    expect(await accounts.projects(ACCOUNT)).toEqual([]);
    expect((await accounts.apps(ACCOUNT)).map(({ id, project }) => [id, project])).toEqual([
      [APP, null],
      ['shop-b', null],
    ]);
    expect((await logOf(accounts, 2)).map(([event]) => event)).toEqual([
      'environment_removed',
      'project_deleted',
    ]);
    expect(await refusal(accounts.deleteProject(ACCOUNT, 'p1', by('ann', 4)))).toBe('not_found');
  });

  check('an environment expires when its time is over, and is announced once', async ({ stores }) => {
    await settle(stores);
    const { accounts } = stores;
    const preview = environment('pr-7', { ephemeral: true, expires_at: at(100) });
    await accounts.createProject(ACCOUNT, shop(preview, environment('lasting')), by('ann', 1));
    await accounts.announceExpiry(ACCOUNT, 'p1', 'pr-7', by('halyard', 2));
    await accounts.announceExpiry(ACCOUNT, 'p1', 'pr-7', by('halyard', 3));
    await accounts.announceExpiry(ACCOUNT, 'p1', 'lasting', by('halyard', 3));
    expect((await logOf(accounts, 2)).map(([event]) => event)).toEqual([
      'environment_added',
      'environment_expiring',
    ]);
    const expire = (app: string, second: number) =>
      refusal(accounts.deleteApp(ACCOUNT, app, by('halyard', second), 'kept', 'expired'));
    expect(await expire('shop-pr-7', 99)).toBe('conflict');
    expect(await expire('shop-lasting', 1e6)).toBe('conflict');
    await accounts.changeEnvironment(ACCOUNT, 'p1', 'pr-7', { expires_at: at(200) }, by('ann', 50));
    expect(await expire('shop-pr-7', 100)).toBe('conflict');
    await accounts.announceExpiry(ACCOUNT, 'p1', 'pr-7', by('halyard', 101));
    expect((await logOf(accounts, 1))[0]?.[1]).toEqual({
      project: 'p1',
      environment: 'pr-7',
      app: 'shop-pr-7',
      expires_at: at(200),
    });
    expect(await expire('shop-pr-7', 200)).toBe(null);
    expect(keysOf(await accounts.project(ACCOUNT, 'p1'))).toEqual(['lasting']);
  });

  check('an environment that asks for comments refuses a change without one', async ({ stores }) => {
    await settle(stores);
    const { accounts } = stores;
    const asking = environment('live', { app: APP, comment_required: true });
    await accounts.createProject(ACCOUNT, shop(asking), by('ann', 1));
    const app = stores.app(ACCOUNT, APP);
    expect(await refusal(commit(app, [create('a')]))).toBe('invalid');
    expect(await refusal(commit(app, [create('a')], by('ann', 2, '  ')))).toBe('invalid');
    expect(await app.flagCount()).toBe(0);
    await commit(app, [create('a')], by('ann', 2, 'for the launch'));
    await commit(app, []);
    await accounts.changeEnvironment(ACCOUNT, 'p1', 'live', { comment_required: false }, by('ann', 3));
    await commit(app, [create('b')]);
  });

  check('two that add the same environment at once make one', async ({ stores, other }) => {
    await settle(stores);
    await stores.accounts.createProject(ACCOUNT, shop(), by('ann', 1));
    const outcomes = await Promise.all(
      [stores, other].map(({ accounts }, index) =>
        refusal(
          accounts.addEnvironment(
            ACCOUNT,
            'p1',
            environment('qa', { app: { id: `qa${index}`, name: `qa${index}`, client_side_default: true } }),
            by('ann', 2),
          ),
        ),
      ),
    );
    expect(outcomes.toSorted()).toEqual(['conflict', null]);
    expect((await stores.accounts.apps(ACCOUNT)).length).toBe(2);
  });
};
