import type { Entity } from '../../flags/references/integrity.ts';
import type { Affected } from '../../model/changelog.ts';
import type { Foreseen } from '../../model/commit.ts';
import type { Reach } from './reach.ts';

/** What changes of these entities reach, from the app's graph before and after them. What reaches them is the same in both. */
export const foresee = async (before: Reach, after: Reach, touched: readonly Entity[]): Promise<Foreseen> => {
  const reached = await after.upwards(touched);
  const all = [...touched, ...reached];
  await after.downwards(all);
  await before.downwards(all);
  return { affects: affectedByAny(after, touched), before: before.loaded(), after: after.loaded() };
};

const affectedByAny = (reach: Reach, touched: readonly Entity[]): readonly Affected[] => {
  const changed = new Set(touched.flatMap(({ kind, key }) => (kind === 'flag' ? key : [])));
  const rules = new Map<string, Set<string>>();
  for (const { flag, rules: through } of touched.flatMap((entity) => reach.affectedBy(entity))) {
    if (changed.has(flag)) continue;
    const known = rules.get(flag) ?? new Set<string>();
    for (const rule of through) known.add(rule);
    rules.set(flag, known);
  }
  return [...rules.keys()].sort().map((flag) => ({ flag, rules: [...(rules.get(flag) ?? [])] }));
};
