import { digestedFlag } from '../flags/diff/definition-part.ts';
import { sameJson } from '../flags/diff/diff.ts';
import { exposureOf } from '../flags/exposure/exposure.ts';
import type { Named } from '../model/carried.ts';
import type { Environment } from '../model/environment.ts';
import type { FlagDefinition } from '../model/flag.ts';
import type { FlagQuery } from '../store/port.ts';
import { basesOf, type Place } from './bases.ts';
import { compareTwo } from './compare.ts';
import { byName, flagIn, nameOf } from './side.ts';
import type { Status } from './three-way.ts';

export interface MatrixQuery {
  readonly limit: number;
  /** A key: flags behind it. */
  readonly after?: string;
  readonly q?: string;
  readonly tags?: readonly string[];
  readonly state?: 'drifted' | 'missing';
}

export interface Cell {
  readonly version: number;
  readonly enabled: boolean;
  /** In a few words: `off`, `on`, `on 25 %`. */
  readonly serves: string;
  /** Percent; see `exposureOf`. */
  readonly exposure: number;
  /** How it stands to the next lower environment that has the flag; null in the lowest. */
  readonly drift: Exclude<Status, 'only_from' | 'only_to'> | null;
}

export interface MatrixRow {
  readonly key: string;
  readonly description: string | null;
  readonly tags: readonly string[];
  /** By the environment's key; null: the flag is not there. */
  readonly environments: Readonly<Record<string, Cell | null>>;
}

export type MatrixPlace = Environment & Place;

/** One page of the flags of a project against its environments, by key. `environments`: by rank. */
export const matrixOf = async (
  environments: readonly MatrixPlace[],
  { limit, after = '', q, tags, state }: MatrixQuery,
): Promise<{ readonly items: readonly MatrixRow[]; readonly next: string | null }> => {
  const filter = { ...(q === undefined ? {} : { q }), ...(tags === undefined ? {} : { tags }) };
  const keys =
    state === undefined
      ? await keysBehind(environments, after, limit + 1, filter)
      : await keysInState(environments, after, limit + 1, filter, state);
  const page = keys.slice(0, limit);
  const items = await rowsOf(environments, page);
  return { items, next: keys.length > limit ? (page.at(-1) ?? null) : null };
};

/** Of flags that fit in any environment. */
const keysBehind = async (
  environments: readonly MatrixPlace[],
  after: string,
  limit: number,
  filter: Pick<FlagQuery, 'q' | 'tags'>,
): Promise<readonly string[]> => {
  const pages = await Promise.all(
    environments.map(({ side }) =>
      side.keys({ limit, ...filter, ...(after === '' ? {} : { behind: after }) }),
    ),
  );
  return [...new Set(pages.flat())].sort(byCodePoint).slice(0, limit);
};

const keysInState = async (
  environments: readonly MatrixPlace[],
  after: string,
  limit: number,
  filter: Pick<FlagQuery, 'q' | 'tags'>,
  state: 'drifted' | 'missing',
): Promise<readonly string[]> => {
  const outlines = await Promise.all(environments.map(({ side }) => side.outline()));
  const digests = outlines.map(
    (outline) =>
      new Map(outline.flatMap((one) => (one.kind === 'flag' ? [[one.key, one.digest] as const] : []))),
  );
  const fits = (key: string): boolean => {
    const there = digests.flatMap((of) => of.get(key) ?? []);
    return state === 'missing' ? there.length < digests.length : new Set(there).size > 1;
  };
  const found: string[] = [];
  for (let from = after; found.length < limit; ) {
    const keys = await keysBehind(environments, from, 1_000, filter);
    found.push(...keys.filter(fits));
    const last = keys.at(-1);
    if (last === undefined || keys.length < 1_000) break;
    from = last;
  }
  return found.slice(0, limit);
};

const byCodePoint = (a: string, b: string): number => (a < b ? -1 : 1);

const rowsOf = async (
  environments: readonly MatrixPlace[],
  keys: readonly string[],
): Promise<readonly MatrixRow[]> => {
  const entities = keys.map((key) => ({ kind: 'flag', key }) as const);
  const named = await Promise.all(environments.map(async ({ side }) => byName(await side.named(entities))));
  const drifts = await driftsOf(environments, named);
  return keys.map((key): MatrixRow => {
    const flags = named.map((of) => flagIn(of, key));
    const highest = flags.findLast((flag) => flag !== null)?.definition;
    return {
      key,
      description: highest?.description ?? null,
      tags: highest?.tags ?? [],
      environments: Object.fromEntries(
        environments.map(({ key: environment }, at) => {
          const flag = flags[at] ?? null;
          const drift = drifts[at]?.get(nameOf({ kind: 'flag', key })) ?? null;
          return [
            environment,
            flag === null ? null : { version: flag.version, ...cellOf(flag.definition), drift },
          ];
        }),
      ),
    };
  });
};

const cellOf = (flag: FlagDefinition): Pick<Cell, 'enabled' | 'serves' | 'exposure'> => {
  const { share } = exposureOf(flag);
  const serves = !flag.enabled ? 'off' : share === 100 ? 'on' : `on ${share} %`;
  return { enabled: flag.enabled, serves, exposure: share };
};

/** By environment: how each of its flags stands to the next lower environment that has it, by name. */
const driftsOf = (
  environments: readonly MatrixPlace[],
  named: readonly ReadonlyMap<string, Named>[],
): Promise<readonly ReadonlyMap<string, Cell['drift']>[]> =>
  Promise.all(
    environments.map(async (to, at): Promise<ReadonlyMap<string, Cell['drift']>> => {
      const drifts = new Map<string, Cell['drift']>();
      const differing = new Map<number, Named[]>();
      for (const [name, one] of named[at] ?? []) {
        const lower = named.slice(0, at).findLastIndex((flags) => flags.has(name));
        const other = named[lower]?.get(name);
        if (other === undefined) continue;
        if (isSame(other, one)) drifts.set(name, 'same');
        else differing.set(lower, [...(differing.get(lower) ?? []), one]);
      }
      for (const [lower, flags] of differing) {
        const from = environments[lower];
        if (from === undefined) continue;
        const bases = await basesOf(
          from,
          to,
          flags.map(({ kind, key }) => ({ kind, key })),
        );
        for (const flag of flags) {
          const name = nameOf(flag);
          const other = named[lower]?.get(name);
          if (other !== undefined) drifts.set(name, compareTwo(other, flag, bases.get(name) ?? null).status);
        }
      }
      return drifts;
    }),
  );

const isSame = (a: Named, b: Named): boolean =>
  a.kind === 'flag' && b.kind === 'flag' && sameJson(digestedFlag(a.definition), digestedFlag(b.definition));
