import { isIn } from '../comparisons.ts';
import { type Draft, refuse } from '../draft.ts';
import { allOf, anyOf, conditionsOf, type Side } from '../formula.ts';
import { Place } from '../place.ts';
import { RuleList } from '../rules.ts';
import type { Translate } from '../translation.ts';
import { type FlagBody, Translator } from '../translator.ts';
import { nearestName } from '../variations.ts';
import { constraintsHold, type NameOf } from './constraints.ts';
import { type Feature, readSource, type Source } from './document.ts';
import { type Gate, gateOf, judgedBy } from './strategies.ts';
import { type Choice, DISABLED, Variants, variantsOf } from './variants.ts';

/** Unleash's features and segments: as SDKs get them, or from an export. */
export const translateUnleash: Translate = (document, { environment, targetingKey = 'userId' }) => {
  const source = readSource(new Place(document), environment);
  const nameOf: NameOf = (name) => (name === targetingKey ? 'targetingKey' : name);
  const translator = new Translator('unleash');
  const segments = segmentKeys(source);
  for (const [id, segment] of source.segments) {
    const key = segments.get(id);
    // Everyone is in an empty segment there: what refers to it says nothing.
    if (key === undefined) continue;
    translator.segment(key, segment.path, (draft) => ({
      description: segment.get('name').textOr(undefined) ?? null,
      conditions: conditionsOf(constraintsHold(segment.get('constraints'), nameOf, draft).yes) ?? [],
    }));
  }
  const features = new Map(source.features.map((feature) => [feature.name, feature]));
  for (const feature of source.features) {
    translator.flag(feature.name, feature.place.path, (draft) =>
      new FeatureTranslation(feature, features, source, segments, nameOf, draft).translate(),
    );
  }
  return translator.finish();
};

/** The key of every segment that has constraints: its name, as far as that can be a key. */
const segmentKeys = ({ segments }: Source): ReadonlyMap<string, string> => {
  const keys = new Map<string, string>();
  const taken = new Set<string>();
  for (const [id, segment] of segments) {
    if (segment.get('constraints').items('a list of constraints').length === 0) continue;
    const near = nearestName(segment.get('name').textOr('')) || `segment-${id}`;
    const key = taken.has(near) ? `${near.slice(0, 100)}-${id}` : near;
    taken.add(key);
    keys.set(id, key);
  }
  return keys;
};

class FeatureTranslation {
  readonly #feature: Feature;
  readonly #features: ReadonlyMap<string, Feature>;
  readonly #source: Source;
  readonly #segments: ReadonlyMap<string, string>;
  readonly #nameOf: NameOf;
  readonly #draft: Draft;
  readonly #list: RuleList;
  /** Null: the feature is on or off, and nothing else. */
  readonly #variants: Variants | null;

  constructor(
    feature: Feature,
    features: ReadonlyMap<string, Feature>,
    source: Source,
    segments: ReadonlyMap<string, string>,
    nameOf: NameOf,
    draft: Draft,
  ) {
    this.#feature = feature;
    this.#features = features;
    this.#source = source;
    this.#segments = segments;
    this.#nameOf = nameOf;
    this.#draft = draft;
    this.#list = new RuleList(draft);
    this.#variants = variantsOf(feature).length === 0 ? null : new Variants(feature, draft);
  }

  translate(): FlagBody {
    const { strategies, place } = this.#feature;
    const depends = this.#dependencies();
    const ours = strategies.filter((strategy) => !strategy.get('disabled').flagOr(false));
    for (const strategy of ours) this.#strategy(strategy, depends);
    // Without a strategy it is on for everyone; with none but disabled ones, for nobody.
    if (strategies.length === 0) this.#enable(depends, null, place.with({}));
    const variants = this.#variants;
    return {
      description: place.get('description').textOr(undefined),
      enabled: this.#feature.enabled,
      variations: variants === null ? { on: true, off: false } : variants.variations.values,
      default_variation: variants === null ? 'off' : DISABLED,
      ...(variants === null ? {} : { off_variation: null }),
      rules: this.#list.rules,
    };
  }

  #strategy(strategy: Place, depends: Side): void {
    const constraints = constraintsHold(strategy.get('constraints'), this.#nameOf, this.#draft).yes;
    const segments = strategy
      .get('segments')
      .items('a list of segments')
      .map((id) => this.#inSegment(id));
    const gate = gateOf(strategy, this.#nameOf);
    this.#enable(allOf([depends, constraints, ...segments]), gate, strategy);
  }

  #inSegment(id: Place): Side {
    const key = String(id.value);
    const segment = this.#source.segments.get(key);
    if (segment === undefined) return refuse(id.path, `the segment ${key} is not in the document`);
    if (segment.get('constraints').missing) {
      return refuse(segment.path, 'the document has no constraints of this segment; expected them');
    }
    const known = this.#segments.get(key);
    return known === undefined ? true : { operator: 'in_segment', value: [known] };
  }

  /** Who is let in gets the variant of the strategy, else that of the feature, else none. */
  #enable(when: Side, gate: Gate | null, strategy: Place): void {
    const variants = this.#variants;
    if (variants === null) {
      this.#gated(when, gate, 'on', strategy);
      return;
    }
    const own = variants.choice(
      strategy.get('variants').items(),
      strategy.get('parameters').get('stickiness'),
      this.#nameOf,
    );
    const salt = own === null ? this.#feature.name : strategy.get('parameters').get('groupId').textOr('');
    const choice = own ?? variants.choice(this.#feature.variants, new Place(undefined), this.#nameOf);
    if (choice === null) this.#gated(when, gate, DISABLED, strategy);
    else if (choice.attributes === null && choice.overrides.length === 0) {
      const [share] = choice.shares;
      this.#gated(when, gate, share?.variation ?? DISABLED, strategy);
    } else this.#choose(allOf([when, asCondition(gate)]), choice, salt, strategy);
  }

  #gated(when: Side, gate: Gate | null, variation: string, { path }: Place): void {
    if (gate === null) this.#list.serve(when, variation, path);
    else if (gate.kind === 'formula') this.#list.serve(allOf([when, gate.formula.yes]), variation, path);
    else {
      const { bucketing, percentage } = gate;
      for (const [attribute, lacks] of judgedBy(gate.attributes)) {
        const shares = [{ variation, range: [0, percentage] as const }];
        this.#list.share(allOf([when, ...lacks]), { attribute, bucketing, shares }, path);
      }
    }
  }

  #choose(when: Side, { attributes, shares, overrides }: Choice, salt: string, strategy: Place): void {
    for (const { variation, attribute, values, path } of overrides) {
      this.#list.serve(allOf([when, isIn(attribute, values).holds]), variation, path);
    }
    if (attributes === null) {
      this.#list.serve(when, shares[0]?.variation ?? DISABLED, strategy.path);
      return;
    }
    if (salt === '') refuse(strategy.path, 'has variants and no groupId to choose them by; expected one');
    this.#draft.note(
      strategy.path,
      `whoever has none of ${attributes.join(', ')} gets a variant at random at Unleash`,
    );
    const bucketing = { hash: 'unleash-variant', salt } as const;
    for (const [attribute, lacks] of judgedBy(attributes)) {
      this.#list.share(allOf([when, ...lacks]), { attribute, bucketing, shares }, strategy.path);
    }
  }

  /** All must hold; each is about what another feature answers. */
  #dependencies(): Side {
    return allOf(this.#feature.dependencies.map((dependency) => this.#dependency(dependency)));
  }

  #dependency(dependency: Place): Side {
    const name = dependency.get('feature').text('the name of a feature');
    const parent = this.#features.get(name);
    if (parent === undefined)
      return refuse(dependency.path, `the feature ${JSON.stringify(name)} is not in the document`);
    // Unleash has one level of dependencies: a parent that has its own is never satisfied.
    if (parent.dependencies.length > 0) return false;
    const wanted = dependency.get('variants').texts();
    const enabled = dependency.get('enabled').flagOr(true);
    const listed = variantsOf(parent);
    if (listed.length === 0) {
      // A feature without variants has the variant "disabled" and is on.
      if (enabled && wanted.length > 0 && !wanted.includes(DISABLED)) return false;
      return { flag: name, operator: enabled ? 'serves' : 'not_serves', value: ['on'] };
    }
    const { byName } = new Variants(parent, this.#draft);
    if (wanted.includes(DISABLED))
      refuse(dependency.path, 'asks for no variant of a feature that has variants');
    if (enabled && wanted.length > 0) {
      const value = wanted.flatMap((variant) => byName.get(variant) ?? []);
      return value.length === 0 ? false : { flag: name, operator: 'serves', value };
    }
    if (mayLackVariant(parent)) {
      return refuse(
        dependency.path,
        `${JSON.stringify(name)} may be on without a variant, which its answer here does not tell from being off`,
      );
    }
    const value = [...byName.values()].flat();
    return { flag: name, operator: enabled ? 'serves' : 'not_serves', value };
  }
}

/** Whether somebody is let in and gets no variant. */
const mayLackVariant = ({ strategies, variants }: Feature): boolean => {
  const weigh = (list: readonly Place[]): number =>
    list.reduce((sum, variant) => sum + variant.get('weight').numberOr(0), 0);
  if (weigh(variants) > 0) return false;
  return (
    strategies.length === 0 || strategies.some((strategy) => weigh(strategy.get('variants').items()) <= 0)
  );
};

const asCondition = (gate: Gate | null): Side => {
  if (gate === null) return true;
  if (gate.kind === 'formula') return gate.formula.yes;
  const { attributes, percentage, bucketing } = gate;
  return anyOf(
    judgedBy(attributes).map(([attribute, lacks]) =>
      allOf([
        ...lacks,
        { attribute, operator: 'in_share', value: { ...bucketing, ranges: [[0, percentage]] } },
      ]),
    ),
  );
};
