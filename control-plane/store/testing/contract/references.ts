import type { Condition } from '@halyard/engine';
import type { Change } from '../../../model/commit.ts';
import type { FlagDefinition } from '../../../model/flag.ts';
import { Problem } from '../../../model/problem.ts';
import type { SegmentDefinition } from '../../../model/segment.ts';
import type { AppStore } from '../../port.ts';
import { flagOf, type Suite, settle, writeAll } from './fixture.ts';

export const referencesContract = ({ check, expect }: Suite): void => {
  check('no sequence of accepted writes leaves a reference dangling', async ({ stores }) => {
    const { accepted, refused, dangling } = await writeAtRandom(await settle(stores), 60, 1);
    expect(dangling).toEqual([]);
    expect([accepted > 5, refused > 5]).toEqual([true, true]);
  });

  check(
    'a flag’s changelog has what it is reached through only where that is asked for',
    async ({ stores }) => {
      const app = await settle(stores);
      const beta: SegmentDefinition = { key: 'beta', include: ['ada'], exclude: [], conditions: [] };
      await writeAll(app, [
        { kind: 'segment', event: 'create', key: 'beta', after: beta },
        { event: 'create', key: 'a', after: withConditions('a', [inSegment('beta')]) },
        { event: 'create', key: 'a.b', after: flagOf('a.b') },
      ]);
      await writeAll(app, [
        { kind: 'segment', event: 'update', key: 'beta', after: { ...beta, include: ['ben'] } },
      ]);
      const of = async (flag: string, through: boolean) =>
        (await app.changelog({ limit: 10, flag, through })).items.map(({ id }) => id);
      expect(await of('a', false)).toEqual(['2']);
      expect(await of('a', true)).toEqual(['4', '2', '1']);
      expect(await of('a.b', true)).toEqual(['3']);
      expect((await app.changelog({ limit: 10, segment: 'beta' })).items.map(({ id }) => id)).toEqual([
        '4',
        '1',
      ]);
      expect((await app.changelog({ limit: 10, flagPart: 'beta' })).items).toEqual([]);
    },
  );
};

const KEYS = ['a', 'b', 'c', 'd'] as const;
const VARIATIONS = [
  { on: true, off: false },
  { on: true, off: false, more: true },
] as const;

const inSegment = (...value: string[]): Condition => ({ operator: 'in_segment', value });
const withConditions = (
  key: string,
  conditions: readonly Condition[],
  more: Partial<FlagDefinition> = {},
): FlagDefinition =>
  flagOf(key, { rules: [{ id: 'r', priority: 1, conditions, serve_variation: 'on' }], ...more });

/** Writes whatever comes, which mostly names things that may not be there, and looks at the whole app after each write. */
export const writeAtRandom = async (app: AppStore, rounds: number, seed: number) => {
  const next = randomFrom(seed);
  const pick = <T>(list: readonly [T, ...T[]]): T => list[next(list.length)] ?? list[0];
  const flags = new Set<string>();
  const segments = new Set<string>();
  const condition = (ofFlag: boolean): Condition =>
    ofFlag && next(2) === 0
      ? { operator: 'serves', flag: pick(KEYS), value: [pick(['on', 'more'])] }
      : inSegment(pick(KEYS));
  const change = (key: string): Change => {
    const conditions = Array.from({ length: next(2) }, () => condition(false));
    if (next(2) === 0) {
      const there = segments.has(key);
      if (there && next(3) === 0) return { kind: 'segment', event: 'delete', key };
      const after = { key, include: [next(9)], exclude: [], conditions };
      return { kind: 'segment', event: there ? 'update' : 'create', key, after };
    }
    const there = flags.has(key);
    if (there && next(3) === 0) return { event: 'delete', key };
    const prerequisites = Array.from({ length: next(2) }, () => ({
      flag: pick(KEYS),
      variations: [pick(['on', 'more'])],
    }));
    const after = withConditions(key, [condition(true)], { variations: pick(VARIATIONS), prerequisites });
    return { event: there ? 'update' : 'create', key, after };
  };
  const result = { accepted: 0, refused: 0, dangling: [] as string[] };
  for (let round = 0; round < rounds; round += 1) {
    const keys = [...KEYS].sort(() => next(3) - 1).slice(0, 1 + next(3));
    const changes = keys.map(change);
    try {
      await writeAll(app, changes);
    } catch (error) {
      if (!(error instanceof Problem) || !['invalid', 'conflict'].includes(error.kind)) throw error;
      result.refused += 1;
      continue;
    }
    result.accepted += 1;
    for (const { kind, key, event } of changes) {
      const held = kind === 'segment' ? segments : flags;
      if (event === 'delete') held.delete(key);
      else held.add(key);
    }
    result.dangling.push(...(await danglingIn(app)));
  }
  return result;
};

/** Looks at definitions alone, not at what the store keeps of them. */
const danglingIn = async (app: AppStore): Promise<readonly string[]> => {
  const flags = new Map<string, FlagDefinition>();
  const segments = new Map<string, SegmentDefinition>();
  for await (const { kind, definition } of app.everything()) {
    if (kind === 'segment') segments.set(definition.key, definition);
    else flags.set(definition.key, definition);
  }
  const found: string[] = [];
  const edges = new Map<string, string[]>();
  const named = (from: string, conditions: readonly Condition[]): void => {
    for (const condition of conditions) {
      if (!('operator' in condition)) continue;
      if (condition.operator === 'in_segment') {
        for (const key of condition.value) {
          if (!segments.has(key)) found.push(`${from} names the segment ${key}`);
          edges.get(from)?.push(`segment/${key}`);
        }
      }
      if (condition.operator === 'serves') served(from, condition.flag, condition.value);
    }
  };
  const served = (from: string, key: string, variations: readonly string[]): void => {
    for (const name of variations) {
      if (!Object.hasOwn(flags.get(key)?.variations ?? {}, name))
        found.push(`${from} names ${name} of ${key}`);
    }
    edges.get(from)?.push(key);
  };
  for (const [key, { prerequisites = [], rules }] of flags) {
    edges.set(key, []);
    for (const { flag, variations } of prerequisites) served(key, flag, variations);
    for (const { conditions } of rules) named(key, conditions);
  }
  for (const [key, { conditions }] of segments) {
    edges.set(`segment/${key}`, []);
    named(`segment/${key}`, conditions);
  }
  for (const start of edges.keys()) {
    const seen = new Set<string>();
    for (const queue = [...(edges.get(start) ?? [])]; queue.length > 0; ) {
      const one = queue.pop() ?? '';
      if (one === start) found.push(`${start} is in a circle`);
      if (seen.has(one)) continue;
      seen.add(one);
      queue.push(...(edges.get(one) ?? []));
    }
  }
  return found;
};

/** The same numbers every time: mulberry32. */
const randomFrom = (seed: number) => {
  let state = seed;
  return (below: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
};
