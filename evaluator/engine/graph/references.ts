import type { Condition, Reference } from '../model.ts';
import type { ParsedFlag } from '../parse/flag.ts';
import type { PlacedRule } from '../parse/rules.ts';

/** Something that a flag or a segment names, and where. */
export interface Named {
  readonly kind: 'flag' | 'segment';
  readonly key: string;
  /** Of a flag: the variations that are named; empty for a segment. */
  readonly variations: readonly string[];
  /** As messages write it: `rules[0].conditions[1].value[0]`. */
  readonly place: string;
}

export const namedByFlag = (
  flag: Pick<ParsedFlag, 'prerequisites'>,
  rules: readonly PlacedRule[],
): readonly Named[] => [
  ...flag.prerequisites.map(
    ({ flag: key, variations }, index): Named => ({
      kind: 'flag',
      key,
      variations,
      place: `prerequisites[${index}].flag`,
    }),
  ),
  ...rules.flatMap(({ conditions, index }) => namedByConditions(conditions, `rules[${index}].conditions`)),
];

export const namedByConditions = (conditions: readonly Condition[], place: string): readonly Named[] =>
  conditions.flatMap((condition, index) => namedBy(condition, `${place}[${index}]`));

/**
 * Whether a flag of unknown shape may name others, for a look at many that compiles none of them. What is not understood may; whoever
 * compiles it finds out.
 */
export const mayNameOthers = (flag: unknown): boolean => {
  try {
    if (!isRecord(flag)) return false;
    const { prerequisites, rules } = flag;
    if (Array.isArray(prerequisites) ? prerequisites.length > 0 : prerequisites !== undefined) return true;
    const list = isRecord(rules) && !Array.isArray(rules) ? rules['list'] : rules;
    return Array.isArray(list) && list.some((rule) => isRecord(rule) && someNames(rule['conditions']));
  } catch {
    return true;
  }
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const someNames = (conditions: unknown): boolean =>
  Array.isArray(conditions) &&
  conditions.some(
    (condition) =>
      isRecord(condition) && (NAMING.has(condition['operator']) || someNames(condition['clauses'])),
  );

const NAMING: ReadonlySet<unknown> = new Set<Reference['operator']>([
  'in_segment',
  'not_in_segment',
  'serves',
  'not_serves',
]);

const namedBy = (condition: Condition, place: string): readonly Named[] => {
  if ('logical_operator' in condition) return namedByConditions(condition.clauses, `${place}.clauses`);
  switch (condition.operator) {
    case 'in_segment':
    case 'not_in_segment':
      return condition.value.map((key, index) => ({
        kind: 'segment',
        key,
        variations: [],
        place: `${place}.value[${index}]`,
      }));
    case 'serves':
    case 'not_serves':
      return [{ kind: 'flag', key: condition.flag, variations: condition.value, place: `${place}.flag` }];
    default:
      return [];
  }
};
