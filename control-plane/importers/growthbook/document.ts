import { isList, isObject } from '../../flags/body/json.ts';
import { Place } from '../place.ts';

/** A feature as SDKs get it. */
export interface Feature {
  readonly key: string;
  /** Where the document has it. */
  readonly path: string;
  readonly description: string | undefined;
  /** Null: it is off in the environment. */
  readonly definition: Place | null;
  /** Why it cannot be read though it is there. */
  readonly problem?: string;
}

export interface Source {
  readonly features: readonly Feature[];
  readonly savedGroups: Place;
}

const SHAPE =
  'a GrowthBook document: {features, savedGroups} as SDKs get it, or the features of the REST API';

export const readSource = (document: Place, environment: string | undefined): Source => {
  for (const name of ['encryptedFeatures', 'encryptedSavedGroups']) {
    const encrypted = document.get(name);
    if (!encrypted.missing && encrypted.value !== '') encrypted.expected('a payload that is not encrypted');
  }
  const features = document.get('features');
  if (!isList(features.value) && !isObject(features.value)) features.expected(`features: ${SHAPE}`);
  const savedGroups = document.get('savedGroups');
  return {
    features: isList(features.value)
      ? features.items().map((feature) => fromRest(feature, environment))
      : features.entries().map(([key, definition]) => {
          if (!isObject(definition.value)) definition.expected(`a feature: ${SHAPE}`);
          if (!definition.get('variants').missing) definition.expected(`a feature: ${SHAPE}`);
          return { key, path: definition.path, description: undefined, definition };
        }),
    savedGroups: isObject(savedGroups.value) ? savedGroups : new Place({}),
  };
};

/** The REST API has, for each environment, the definition that SDKs get as a string of JSON. */
const fromRest = (feature: Place, environment: string | undefined): Feature => {
  const environments = feature.get('environments');
  if (environments.missing || feature.get('valueType').missing) feature.expected(`a feature: ${SHAPE}`);
  const known = environments.entries('an object of environments');
  const found = environment === undefined ? known : known.filter(([name]) => name === environment);
  const [only, ...others] = found;
  if (only === undefined || others.length > 0) {
    return environments.expected(
      `one environment, or environment=KEY with one of ${known.map(([name]) => name).join(', ')}`,
    );
  }
  const [, ours] = only;
  const common = {
    key: feature.get('id').text('the id of a feature'),
    path: feature.path,
    description: feature.get('description').textOr(undefined),
  };
  if (!ours.get('enabled').flagOr(false)) {
    return { ...common, definition: null };
  }
  const definition = ours.get('definition');
  if (definition.missing) {
    return {
      ...common,
      definition: null,
      problem: 'has no definition in this environment; expected it, as /api/v1/features answers',
    };
  }
  if (typeof definition.value !== 'string') return { ...common, definition };
  try {
    return { ...common, definition: definition.with(JSON.parse(definition.value)) };
  } catch {
    return definition.expected('a definition as JSON');
  }
};
