import { type Flag, type Named, namedByConditions, type Segment } from '@halyard/engine';

export type Kind = Named['kind'];

/** Something that a flag or segment names: it must be there, and so must the variations of it. */
export interface Reference extends Named {
  /** The id of the rule that it is in; absent for a prerequisite, and in segments. */
  readonly rule?: string;
}

export const namesOfFlag = (flag: Flag): readonly Reference[] => [
  ...(flag.prerequisites ?? []).map(
    ({ flag: key, variations }, index): Reference => ({
      kind: 'flag',
      key,
      variations,
      place: `prerequisites[${index}].flag`,
    }),
  ),
  ...flag.rules.flatMap((rule, index) =>
    namedByConditions(rule.conditions, `rules[${index}].conditions`).map(
      (named): Reference => ({ ...named, rule: rule.id ?? String(rule.priority) }),
    ),
  ),
];

export const namesOfSegment = (segment: Segment): readonly Reference[] =>
  namedByConditions(segment.conditions ?? [], 'conditions');
