import type { FlagValue } from '@halyard/engine';
import { own } from '../../flags/body/json.ts';
import { exists } from '../comparisons.ts';
import { Draft, refuse } from '../draft.ts';
import { allOf, anyOf, type Side } from '../formula.ts';
import { Place } from '../place.ts';
import { firstHolds } from '../ranges.ts';
import { RuleList } from '../rules.ts';
import type { Translate } from '../translation.ts';
import { type FlagBody, Translator } from '../translator.ts';
import { Variations } from '../variations.ts';
import { Conditions } from './conditions.ts';
import { type Feature, readSource, type Source } from './document.ts';
import { satisfying, servesSide } from './parents.ts';
import { boundsOf, bucketingOf, coverageOf, type Grid, gridOf, rangeOf, rangesOfWeights } from './shares.ts';

/** GrowthBook's features: as SDKs get them, or from its REST API. */
export const translateGrowthBook: Translate = (document, { environment, targetingKey = 'id' }) => {
  const source = readSource(new Place(document), environment);
  const features = new Map(source.features.map((feature) => [feature.key, feature]));
  const nameOf = (attribute: string): string => (attribute === targetingKey ? 'targetingKey' : attribute);
  const translator = new Translator('growthbook');
  for (const feature of source.features) {
    if (feature.problem !== undefined) translator.refused(feature.key, feature.path, feature.problem);
    else {
      translator.flag(feature.key, feature.path, (draft) =>
        new FeatureTranslation(feature, features, source, nameOf, draft).translate(),
      );
    }
  }
  return translator.finish();
};

/** Off in the environment: its SDKs do not even know of it, and every caller has its default. */
const absent = (feature: Feature): FlagBody => ({
  description: feature.description,
  enabled: false,
  variations: { on: true, off: false },
  default_variation: 'off',
  off_variation: null,
  rules: [],
});

/** Every value that a feature may have, named alike wherever it is asked for. */
const variationsOf = (definition: Place, draft: Draft): Variations => {
  const variations = new Variations(draft);
  variations.of(definition.get('defaultValue'));
  for (const rule of definition.get('rules').items('a list of rules')) {
    if (own(rule.value, 'force') !== undefined) variations.of(rule.get('force'));
    else for (const value of rule.get('variations').items('a list of values')) variations.of(value);
  }
  return variations;
};

class FeatureTranslation {
  readonly #feature: Feature;
  readonly #features: ReadonlyMap<string, Feature>;
  readonly #nameOf: (attribute: string) => string;
  readonly #draft: Draft;
  readonly #conditions: Conditions;
  readonly #list: RuleList;
  readonly #gates: { readonly flag: string; readonly variations: readonly string[] }[] = [];

  constructor(
    feature: Feature,
    features: ReadonlyMap<string, Feature>,
    source: Source,
    nameOf: (attribute: string) => string,
    draft: Draft,
  ) {
    this.#feature = feature;
    this.#features = features;
    this.#nameOf = nameOf;
    this.#draft = draft;
    this.#conditions = new Conditions(source.savedGroups, nameOf, draft);
    this.#list = new RuleList(draft);
  }

  translate(): FlagBody {
    const { definition } = this.#feature;
    if (definition === null) return absent(this.#feature);
    const variations = variationsOf(definition, this.#draft);
    const usual = variations.of(definition.get('defaultValue'));
    const rules = definition.get('rules').items();
    rules.forEach((rule, index) => {
      const before = rules.slice(0, index);
      this.#rule(
        rule,
        variations,
        before.every((each) => isOnlyGate(each)),
      );
    });
    return {
      description: this.#feature.description,
      enabled: true,
      variations: variations.values,
      default_variation: usual,
      ...(this.#gates.length === 0 ? {} : { off_variation: null, prerequisites: this.#gates }),
      rules: this.#list.rules,
    };
  }

  #rule(rule: Place, variations: Variations, first: boolean): void {
    const parents = this.#parents(rule, first);
    if (isOnlyGate(rule)) return;
    const when = allOf([
      parents,
      this.#filters(rule.get('filters')),
      this.#conditions.of(rule.get('condition')).yes,
    ]);
    if (own(rule.value, 'force') !== undefined) this.#force(when, rule, variations);
    else if (!rule.get('contextualVariations').missing)
      refuse(rule.path, 'is a contextual bandit, which learns');
    else if (!rule.get('variations').missing) this.#experiment(when, rule, variations);
    else this.#draft.note(rule.path, 'serves nothing and is left out');
  }

  /** Gates of the first rules are prerequisites; what is no gate decides about its rule alone. */
  #parents(rule: Place, first: boolean): Side {
    const sides: Side[] = [];
    for (const parent of rule.get('parentConditions').items('a list of conditions')) {
      const key = parent.get('id').text('the id of a feature');
      const feature = this.#features.get(key);
      if (feature === undefined)
        refuse(parent.path, `the feature ${JSON.stringify(key)} is not in the document`);
      const found = satisfying(parent.get('condition'), this.#valuesOf(feature));
      if (!parent.get('gate').flagOr(false)) {
        sides.push(servesSide(key, found));
        continue;
      }
      if (!first || sides.length > 0) {
        refuse(parent.path, 'is a gate behind other rules or conditions; expected gates to come first');
      }
      if (found.nothing && mayBeNothing(feature)) {
        refuse(
          parent.path,
          'is a gate that opens for a feature without a value, which a prerequisite cannot',
        );
      }
      if (found.variations.length === 0) refuse(parent.path, 'is a gate that never opens');
      this.#gates.push({ flag: key, variations: found.variations });
    }
    return allOf(sides);
  }

  #valuesOf(feature: Feature | undefined): Readonly<Record<string, FlagValue>> {
    const definition = feature?.definition ?? null;
    if (definition === null) return absent(this.#feature).variations;
    return variationsOf(definition, new Draft('', definition.path)).values;
  }

  #hashed(place: Place): string {
    return this.#nameOf(place.textOr('id') || 'id');
  }

  /** Namespaces and holdouts: in one of the ranges of each. */
  #filters(filters: Place): Side {
    return allOf(
      filters.items('a list of filters').map((filter) => {
        const grid = gridOf(filter.get('hashVersion'), 2);
        const ranges = filter
          .get('ranges')
          .items('a list of ranges')
          .map((range) => boundsOf(range));
        return this.#inShare(this.#hashed(filter.get('attribute')), grid, filter.get('seed').text(), ranges);
      }),
    );
  }

  #inShare(
    attribute: string,
    grid: Grid | null,
    salt: string,
    bounds: readonly (readonly [from: number, to: number])[],
  ): Side {
    if (grid === null) return false;
    const ranges = bounds.map(([from, to]) => rangeOf(from, to, grid)).filter((range) => range !== null);
    // Ranges of one share may not overlap here.
    return anyOf(
      ranges.map((range) => ({
        attribute,
        operator: 'in_share',
        value: { ...bucketingOf(grid, salt), ranges: [range] },
      })),
    );
  }

  #force(when: Side, rule: Place, variations: Variations): void {
    const variation = variations.of(rule.get('force'));
    const coverage = rule.get('coverage').numberOr(null);
    const range = rule.get('range');
    if (range.missing && coverage === null) {
      this.#list.serve(when, variation, rule.path);
      return;
    }
    const grid = gridOf(rule.get('hashVersion'), 1);
    const attribute = this.#hashed(rule.get('hashAttribute'));
    const reached =
      grid === null || (range.missing && coverage === 0)
        ? null
        : range.missing
          ? coverageOf(coverage ?? 0, grid)
          : rangeOf(...boundsOf(range), grid);
    if (grid === null || reached === null) {
      this.#draft.note(rule.path, 'includes nobody and is left out');
      return;
    }
    // Even a share of everybody asks for something to hash.
    const whole = reached[0] === 0 && reached[1] === 100;
    const bucketing = bucketingOf(grid, rule.get('seed').textOr('') || this.#feature.key);
    const there = whole ? allOf([when, exists(attribute)]) : when;
    this.#list.share(there, { attribute, bucketing, shares: [{ variation, range: reached }] }, rule.path);
  }

  #experiment(when: Side, rule: Place, variations: Variations): void {
    const values = rule.get('variations').items();
    const grid = gridOf(rule.get('hashVersion'), 1);
    if (values.length < 2 || grid === null) {
      this.#draft.note(rule.path, 'includes nobody and is left out');
      return;
    }
    const attribute = this.#hashed(rule.get('hashAttribute'));
    const salt = rule.get('seed').textOr('') || rule.get('key').textOr('') || this.#feature.key;
    const weights = rule.get('weights');
    const bounds = rule.get('ranges').missing
      ? rangesOfWeights(
          values.length,
          rule.get('coverage').numberOr(1),
          weights.missing ? null : weights.items().map((weight) => weight.number()),
        )
      : rule
          .get('ranges')
          .items('a list of ranges')
          .map((range) => boundsOf(range));
    const names = values.map((value) => variations.of(value));
    const meta = rule.get('meta').items('a list');
    const shares = firstHolds(
      bounds
        .flatMap(([from, to], index) => {
          const range = rangeOf(from, to, grid);
          // A range beyond the variations belongs to none of them.
          return range === null ? [] : [{ variation: names[index] ?? '', range, index }];
        })
        .map(({ variation, range, index }) => ({ variation: passes(meta[index]) ? '' : variation, range })),
    ).filter(({ variation }) => variation !== '');
    const namespace = rule.get('filters').missing ? this.#namespace(rule.get('namespace'), attribute) : true;
    this.#list.share(
      allOf([when, namespace, exists(attribute)]),
      { attribute, bucketing: bucketingOf(grid, salt), shares },
      rule.path,
    );
  }

  /** `[id, from, to]`, always by the first of GrowthBook's hashes. */
  #namespace(namespace: Place, attribute: string): Side {
    if (namespace.missing) return true;
    const [id, from, to] = namespace.items('a namespace');
    if (id === undefined || from === undefined || to === undefined) {
      return refuse(namespace.path, 'expected [id, from, to]');
    }
    const grid: Grid = { hash: 'growthbook-v1', points: 1000 };
    return this.#inShare(attribute, grid, `__${id.text()}`, [[from.number(), to.number()]]);
  }
}

/** Whoever gets such a variation goes on to the next rule. */
const passes = (meta: Place | undefined): boolean => meta?.get('passthrough').flagOr(false) ?? false;

/** A rule that serves nothing and only says which other features must have which value. */
const isOnlyGate = (rule: Place): boolean => {
  const parents = rule.get('parentConditions').items('a list of conditions');
  return (
    parents.length > 0 &&
    own(rule.value, 'force') === undefined &&
    rule.get('variations').missing &&
    parents.every((parent) => parent.get('gate').flagOr(false))
  );
};

/** Whether a feature may be without a value: it is off, or behind a gate. */
const mayBeNothing = (feature: Feature | undefined): boolean =>
  (feature?.definition ?? null) === null ||
  (feature?.definition?.get('rules').items() ?? []).some((rule) =>
    rule
      .get('parentConditions')
      .items()
      .some((parent) => parent.get('gate').flagOr(false)),
  );
