import type { Rule } from '@halyard/engine';
import type { FlagDefinition } from '../../model/flag.ts';
import type { SegmentDefinition } from '../../model/segment.ts';
import { FIELD_NAMES, FIELDS } from '../body/fields.ts';
import { withIds } from '../decide/rule-ids.ts';
import { type BareObject, bare, bareObject } from './diff-tree.ts';

/**
 * What of a flag is carried from one environment to another, as a tree: everything but state and bucketing (fields.ts). Rules go by their
 * ids, and of their shares only who is told apart by what, and among which variations.
 */
export const flagPart = (flag: FlagDefinition): BareObject => {
  const part: BareObject = Object.create(null);
  for (const name of FIELD_NAMES) {
    const value = flag[name];
    if (name === 'rules' || name === 'bucketing' || FIELDS[name].part === 'state' || value === undefined)
      continue;
    part[name] = bare(value);
  }
  // None and no metadata say the same.
  if (Object.keys(flag.metadata ?? {}).length === 0) delete part['metadata'];
  const rules: BareObject = Object.create(null);
  for (const rule of idRules(flag)) rules[rule.id ?? ''] = rulePart(rule);
  part['rules'] = rules;
  return part;
};

/** Rules that were stored before rules had ids get the ones that their next change would give them. */
export const idRules = (flag: FlagDefinition): readonly Rule[] =>
  flag.rules.every(({ id }) => id !== undefined) ? flag.rules : withIds(flag.rules, [], flag.key);

const rulePart = ({ priority, conditions, serve_variation, rollout, split }: Rule): BareObject =>
  bareObject({
    priority,
    conditions,
    ...(split === undefined
      ? {
          serve_variation,
          ...(rollout?.attribute === undefined ? {} : { rollout: { attribute: rollout.attribute } }),
        }
      : {
          split: {
            ...(split.attribute === undefined ? {} : { attribute: split.attribute }),
            variations: variationsOf(split),
          },
        }),
  });

/** By name. */
export const variationsOf = ({ allocations }: NonNullable<Rule['split']>): readonly string[] =>
  allocations.map(({ variation }) => variation).sort();

/** All of a segment but its key. */
export const segmentPart = ({ key: _, ...segment }: SegmentDefinition): BareObject => bareObject(segment);

/** What the digest of a flag is taken over: rules by priority, because two environments may have given one rule two ids. */
export const digestedFlag = (flag: FlagDefinition): object => ({
  ...flagPart(flag),
  rules: [...flag.rules].sort((a, b) => a.priority - b.priority).map(rulePart),
});
