import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { verifyChain } from '../sql/audit.ts';
import {
  ACCOUNT,
  APP,
  by,
  commit,
  create,
  refusal,
  settle,
  toggle,
  until,
} from '../testing/contract/fixture.ts';
import { clock } from '../testing/contract.ts';
import { type CuttableProxy, openProxy } from '../testing/cuttable-proxy.ts';
import { quiet } from '../testing/quiet-log.ts';
import { createTestDatabase, type TestDatabase, usePostgres } from '../testing/test-database.ts';
import { openPostgresStores } from './index.ts';
import { createPool } from './pool.ts';
import { Transactions } from './transactions.ts';

const options = { now: clock, log: quiet };

describe.runIf(await usePostgres())('a PostgreSQL server in trouble', () => {
  let database: TestDatabase;
  let proxy: CuttableProxy;
  beforeEach(async () => {
    database = await createTestDatabase();
    proxy = await openProxy(database.url);
  });
  afterEach(async () => {
    await proxy.close();
    await database.drop();
  });

  /** Every session of the database but the one that asks ends. */
  const terminate = (): Promise<void> =>
    database.admin(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${database.name}' and pid <> pg_backend_pid()`,
    );

  test('a lost connection answers as unavailable, and heals without a restart', async () => {
    const stores = await openPostgresStores(proxy.url, options);
    const app = await settle(stores);
    await commit(app, [create('a')]);
    proxy.cut();
    expect(await refusal(commit(app, [create('b')]))).toBe('unavailable');
    expect(await refusal(app.flag('a'))).toBe('unavailable');
    expect(await refusal(app.outbox.snapshot())).toBe('unavailable');
    expect(await refusal(stores.ping())).toBe('unavailable');
    proxy.mend();
    await stores.ping();
    expect(await app.flag('b')).toBe(null);
    await commit(app, [create('b')]);
    expect(await app.outbox.version()).toBe(2);
    await stores.close();
  });

  test('a role that the server refuses was a fault of ours: it is unavailable, and heals', async () => {
    const role = `halyard_role_${Date.now()}_${process.pid}`;
    const owner = createPool(database.url);
    await database.admin(`create role ${role} login password 'secret'`);
    try {
      await database.admin(`alter database ${database.name} owner to ${role}`);
      const url = new URL(database.url);
      url.username = role;
      url.password = 'secret';
      await owner.query(`grant all on schema public to ${role}`);
      const stores = await openPostgresStores(url.href, options);
      const app = await settle(stores);
      await commit(app, [create('a')]);
      const asked = async () => [
        await refusal(commit(app, [create('b')])),
        await refusal(app.flag('a')),
        await refusal(app.outbox.snapshot()),
        await refusal(stores.ping()),
      ];
      const everything = Array(4).fill('unavailable');
      for (const [refuse, allow] of [
        [`alter role ${role} nologin`, `alter role ${role} login`],
        [`alter role ${role} connection limit 0`, `alter role ${role} connection limit -1`],
      ] as const) {
        await database.admin(refuse);
        await terminate();
        // The first question may find a connection that the pool does not know to be dead yet.
        await refusal(stores.ping());
        expect([refuse, await asked()]).toEqual([refuse, everything]);
        await database.admin(allow);
        expect(await until(async () => (await refusal(stores.ping())) === null)).toBe(true);
      }
      await owner.query(
        `revoke all on all tables in schema public from ${role}; alter table flag owner to current_user; alter table app owner to current_user`,
      );
      expect([await refusal(commit(app, [create('b')])), await refusal(app.flag('a'))]).toEqual([
        'unavailable',
        'unavailable',
      ]);
      expect(await until(async () => (await refusal(stores.ping())) === null)).toBe(true);
      await stores.close();
    } finally {
      await terminate();
      await owner.query(`reassign owned by ${role} to current_user; drop owned by ${role}`);
      await owner.end();
      await database.admin(`drop role ${role}`);
    }
  });

  test('seventeen exports that nobody reads on stopped all writers: they hold nothing', async () => {
    const stores = await openPostgresStores(database.url, options);
    const app = await settle(stores);
    await commit(app, [create('a'), create('b'), create('c')]);
    const exports = Array.from({ length: 20 }, () => app.everything()[Symbol.asyncIterator]());
    for (const flags of exports) expect((await flags.next()).done).toBe(false);
    expect(await refusal(commit(app, [create('d')]))).toBe(null);
    for (const flags of exports) await flags.return?.();
    await stores.close();
  });

  test('sessions that the server ends are replaced', async () => {
    const stores = await openPostgresStores(database.url, options);
    const app = await settle(stores);
    await commit(app, [create('a')]);
    await Promise.all([app.flag('a'), app.flag('a'), app.flag('a')]);
    await terminate();
    expect(await until(async () => (await refusal(app.commit(toggle('a')))) === null)).toBe(true);
    expect((await app.flag('a'))?.version).toBe(2);
    await stores.close();
  });

  test('a commit whose answer was lost on the way is found to be there', async () => {
    const stores = await openPostgresStores(proxy.url, options);
    const app = await settle(stores);
    await commit(app, [create('a')]);
    proxy.cutNextCommit('after');
    expect((await commit(app, [create('b')])).appVersion).toBe(2);
    expect((await app.flag('b'))?.version).toBe(1);
    expect(await app.outbox.version()).toBe(2);
    await stores.close();
  });

  test('a commit that was lost on the way is found not to be there', async () => {
    const stores = await openPostgresStores(proxy.url, options);
    const app = await settle(stores);
    await commit(app, [create('a')]);
    proxy.cutNextCommit('before');
    expect(await refusal(commit(app, [create('b')]))).toBe('unavailable');
    expect(await app.flag('b')).toBe(null);
    expect(await app.outbox.version()).toBe(1);
    await stores.close();
  });

  test('a transaction that the server gives up for another is run again', async () => {
    const pool = createPool(database.url);
    const transactions = new Transactions({
      pool,
      notice: () => '',
      onCommit: () => {},
      random: () => 0,
    });
    let runs = 0;
    const answer = await transactions.transact(async ({ db }) => {
      runs += 1;
      if (runs < 3) {
        const code = runs === 1 ? '40001' : '40P01';
        await sql
          .raw(`do $$ begin raise exception 'try again' using errcode = '${code}'; end $$`)
          .execute(db);
      }
      return runs;
    });
    expect(answer).toBe(3);
    await pool.end();
  });

  test('a leader whose machine vanished without a word is replaced within seconds', async () => {
    const gone = await openPostgresStores(proxy.url, options);
    const here = await openPostgresStores(database.url, options);
    const terms: string[] = [];
    const term = (name: string) => async (signal: AbortSignal) => {
      terms.push(`${name} leads`);
      await new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
      terms.push(`${name} ended`);
    };
    gone.lead(term('the machine that vanishes'));
    expect(await until(() => terms.length === 1)).toBe(true);
    here.lead(term('the other'));
    proxy.freeze();
    expect(await until(() => terms.includes('the other leads'))).toBe(true);
    // Whoever cannot reach the database any more cannot know that it still leads.
    expect(await until(() => terms.includes('the machine that vanishes ended'))).toBe(true);
    await here.close();
    proxy.cut();
    await gone.close();
  });

  test('commits wait for the disk, also where the database says they need not', async () => {
    await database.admin(`alter database ${database.name} set synchronous_commit = off`);
    const pool = createPool(database.url);
    const { rows } = await pool.query("select current_setting('synchronous_commit') as value");
    expect(rows).toEqual([{ value: 'on' }]);
    await pool.end();
  });

  test('a text that the database refuses costs the commits that share its transaction nothing', async () => {
    const stores = await openPostgresStores(database.url, options);
    const app = await settle(stores);
    const outcomes = await Promise.all([
      refusal(commit(app, [create('a')])),
      refusal(commit(app, [create('b')], by('ann', 1, 'a zero \0 in a comment'))),
      refusal(commit(app, [create('c')])),
    ]);
    expect(outcomes).toEqual([null, 'error: invalid byte sequence for encoding "UTF8": 0x00', null]);
    expect((await app.flags({ limit: 10 })).items.map((flag) => flag.definition.key)).toEqual(['a', 'c']);
    expect((await verifyChain(app.everyEntry())).ok).toBe(true);
    await stores.close();
  });

  test('a leader that loses its connection stops, and another takes over', async () => {
    const one = await openPostgresStores(proxy.url, options);
    const two = await openPostgresStores(database.url, options);
    const events: string[] = [];
    const term = (name: string) => async (signal: AbortSignal) => {
      events.push(`${name} leads`);
      await new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
      events.push(`${name} ended`);
    };
    one.lead(term('one'));
    expect(await until(() => events.includes('one leads'))).toBe(true);
    two.lead(term('two'));
    proxy.cut();
    expect(await until(() => events.includes('two leads'))).toBe(true);
    expect(events).toEqual(['one leads', 'one ended', 'two leads']);
    proxy.mend();
    await two.close();
    expect(await until(() => events.filter((event) => event === 'one leads').length === 2)).toBe(true);
    await one.close();
  });

  test('commits of others while notices could not be heard are told of afterwards', async () => {
    const one = await openPostgresStores(database.url, options);
    const two = await openPostgresStores(proxy.url, options);
    const app = await settle(one);
    const heard: (string | null)[] = [];
    two.onCommit((place) => heard.push(place.app));
    // Until it listens for sure.
    expect(
      await until(async () => {
        await commit(app, [create(`warm-${Math.floor(performance.now() * 1000)}`)]);
        return heard.includes(APP);
      }),
    ).toBe(true);
    proxy.cut();
    await new Promise((resolve) => setTimeout(resolve, 50));
    heard.length = 0;
    await commit(app, [create('unheard')]);
    proxy.mend();
    expect(await until(() => heard.includes(APP))).toBe(true);
    await Promise.all([one.close(), two.close()]);
  });

  test('a server that cannot be reached at the start is told with what to do', async () => {
    proxy.cut();
    await expect(openPostgresStores(proxy.url, options)).rejects.toThrow(
      /^The PostgreSQL database of HALYARD_DATABASE_URL cannot be opened \(.+\); see that the server runs, that the database exists, and that the user may create tables in it\.$/,
    );
    const missing = database.url.replace(database.name, 'halyard_test_none');
    await expect(openPostgresStores(missing, options)).rejects.toThrow('"halyard_test_none" does not exist');
  });

  test('writes of several processes to many apps at once neither fail nor mix', async () => {
    const processes = await Promise.all([1, 2, 3].map(() => openPostgresStores(database.url, options)));
    const [first] = processes;
    if (first === undefined) throw new Error('Three were opened.');
    await settle(first);
    const ids = [APP, 'b', 'c', 'd'];
    for (const id of ids.slice(1)) {
      await first.accounts.createApp(ACCOUNT, { id, name: id, client_side_default: true }, by('ann', 1));
    }
    for (const id of ids) await commit(first.app(ACCOUNT, id), [create('a')]);
    await Promise.all(
      processes.flatMap((stores) =>
        ids.flatMap((id) => Array.from({ length: 10 }, () => stores.app(ACCOUNT, id).commit(toggle('a')))),
      ),
    );
    for (const id of ids) {
      const app = first.app(ACCOUNT, id);
      expect(await app.outbox.version()).toBe(31);
      expect(await verifyChain(app.everyEntry())).toMatchObject({ ok: true, length: 31 });
    }
    for (const stores of processes) await stores.close();
  });
});
