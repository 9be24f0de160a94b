import { own } from '../../flags/body/json.ts';
import type { Place } from '../place.ts';
import type { TranslateOptions } from '../translation.ts';

/** A flag as its SDKs get it, with what only the REST API says. */
export interface SourceFlag {
  readonly key: string;
  /** The flag itself: variations, description. */
  readonly flag: Place;
  /** Where its rules are: the flag, or one of its environments. */
  readonly rules: Place;
}

export interface Source {
  readonly flags: readonly SourceFlag[];
  readonly segments: readonly Place[];
  /** Values alone, as the file data source takes them. */
  readonly values: readonly (readonly [key: string, value: Place])[];
}

const SHAPE =
  'a LaunchDarkly document: {flags, segments} as SDKs get it, {flagValues}, or flags of the REST API ({items})';

export const readSource = (document: Place, { environment }: TranslateOptions): Source => {
  const items = document.get('items');
  const flags = items.missing ? document.get('flags') : items;
  const values = document.get('flagValues');
  if (flags.missing && values.missing && document.get('segments').missing) return document.expected(SHAPE);
  return {
    flags: listOf(flags).flatMap(([name, flag]) => {
      if (own(flag.value, 'deleted') === true) return [];
      const variations = flag.get('variations');
      if (!Array.isArray(variations.value)) variations.expected(`a list of variations, as ${SHAPE} has them`);
      const key = flag.get('key').textOr(name) ?? flag.get('key').text();
      return [{ key, flag, rules: rulesOf(flag, environment) }];
    }),
    segments: listOf(document.get('segments'))
      .map(([, segment]) => segment)
      .filter(({ value }) => own(value, 'deleted') !== true),
    values: values.entries('an object of values'),
  };
};

/** By key, or in a list, or in a page of the REST API. */
const listOf = (place: Place): readonly (readonly [name: string | undefined, member: Place])[] => {
  const inside = place.get('items');
  const list = Array.isArray(inside.value) ? inside : place;
  return Array.isArray(list.value)
    ? list.items().map((member) => [undefined, member])
    : list.entries('an object or a list');
};

const rulesOf = (flag: Place, environment: string | undefined): Place => {
  const environments = flag.get('environments');
  if (environments.missing) {
    const on = flag.get('on');
    if (typeof on.value !== 'boolean') on.expected('true or false');
    return flag;
  }
  const known = environments.entries('an object of environments');
  const [only, ...others] = known;
  if (environment === undefined) {
    if (only !== undefined && others.length === 0) return only[1];
    return environments.expected(
      `one environment, or environment=KEY with one of ${known.map(([name]) => name).join(', ')}`,
    );
  }
  const found = known.find(([name]) => name === environment);
  return found === undefined
    ? environments.expected(
        `the environment ${JSON.stringify(environment)}; it has ${known.map(([name]) => name).join(', ')}`,
      )
    : found[1];
};
