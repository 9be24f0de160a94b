import { largestOf, type Rule, reweight, type Split, sharesOf, splitOfRollout } from '@halyard/engine';
import { Issues, shown } from '../body/issues.ts';
import type { Reweighting } from '../body/parse-body.ts';
import { ruleIndex } from './patch-rule.ts';
import { type Before, checkVersion, checkWhole, existing, updateTo, type Write } from './write.ts';

export interface Reweighted extends Before {
  /** Percent of contexts that get another answer of the rule than before. */
  readonly moved: number;
  readonly split: Split;
}

const TARGETING_KEY = 'targetingKey';

/**
 * Gives a rule's variations new weights and moves the least share of contexts; a rollout and a rule that serves one variation
 * become the split that gives everybody the same answer first. Problems: `not_found`, `precondition`, `invalid`.
 */
export const reweightSplit = (
  key: string,
  priority: number,
  request: Reweighting,
  ifMatch: number,
): Write<Reweighted> => ({
  keys: [key],
  decide: (before) => {
    const stored = existing(before, key);
    checkVersion(stored, ifMatch);
    const { definition } = stored;
    const index = ruleIndex(definition, priority);
    checkNames(request, definition.variations);
    const rule = definition.rules[index];
    if (rule === undefined) return { changes: [], answer: { before, moved: 0, split: { allocations: [] } } };
    const { split, moved } = reweighted(asSplit(rule), request);
    const { rollout: _, ...rest } = rule;
    const next: Rule = { ...rest, serve_variation: largestOf(split) ?? '', split };
    const after = checkWhole({ ...definition, rules: definition.rules.with(index, next) });
    return { changes: updateTo(stored, after), answer: { before, moved, split } };
  },
});

function checkNames({ weights }: Reweighting, variations: object): void {
  const issues = new Issues();
  for (const name of Object.keys(weights)) {
    if (!Object.hasOwn(variations, name)) {
      issues.add(
        ['weights', name],
        `weights names ${shown(name)}, which is not in variations; expected one of ${Object.keys(variations).join(', ')}`,
      );
    }
  }
  issues.throwIfAny();
}

const asSplit = (rule: Rule): Split =>
  rule.split ?? splitOfRollout(rule.rollout ?? { percentage: 100 }, rule.serve_variation);

function reweighted(old: Split, { weights, attribute }: Reweighting): { split: Split; moved: number } {
  if (attribute === undefined || attribute === (old.attribute ?? TARGETING_KEY))
    return reweight(old, weights);
  // By another attribute everybody is dealt anew, so there are no places to keep.
  const { split } = reweight(null, weights, { attribute });
  return { split, moved: movedByChance(old, split) };
}

/** The share whose answer differs when the old and the new bucket have nothing to do with each other, in percent. */
function movedByChance(old: Split, next: Split): number {
  const [before, after] = [sharesOf(old), sharesOf(next)];
  const free = (shares: ReadonlyMap<string, number>): number =>
    100 - [...shares.values()].reduce((a, b) => a + b, 0);
  let same = free(before) * free(after);
  for (const [variation, share] of after) same += share * (before.get(variation) ?? 0);
  return Number((100 - same / 100).toFixed(6));
}
