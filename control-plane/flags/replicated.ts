import type { Condition, Flag } from '@halyard/engine';
import { FIELD_NAMES, FIELDS } from './body/fields.ts';

/**
 * A flag as caches and edges get it: with its version, without what decides no answer, and, where a reader of the first release would take it for something
 * else, with its rules in a form that such a reader cannot understand, so that it fails that flag alone and visibly.
 */
export const replicatedText = (
  definition: Flag,
  version: number,
  text = JSON.stringify(definition),
): string => {
  const hidden = HIDDEN.some((name) => definition[name] !== undefined);
  const newer = needsNewReader(definition);
  if (!hidden && !newer) return withVersion(text, version);
  const shown: Record<string, unknown> = { ...definition, version };
  for (const name of HIDDEN) delete shown[name];
  if (newer) shown['rules'] = { format: 2, list: definition.rules };
  return JSON.stringify(shown);
};

/** The same of a stored text, which is parsed only where it may have to be changed: most flags go as they are. */
export const replicatedFromText = (text: string, version: number): string =>
  // The text was written by the stores.
  TELLTALES.some((piece) => text.includes(piece)) || text.indexOf(BUCKETING) !== text.lastIndexOf(BUCKETING)
    ? replicatedText(JSON.parse(text) as Flag, version, text)
    : withVersion(text, version);

/** What of a flag's replicated text decides answers, whichever release wrote it: for comparing two of them. */
export const decidingPart = (text: string): unknown => {
  const { rules, ...flag } = JSON.parse(text) as Record<string, unknown>;
  const replicated = FIELD_NAMES.filter((name) => name !== 'rules' && FIELDS[name].replicated);
  const wrapped = typeof rules === 'object' && rules !== null && 'list' in rules;
  return {
    ...Object.fromEntries(replicated.flatMap((name) => (name in flag ? [[name, flag[name]]] : []))),
    rules: wrapped ? rules.list : rules,
  };
};

/** Readers of former releases pass over it. `text` is an object with at least its key. */
const withVersion = (text: string, version: number): string => `${text.slice(0, -1)},"version":${version}}`;

const HIDDEN = FIELD_NAMES.filter((name) => !FIELDS[name].replicated);
const BUCKETING = '"bucketing":';
const TELLTALES = [
  ...HIDDEN.map((name) => `"${name}":`),
  '"prerequisites":',
  ...['in_segment', 'not_in_segment', 'serves', 'not_serves', 'in_share'].map((name) => `"${name}"`),
];

const needsNewReader = ({ prerequisites = [], rules }: Flag): boolean =>
  prerequisites.length > 0 ||
  rules.some(({ bucketing, conditions }) => bucketing !== undefined || conditions.some(isNew));

const isNew = (condition: Condition): boolean => {
  if ('logical_operator' in condition) return condition.clauses.some(isNew);
  return !('attribute' in condition) || condition.operator === 'in_share';
};
