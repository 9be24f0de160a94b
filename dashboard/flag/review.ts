import type { Flag } from '@halyard/engine';
import { type ChangeInWords, changeInWords } from '../words/change.ts';
import { same } from '../words/same.ts';
import { idOf, partsOf } from './parts.ts';

/** The paths of parts that differ, those of the first flag first. */
export const changedParts = (before: Flag, after: Flag): readonly string[] => {
  const from = partsOf(before);
  const to = partsOf(after);
  const ids = new Set([...from.keys(), ...to.keys()]);
  return [...ids].filter((id) => !same(from.get(id)?.value, to.get(id)?.value));
};

const rule = (flag: Flag, priority: string) => flag.rules.find((each) => String(each.priority) === priority);

/** The difference between two states of a flag in words, a rule that came or went as one entry. */
export const reviewOf = (before: Flag, after: Flag): readonly ChangeInWords[] => {
  const from = partsOf(before);
  const to = partsOf(after);
  const changes = new Map<string, ChangeInWords>();
  for (const id of changedParts(before, after)) {
    const names = (from.get(id) ?? to.get(id))?.names ?? [];
    const [field, priority = ''] = names;
    const old = rule(before, priority);
    const young = rule(after, priority);
    if (field === 'rules' && (old === undefined || young === undefined)) {
      const whole = ['rules', priority];
      // A whole rule is shown as JSON of its own shape.
      const shown = (each: unknown) => each as Parameters<typeof changeInWords>[2];
      changes.set(idOf(whole), changeInWords(idOf(whole), whole, shown(old), shown(young)));
    } else changes.set(id, changeInWords(id, names, from.get(id)?.value, to.get(id)?.value));
  }
  return [...changes.values()];
};
