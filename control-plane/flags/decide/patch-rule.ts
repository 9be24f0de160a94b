import type { FlagDefinition } from '../../model/flag.ts';
import { Problem } from '../../model/problem.ts';
import { Issues, pointerOf, shown } from '../body/issues.ts';
import { mergePatch } from '../body/merge-patch.ts';
import type { Patch } from '../body/parse-body.ts';
import { checkSize, readFlag } from '../body/parse-flag.ts';
import { RuleWrite } from '../body/schema-rule.ts';
import { definitionOf } from './definition.ts';
import { refuseUnknownNulls } from './patch-flag.ts';
import { checkVersion, existing, updateTo, type Write } from './write.ts';

/**
 * JSON Merge Patch of the rule of a priority, so that two people who ramp two rules do not overwrite each other. Problems: `not_found`
 * (the flag or the rule), `precondition`, `invalid` for what the patch makes of the flag.
 */
export const patchRule = (key: string, priority: number, { patch }: Patch, ifMatch: number): Write => ({
  keys: [key],
  decide: (before) => {
    const stored = existing(before, key);
    checkVersion(stored, ifMatch);
    const { definition } = stored;
    const index = ruleIndex(definition, priority);
    const found = new Issues();
    refuseUnknownNulls(patch, 'a rule', Object.keys(RuleWrite.shape), found, ['rules', index]);
    const rules = definition.rules.map((rule, place) => (place === index ? mergePatch(rule, patch) : rule));
    const input = readFlag({ ...definition, rules }, found, []);
    const after =
      input === null ? null : definitionOf(key, input, definition.bucketing, { rules: definition.rules });
    if (after !== null) checkSize(after, found, []);
    const place = `${pointerOf(['rules', index])}/`;
    const issues = new Issues();
    // The body is the rule alone: what is wrong elsewhere in the flag has no place in it.
    issues.addAll(found, (pointer) =>
      pointer.startsWith(place) ? pointer.slice(place.length - 1) : undefined,
    );
    issues.throwIfAny();
    return { changes: after === null ? [] : updateTo(stored, after), answer: { before } };
  },
});

/** Problem: `not_found`. */
export function ruleIndex(flag: FlagDefinition, priority: number): number {
  const index = flag.rules.findIndex((rule) => rule.priority === priority);
  if (index !== -1) return index;
  const has =
    flag.rules.length === 0
      ? 'it has no rules'
      : `it has ${flag.rules.map((rule) => rule.priority).join(', ')}`;
  throw new Problem('not_found', {
    message: `The flag ${shown(flag.key)} has no rule of priority ${priority}; ${has}`,
  });
}
