import type { Condition, FlagTest, JsonValue, Prerequisite, Rule } from '@halyard/engine';
import type { Diff } from '../api.ts';
import { conditionsWords, prerequisitesWords } from './condition.ts';
import { same } from './same.ts';
import { OWN_DEFAULT, ruleWords, servesWords } from './summary.ts';
import { testWords } from './test.ts';
import { join, percent, plain, value, variation, type Words } from './words.ts';

/** One changed field in words: what it is, what it was (null: not there before) and what it is now (null: gone). */
export interface ChangeInWords {
  readonly path: string;
  readonly label: string;
  readonly from: Words | null;
  readonly to: Words | null;
}

/** The names a dotted path consists of; a dot or backslash inside a name is escaped by a backslash. */
export const namesOf = (path: string): readonly string[] => {
  const names: string[] = [''];
  for (let index = 0; index < path.length; index += 1) {
    const character = path.charAt(index);
    if (character === '.') names.push('');
    else {
      if (character === '\\') index += 1;
      names[names.length - 1] += path.charAt(index);
    }
  }
  return names;
};

const FIELDS: Readonly<Record<string, string>> = {
  enabled: 'Switch',
  description: 'Description',
  default_variation: 'Default variation',
  off_variation: 'Variation while off',
  client_side: 'Browsers may evaluate it',
  prerequisites: 'Prerequisites',
  owner: 'Owner',
  permanent: 'Permanent',
  protected: 'Protected',
  tests: 'Tests',
  serve_variation: 'serves',
  serve: 'serves',
  rollout: 'rollout',
  percentage: 'rollout',
  attribute: 'attribute',
  operator: 'operator',
  value: 'value',
  ignore_case: 'ignores case',
  logical_operator: 'all or any',
  split: 'split',
  priority: 'priority',
  order: 'place',
};

const YES_OR_NO = new Set(['client_side', 'ignore_case', 'permanent', 'protected']);

const VARIATION_FIELDS = new Set(['default_variation', 'off_variation', 'serve_variation', 'variation']);

const jsonWords = (json: JsonValue): Words => [
  value(typeof json === 'string' ? `“${json}”` : JSON.stringify(json)),
];

const isRecord = (json: JsonValue): json is { readonly [name: string]: JsonValue } =>
  typeof json === 'object' && json !== null && !Array.isArray(json);

const rangeNames = /\.ranges(\.|$)/;

const wordsOfValue = (path: string, names: readonly string[], json: JsonValue): Words => {
  const last = names.at(-1) ?? '';
  if (last === 'enabled') return [plain(json === true ? 'on' : 'off')];
  if (YES_OR_NO.has(last) && typeof json === 'boolean') return [plain(json === true ? 'yes' : 'no')];
  if (last === 'logical_operator') return [plain(json === 'OR' ? 'any' : 'all')];
  if (last === 'off_variation' && json === null) return [plain(OWN_DEFAULT)];
  if (VARIATION_FIELDS.has(last) && names[0] !== 'variations' && typeof json === 'string') {
    return [variation(json)];
  }
  if (last === 'percentage' && typeof json === 'number') return [value(percent(json))];
  if (rangeNames.test(path) && typeof json === 'number') return [value(percent(json))];
  if (last === 'conditions' && Array.isArray(json)) return conditionsWords(json as unknown as Condition[]);
  if (last === 'serve' && isRecord(json)) return servesWords(json as unknown as Rule);
  if (last === 'split' && isRecord(json) && Array.isArray(json['allocations'])) {
    return servesWords({ split: json } as unknown as Rule);
  }
  if (names[0] === 'rules' && isRecord(json)) {
    if (typeof json['variation'] === 'string' && Array.isArray(json['ranges'])) {
      return servesWords({ split: { allocations: [json] } } as unknown as Rule);
    }
    // The server answers these in the flag's own shapes; only its type says JSON.
    if (names.length === 2) return ruleWords(json as unknown as Rule, false);
    if ('operator' in json || 'logical_operator' in json)
      return conditionsWords([json as unknown as Condition]);
    if (last === 'rollout' && typeof json['percentage'] === 'number')
      return [value(percent(json['percentage']))];
  }
  if (names.length === 1 && last === 'prerequisites' && Array.isArray(json)) {
    return prerequisitesWords(json as unknown as Prerequisite[]);
  }
  if (names.length === 1 && last === 'tags' && Array.isArray(json)) return join(json.map(jsonWords), ', ');
  return jsonWords(json);
};

/** `clauses` and `conditions` only lead to the number that follows: `conditions.0.clauses.1` is condition 1.2. */
const conditionLabel = (names: readonly string[]): string => {
  const numbers: number[] = [];
  let index = 0;
  while (names[index] === 'conditions' || names[index] === 'clauses') {
    const position = names[index + 1];
    if (position === undefined) break;
    numbers.push(Number(position) + 1);
    index += 2;
  }
  const field = numbers.length === 0 ? undefined : names[index];
  const label = numbers.length === 0 ? 'conditions' : `condition ${numbers.join('.')}`;
  return field === undefined ? label : `${label}, ${FIELDS[field] ?? field}`;
};

export const labelOf = (names: readonly string[]): string => {
  const [field = '', second, ...rest] = names;
  if (field === 'variations' && second !== undefined) {
    return rest.length === 0 ? `Variation ${second}` : `Variation ${second}, ${rest.join(' › ')}`;
  }
  if (field === 'metadata' && second !== undefined) return `Metadata ${second}`;
  if (field === 'tags') return second === undefined ? 'Tags' : 'Tag';
  if (field !== 'rules' || second === undefined) return FIELDS[field] ?? field;
  const rule = `Rule ${second}`;
  const [inner] = rest;
  if (inner === undefined) return rule;
  if (inner === 'conditions') return `${rule}: ${conditionLabel(rest)}`;
  if (inner === 'split') {
    return rest.at(-1) === 'attribute' ? `${rule}: split by` : `${rule}: split`;
  }
  if (rest.at(-1) === 'attribute') return `${rule}: rollout by`;
  return `${rule}: ${FIELDS[rest.at(-1) ?? inner] ?? rest.join(' › ')}`;
};

/** The tests that are in one list and not in the other; null: there are none. */
const testsWords = (tests: readonly FlagTest[], others: readonly FlagTest[]): Words | null => {
  const own = tests.filter((test) => !others.some((other) => same(test, other)));
  return own.length === 0 ? null : join(own.map(testWords), '; ');
};

const isTests = (names: readonly string[]): boolean => names.length === 1 && names[0] === 'tests';

export const changeInWords = (
  path: string,
  names: readonly string[],
  from: JsonValue | undefined,
  to: JsonValue | undefined,
): ChangeInWords => {
  const label = labelOf(names);
  if (isTests(names)) {
    // A flag's tests, as the server answers them; only the type of a diff says JSON.
    const [old, young] = [from ?? [], to ?? []] as unknown as readonly [FlagTest[], FlagTest[]];
    const [gone, added] = [testsWords(old, young), testsWords(young, old)];
    return {
      path,
      label,
      from: gone,
      to: gone === null && added === null ? [plain('in another order')] : added,
    };
  }
  return {
    path,
    label,
    from: from === undefined ? null : wordsOfValue(path, names, from),
    to: to === undefined ? null : wordsOfValue(path, names, to),
  };
};

/** The field-level diff of a change, each entry in words, in the diff's order. */
export const changesInWords = (diff: Diff): readonly ChangeInWords[] =>
  Object.entries(diff).map(([path, change]) => changeInWords(path, namesOf(path), change.from, change.to));
