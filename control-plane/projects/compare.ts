import type { Entity } from '../flags/references/integrity.ts';
import type { Named } from '../model/carried.ts';
import { basesOf, type Place } from './bases.ts';
import { compareFlags, compareSegments } from './compare-flags.ts';
import { byName, nameOf } from './side.ts';
import type { Compared, Differences, Status } from './three-way.ts';

export interface ComparedEntity extends Entity {
  readonly status: Status;
  /** Empty where only one side has it. */
  readonly diff: Differences;
}

/**
 * Every flag and segment of two environments, or those of one key, by key. Only those whose digests differ are read.
 */
export const compareEnvironments = async (
  from: Place,
  to: Place,
  key?: string,
): Promise<readonly ComparedEntity[]> => {
  const [theirs, mine] = await Promise.all([from.side.outline(), to.side.outline()]);
  const [inFrom, inTo] = [byName(theirs), byName(mine)];
  const all = [...new Map([...inFrom, ...inTo]).values()].filter(
    (one) => key === undefined || one.key === key,
  );
  const differing = all.filter((one) => {
    const [a, b] = [inFrom.get(nameOf(one)), inTo.get(nameOf(one))];
    return a !== undefined && b !== undefined && a.digest !== b.digest;
  });
  const compared = await compareNamed(from, to, differing);
  return all.toSorted(inOrder).map(({ kind, key: of }): ComparedEntity => {
    const name = nameOf({ kind, key: of });
    const found = compared.get(name);
    if (found !== undefined) return { kind, key: of, status: found.status, diff: found.diff };
    const status = !inTo.has(name) ? 'only_from' : !inFrom.has(name) ? 'only_to' : 'same';
    return { kind, key: of, status, diff: {} };
  });
};

const inOrder = (a: Entity, b: Entity): number =>
  a.kind !== b.kind ? (a.kind === 'flag' ? -1 : 1) : a.key < b.key ? -1 : 1;

/** Of entities that both have, by name. */
const compareNamed = async (
  from: Place,
  to: Place,
  entities: readonly Entity[],
): Promise<ReadonlyMap<string, Compared>> => {
  if (entities.length === 0) return new Map();
  const [theirs, mine, bases] = await Promise.all([
    from.side.named(entities),
    to.side.named(entities),
    basesOf(from, to, entities),
  ]);
  const inTo = byName(mine);
  const compared = new Map<string, Compared>();
  for (const one of theirs) {
    const name = nameOf(one);
    const other = inTo.get(name);
    if (other !== undefined) compared.set(name, compareTwo(one, other, bases.get(name) ?? null));
  }
  return compared;
};

export const compareTwo = (from: Named, to: Named, base: Named['definition'] | null): Compared => {
  if (from.kind === 'flag' && to.kind === 'flag') {
    const common = base !== null && 'variations' in base ? base : null;
    return compareFlags({ from: from.definition, to: to.definition, base: common });
  }
  if (from.kind === 'segment' && to.kind === 'segment') {
    const common = base !== null && !('variations' in base) ? base : null;
    return compareSegments({ from: from.definition, to: to.definition, base: common });
  }
  throw new Error(`The ${from.kind} ${from.key} was compared with a ${to.kind}.`);
};
