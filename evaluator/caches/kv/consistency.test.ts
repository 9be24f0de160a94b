import { expect, test } from 'vitest';
import { CacheUnavailable } from '../port.ts';
import { type KvNamespace, openKvCache } from './index.ts';

/** Numbers in [0, 1) that are the same in every run (mulberry32). */
const seeded = (seed: number) => (): number => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};

/** A KV whose locations answer any read from their past: every key as it was at some moment, each at its own. */
const eventual = (random: () => number) => {
  const history = new Map<string, (string | null)[]>();
  let late = true;
  const at = (key: string): string | null => {
    const values = history.get(key) ?? [];
    const behind = late && random() < 0.5 ? Math.floor(random() * 4) : 0;
    return values.at(-1 - behind) ?? null;
  };
  const put = (key: string, value: string | null): void => {
    history.set(key, [...(history.get(key) ?? []).slice(-5), value]);
  };
  const namespace = (read: (key: string) => string | null): KvNamespace => ({
    get: async (key) => read(key),
    put: async (key, value) => put(key, value),
    delete: async (key) => put(key, null),
    list: async ({ prefix }) => ({
      keys: [...history.keys()].filter((name) => name.startsWith(prefix)).map((name) => ({ name })),
      list_complete: true,
    }),
  });
  return {
    elsewhere: namespace(at),
    /** Where the writer is, its own writes are seen. */
    atWriter: namespace((key) => history.get(key)?.at(-1) ?? null),
    settle: () => {
      late = false;
    },
    sizes: () => [...history.values()].map((values) => values.at(-1)?.length ?? 0),
  };
};

test.each([1, 2, 3, 4, 5, 6])(
  'a reader that is answered from the past never goes back nor sees half a commit (%i)',
  async (seed) => {
    const random = seeded(seed);
    const kv = eventual(random);
    let time = 1_700_000_000_000;
    const now = (): number => time;
    const writer = openKvCache({ namespace: kv.atWriter, now, headEveryMs: 0 });
    const reader = openKvCache({ namespace: kv.elsewhere, now });

    /** What the space is at each version: every commit sets `at` too, so that half a commit would show. */
    const truth = new Map<number, Record<string, string>>();
    let state: Record<string, string> = {};
    let version = 0;
    const seen: { readonly version: number; readonly held: Record<string, string> }[] = [];
    const ends: number[] = [];
    let held = new Map<string, string>();
    const note = (shown: number): void => {
      seen.push({ version: shown, held: Object.fromEntries(held) });
    };
    await writer.replace('space', { version, entries: new Map() });
    truth.set(0, state);
    await reader.watch('space', {
      snapshot: (snapshot) => {
        held = new Map(snapshot.entries);
        note(snapshot.version);
      },
      commit: ({ version: shown, changes }) => {
        for (const { key, value } of changes) {
          if (value === null) held.delete(key);
          else held.set(key, value);
        }
        note(shown);
      },
      absent: () => ends.push(seen.length),
      cutOff: () => undefined,
      live: () => undefined,
    });
    await reader.pull('space').catch(() => undefined);

    for (let step = 0; step < 400; step += 1) {
      time += Math.floor(random() * 20_000);
      version += 1;
      const changed: Record<string, string | null> = { at: `${version}` };
      for (let i = Math.floor(random() * 3); i >= 0; i -= 1) {
        const key = `k${Math.floor(random() * 40)}`;
        changed[key] = random() < 0.2 ? null : `"${version}-${'x'.repeat(Math.floor(random() * 8_000))}"`;
      }
      state = { ...state };
      for (const [key, value] of Object.entries(changed)) {
        if (value === null) delete state[key];
        else state[key] = value;
      }
      truth.set(version, state);
      if (random() < 0.02)
        await writer.replace('space', { version, entries: new Map(Object.entries(state)) });
      else {
        const changes = Object.entries(changed).map(([key, value]) => ({ key, value }));
        expect(await writer.publish('space', { version, changes })).toBe('applied');
      }
      for (let pulls = Math.floor(random() * 3); pulls > 0; pulls -= 1) {
        const pulling = Array.from({ length: 1 + Math.floor(random() * 3) }, () =>
          reader.pull('space').catch((error) => expect(error).toBeInstanceOf(CacheUnavailable)),
        );
        await Promise.all(pulling);
      }
    }
    kv.settle();
    await reader.pull('space');
    // A watcher that throws is not heard: all is judged here.
    expect(ends.filter((after) => after > 0)).toEqual([]);
    for (const [i, shown] of seen.entries()) {
      expect(shown.version).toBeGreaterThanOrEqual(seen[i - 1]?.version ?? 0);
      expect(shown.held).toEqual(truth.get(shown.version));
    }
    expect(seen.at(-1)?.version).toBe(400);
    expect(seen.length).toBeGreaterThan(50);
    expect(Object.fromEntries((await writer.load('space'))?.entries ?? [])).toEqual(state);
    // Keys that nothing names were let go.
    expect(kv.sizes().filter((size) => size > 0).length).toBeLessThan(60);
  },
);

test('who watches anew is not shown what is older than what was shown before', async () => {
  const values = new Map<string, string>();
  const kv: KvNamespace = {
    get: async (key) => values.get(key) ?? null,
    put: async (key, value) => void values.set(key, value),
    delete: async (key) => void values.delete(key),
    list: async () => ({ keys: [], list_complete: true }),
  };
  const now = Date.now;
  let head: string | null = null;
  const memory = {
    load: () => head,
    save: (_: string, text: string) => {
      head = text;
    },
  };
  const writer = openKvCache({ namespace: kv, now, headEveryMs: 0, memory });
  let isTold = true;
  const reader = openKvCache({ namespace: kv, now, heads: async () => (isTold ? head : null) });
  const seen: number[] = [];
  const watching = () =>
    reader.watch('space', {
      snapshot: ({ version }) => seen.push(version),
      commit: ({ version }) => seen.push(version),
      absent: () => seen.push(-1),
      live: () => undefined,
      cutOff: () => undefined,
    });
  await writer.replace('space', { version: 1, entries: new Map() });
  const past = new Map(values);
  await writer.publish('space', { version: 2, changes: [{ key: 'a', value: '1' }] });
  const first = await watching();
  await reader.pull('space');
  await first.close();
  for (const [key, value] of past) values.set(key, value);

  const second = await watching();
  await reader.pull('space');
  await second.close();
  expect(seen).toEqual([2, 2]);

  isTold = false;
  await watching();
  await expect(reader.pull('space')).rejects.toThrow(CacheUnavailable);
  expect(seen).toEqual([2, 2]);
});
