import type { StoredAnswer } from '../../model/commit.ts';
import type { ObjectStorage } from '../durable-object/storage.ts';
import { TEXT_BYTES } from '../durable-object/storage.ts';
import type { Stores } from '../port.ts';
import {
  all,
  by,
  commit,
  create,
  flagOf,
  fresh,
  refusal,
  settle,
  toggle,
  update,
} from './contract/fixture.ts';
import type { Runner } from './contract.ts';

/** What the limits of a Durable Object ask for beside the contract. */
export const objectLimits = (
  { test: check, expect }: Runner,
  storage: ObjectStorage,
  unlimited: () => Promise<Stores>,
): void => {
  const keys = (count: number): readonly string[] =>
    Array.from({ length: count }, (_, n) => `f${String(n).padStart(4, '0')}`);

  check('a commit of more rows than a statement takes is whole', async () => {
    const app = await settle(await unlimited());
    const many = keys(1_200);
    await commit(
      app,
      many.map((key) => create(key, { tags: [`tag-${key}`, 'every'] })),
    );
    expect((await all(app.everything())).map((flag) => flag.definition.key)).toEqual(many);
    const changed = await app.commit({
      keys: many,
      decide: (current) => ({
        changes: [...current.keys()].map((key, n) =>
          n % 2 === 0 ? { event: 'delete' as const, key } : update(key, { enabled: true }),
        ),
        answer: current.size,
      }),
      write: by('ann', 2),
    });
    expect(fresh(changed).answer).toBe(1_200);
    expect(await app.flagCount()).toBe(600);
    expect((await app.flags({ limit: 10, tags: ['every'] })).items.length).toBe(0);
    expect((await all(app.everyEntry())).length).toBe(2_400);
    await commit(
      app,
      many.filter((_, n) => n % 2 === 0).map((key) => create(key)),
    );
    expect((await app.flag('f0000'))?.version).toBe(3);
  });

  check('a commit too large for a row travels as a snapshot, the ones around it by themselves', async () => {
    const app = await settle(await unlimited());
    const long = 'ä'.repeat(100_000);
    await commit(app, [create('a')]);
    const large = keys(10).map((key) => create(key, { description: long }));
    expect(JSON.stringify(large).length < TEXT_BYTES).toBe(true);
    await commit(app, large);
    await app.commit(toggle('a'));
    const versions = async (after: number) => (await app.outbox.commits(after, 10)).map((row) => row.version);
    expect(await versions(0)).toEqual([1]);
    expect(await versions(1)).toEqual([]);
    expect(await versions(2)).toEqual([3]);
    const snapshot = await app.outbox.snapshot();
    expect(snapshot?.version).toBe(3);
    expect(snapshot?.entries.get('f0009')).toBe(
      JSON.stringify({ ...flagOf('f0009', { description: long }), version: 1 }),
    );
  });

  check('an answer too large to be kept for a repeat is refused, and nothing is written', async () => {
    const app = await settle(await unlimited());
    const answer = (length: number) => (): StoredAnswer => ({ status: 200, body: 'x'.repeat(length) });
    const once = (key: string, length: number) =>
      app.commit({
        keys: [key],
        decide: () => ({ changes: [create(key)], answer: null }),
        write: by('ann', 1),
        idempotency: { key, fingerprint: key, answer: answer(length) },
      });
    expect(
      await Promise.all([
        refusal(once('a', TEXT_BYTES)),
        refusal(once('b', TEXT_BYTES + 1)),
        refusal(once('c', 1)),
      ]),
    ).toEqual([null, 'too_large', null]);
    expect((await app.flags({ limit: 10 })).items.map((flag) => flag.definition.key)).toEqual(['a', 'c']);
  });

  check('a statement that the database refuses takes back the whole commit', async () => {
    const stores = await unlimited();
    const app = await settle(stores);
    await commit(app, [create('a')]);
    storage.sql.exec("create trigger no before insert on outbox begin select raise(abort, 'no room'); end");
    expect(await refusal(app.commit(toggle('a')))).toBe(
      'Error: no room: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_TRIGGER)',
    );
    expect((await app.flag('a'))?.version).toBe(1);
    expect((await app.changelog({ limit: 10 })).items.length).toBe(1);
    storage.sql.exec('drop trigger no');
    expect(await refusal(app.commit(toggle('a')))).toBe(null);
  });

  check('who reads while a commit is under way sees all of it or nothing', async () => {
    const app = await settle(await unlimited());
    await commit(app, [create('a')]);
    const state = async () => `${(await app.flag('a'))?.definition.enabled} at ${await app.outbox.version()}`;
    const seen = new Set<string>();
    const writing = app.commit(toggle('a'));
    for (let turn = 0; turn < 200; turn += 1) seen.add(await state());
    await writing;
    // The flag is written before the version.
    expect(seen.has('true at 1')).toBe(false);
    expect(await state()).toBe('true at 2');
  });
};
