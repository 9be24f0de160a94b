import { own } from '../../flags/body/json.ts';
import { Place } from '../place.ts';

/** A feature with what belongs to it, wherever the document has that. */
export interface Feature {
  readonly name: string;
  readonly place: Place;
  readonly enabled: boolean;
  readonly strategies: readonly Place[];
  readonly variants: readonly Place[];
  readonly dependencies: readonly Place[];
}

export interface Source {
  readonly features: readonly Feature[];
  /** By id. */
  readonly segments: ReadonlyMap<string, Place>;
}

const SHAPE = 'an Unleash document: {features, segments} of /api/client/features, or an export';

export const readSource = (document: Place, environment: string | undefined): Source => {
  const features = document.get('features');
  if (!Array.isArray(features.value)) features.expected(`a list of features: ${SHAPE}`);
  const exported = !document.get('featureStrategies').missing;
  const read = exported ? exportReader(document, environment) : fromClient;
  return {
    features: features.items().map((feature) => {
      if (!exported && feature.get('strategies').missing)
        feature.get('strategies').expected('a list of strategies');
      return read(feature, feature.get('name').text('the name of a feature'));
    }),
    segments: new Map(
      document
        .get('segments')
        .items('a list of segments')
        .map((segment) => [String(segment.get('id').value), segment]),
    ),
  };
};

const fromClient = (place: Place, name: string): Feature => ({
  name,
  place,
  enabled: place.get('enabled').flagOr(false),
  strategies: inOrder(place.get('strategies').items('a list of strategies')),
  variants: place.get('variants').items('a list of variants'),
  dependencies: place.get('dependencies').items('a list of dependencies'),
});

/** An export keeps strategies, environments and dependencies beside the features. */
const exportReader = (document: Place, environment: string | undefined) => {
  const grouped = (list: string, key: string): ReadonlyMap<string, readonly Place[]> => {
    const found = new Map<string, Place[]>();
    for (const item of document.get(list).items()) {
      const name = item.get(key).text('the name of a feature');
      const before = found.get(name);
      if (before === undefined) found.set(name, [item]);
      else before.push(item);
    }
    return found;
  };
  const strategies = grouped('featureStrategies', 'featureName');
  const environments = grouped('featureEnvironments', 'featureName');
  const dependencies = grouped('dependencies', 'feature');
  const known = new Set(
    [...environments.values()].flat().map((each) => String(own(each.value, 'environment'))),
  );
  if (environment !== undefined && known.size > 0 && !known.has(environment)) {
    document
      .get('featureEnvironments')
      .expected(
        `one of the environments ${[...known].join(', ')} as environment=KEY, which is ${environment}`,
      );
  }
  return (place: Place, name: string): Feature => {
    const [only, ...others] = environments.get(name) ?? [];
    const ours =
      environment === undefined
        ? only
        : [only, ...others].find((each) => own(each?.value, 'environment') === environment);
    if (environment === undefined && others.length > 0) {
      const names = [only, ...others].map((each) => String(own(each?.value, 'environment')));
      place.expected(`one environment, or environment=KEY with one of ${names.join(', ')}`);
    }
    const wanted = own(ours?.value, 'environment');
    const isOurs = (strategy: Place): boolean =>
      strategy.get('environment').missing || strategy.get('environment').value === wanted;
    const variants = ours?.get('variants') ?? new Place(undefined);
    return {
      name,
      place,
      enabled: ours?.get('enabled').flagOr(false) ?? false,
      strategies: inOrder((strategies.get(name) ?? []).filter(isOurs)),
      variants: (variants.items().length > 0 ? variants : place.get('variants')).items('a list of variants'),
      dependencies: (dependencies.get(name) ?? []).flatMap((each) => each.get('dependencies').items()),
    };
  };
};

const inOrder = (strategies: readonly Place[]): readonly Place[] =>
  strategies.toSorted((a, b) => a.get('sortOrder').numberOr(0) - b.get('sortOrder').numberOr(0));
