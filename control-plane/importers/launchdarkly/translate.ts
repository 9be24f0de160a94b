import { isIn, isMissing } from '../comparisons.ts';
import { Draft, refuse } from '../draft.ts';
import { allOf, type Side } from '../formula.ts';
import { Place } from '../place.ts';
import { isKept, sharesOfWeights } from '../ranges.ts';
import { RuleList } from '../rules.ts';
import type { Translate } from '../translation.ts';
import { type FlagBody, Translator } from '../translator.ts';
import { Variations } from '../variations.ts';
import { Attributes, kindOf } from './attributes.ts';
import { clausesHold } from './clauses.ts';
import { readSource, type SourceFlag } from './document.ts';
import { bucketedBy, translateSegment } from './segments.ts';

/** LaunchDarkly's flags and segments: as SDKs and the file data source have them, or from its REST API. */
export const translateLaunchDarkly: Translate = (document, options) => {
  const source = readSource(new Place(document), options);
  const attributes = new Attributes(options);
  const translator = new Translator('launchdarkly');
  const names = new Map<string, readonly string[]>();
  const flags = new Map(source.flags.map((flag) => [flag.key, flag]));
  const namesOf = (key: string): readonly string[] | null => {
    const flag = flags.get(key);
    if (flag === undefined) return null;
    const known = names.get(key) ?? variationsOf(flag, new Draft(key, flag.flag.path)).names;
    names.set(key, known);
    return known;
  };
  for (const segment of source.segments) {
    translator.segment(segment.get('key').text('the key of a segment'), segment.path, (draft) =>
      translateSegment(segment, attributes, draft),
    );
  }
  for (const flag of source.flags) {
    translator.flag(flag.key, flag.flag.path, (draft) =>
      new FlagTranslation(flag, flags, namesOf, attributes, draft).translate(),
    );
  }
  for (const [key, value] of source.values) {
    translator.flag(key, value.path, (draft) => fixed(value, draft));
  }
  return translator.finish();
};

const fixed = (value: Place, draft: Draft): FlagBody => {
  const variations = new Variations(draft);
  const name = variations.add(value, undefined);
  return { enabled: true, variations: variations.values, default_variation: name, rules: [] };
};

const variationsOf = ({ flag }: SourceFlag, draft: Draft) => {
  const variations = new Variations(draft);
  const names = flag
    .get('variations')
    .items()
    .map((variation) => {
      // The REST API wraps each value.
      const wrapped = !variation.get('_id').missing || !flag.get('environments').missing;
      const named = wrapped ? (variation.get('name').textOr(undefined) ?? undefined) : undefined;
      return variations.add(wrapped ? variation.get('value') : variation, named);
    });
  return { names, values: variations.values };
};

class FlagTranslation {
  readonly #flag: Place;
  readonly #rules: Place;
  readonly #key: string;
  readonly #flags: ReadonlyMap<string, SourceFlag>;
  readonly #namesOf: (key: string) => readonly string[] | null;
  readonly #attributes: Attributes;
  readonly #draft: Draft;
  readonly #names: readonly string[];
  readonly #values: FlagBody['variations'];
  readonly #list: RuleList;

  constructor(
    source: SourceFlag,
    flags: ReadonlyMap<string, SourceFlag>,
    namesOf: (key: string) => readonly string[] | null,
    attributes: Attributes,
    draft: Draft,
  ) {
    this.#flag = source.flag;
    this.#rules = source.rules;
    this.#key = source.key;
    this.#flags = flags;
    this.#namesOf = namesOf;
    this.#attributes = attributes;
    this.#draft = draft;
    this.#list = new RuleList(draft);
    const { names, values } = variationsOf(source, draft);
    this.#names = names;
    this.#values = values;
  }

  translate(): FlagBody {
    if (this.#flag.get('archived').flagOr(false)) refuse(this.#flag.path, 'is archived');
    const off = this.#rules.get('offVariation');
    const offVariation = off.missing ? null : this.#variation(off);
    this.#targets();
    for (const rule of this.#rules.get('rules').items('a list of rules')) {
      this.#serve(clausesHold(rule.get('clauses'), this.#attributes, this.#draft), rule);
    }
    const fallthrough = this.#rules.get('fallthrough');
    this.#serve(true, fallthrough);
    const usual = fallthrough.get('variation');
    return {
      description: this.#flag.get('description').textOr(undefined),
      enabled: this.#rules.get('on').flagOr(false),
      variations: this.#values,
      default_variation: usual.missing ? (offVariation ?? this.#names[0] ?? '') : this.#variation(usual),
      off_variation: offVariation,
      prerequisites: this.#prerequisites(),
      rules: this.#list.rules,
      tags: this.#flag.get('tags').missing ? undefined : this.#flag.get('tags').texts(),
      client_side: this.#clientSide(),
    };
  }

  #clientSide(): boolean | undefined {
    const availability = this.#flag.get('clientSideAvailability');
    if (availability.missing) return undefined;
    return (
      availability.get('usingEnvironmentId').flagOr(false) || availability.get('usingMobileKey').flagOr(false)
    );
  }

  #variation(index: Place): string {
    const at = index.number('the place of a variation');
    return (
      this.#names[at] ??
      refuse(index.path, `is ${at}; the flag has variations 0 to ${this.#names.length - 1}`)
    );
  }

  #prerequisites(): NonNullable<FlagBody['prerequisites']> {
    return this.#rules
      .get('prerequisites')
      .items('a list of prerequisites')
      .map((prerequisite) => {
        const key = prerequisite.get('key').text('the key of a flag');
        const at = prerequisite.get('variation').number('the place of a variation');
        const names = this.#namesOf(key);
        // A flag that is not there is said to be missing at the end, with whatever else is.
        if (names === null) return { flag: key, variations: ['missing'] };
        const rules = this.#flags.get(key)?.rules;
        const nested = rules?.get('prerequisites').items().length ?? 0;
        if (nested > 0 && rules?.get('offVariation').value === at) {
          this.#draft.differs(
            prerequisite.path,
            `where the prerequisites of ${JSON.stringify(key)} fail, it serves the variation asked for as its off variation: that is enough at LaunchDarkly, and not here`,
          );
        }
        const name = names[at];
        if (name === undefined)
          return refuse(prerequisite.path, `the flag ${JSON.stringify(key)} has no variation ${at}`);
        return { flag: key, variations: [name] };
      });
  }

  /** Targets of the kind user stand in `targets`, in the order that `contextTargets` gives them if it is there. */
  #targets(): void {
    const users = this.#rules.get('targets').items('a list of targets');
    const contexts = this.#rules.get('contextTargets').items('a list of targets');
    const inOrder =
      contexts.length === 0
        ? users
        : contexts.flatMap((target) => {
            if (kindOf(target.get('contextKind')) !== 'user') return [target];
            const variation = target.get('variation').value;
            return users.filter((user) => user.get('variation').value === variation).slice(0, 1);
          });
    for (const target of inOrder) {
      const keys = target.get('values').texts();
      if (keys.length === 0) continue;
      const key = this.#attributes.keyOf(kindOf(target.get('contextKind')));
      this.#list.serve(isIn(key, keys).holds, this.#variation(target.get('variation')), target.path);
    }
  }

  /** One variation, or a rollout. */
  #serve(when: Side, served: Place): void {
    const variation = served.get('variation');
    if (!variation.missing) {
      this.#list.serve(when, this.#variation(variation), served.path);
      return;
    }
    const rollout = served.get('rollout');
    const { weights, last } = this.#weights(served);
    const inexact = weights.find(({ weight }) => weight < 0 || !isKept(weight / 1000));
    if (inexact !== undefined) {
      this.#draft.differs(inexact.path, `the weight ${inexact.weight} cannot be kept exactly as a share`);
    }
    const attribute =
      rollout.get('kind').value === 'experiment'
        ? this.#attributes.keyOf(kindOf(rollout.get('contextKind')))
        : bucketedBy(rollout.get('bucketBy'), rollout.get('contextKind'), this.#attributes);
    if (attribute !== 'targetingKey') {
      this.#draft.note(
        rollout.path,
        `${attribute} is hashed as LaunchDarkly hashes strings and whole numbers; other values are in the first share there`,
      );
    }
    const first = weights.find(({ weight }) => weight > 0) ?? last;
    const shares = sharesOfWeights(weights, 100_000, 'whole');
    if (shares.length > 1) {
      // Without the attribute everybody is at the very beginning.
      this.#list.serve(allOf([when, isMissing(attribute)]), first.variation, rollout.path);
    }
    const salt = this.#salt(rollout);
    this.#list.share(when, { attribute, bucketing: { hash: 'launchdarkly', salt }, shares }, served.path);
  }

  #weights(served: Place) {
    const weights = served
      .get('rollout')
      .get('variations')
      .items('a list of weighted variations')
      .map((each) => ({
        variation: this.#variation(each.get('variation')),
        weight: each.get('weight').number('a weight from 0 to 100000'),
        path: each.path,
      }));
    const last = weights.at(-1);
    if (last === undefined) return refuse(served.path, 'has neither a variation nor a rollout');
    return { weights, last };
  }

  #salt(rollout: Place): string {
    const seed = rollout.get('seed').numberOr(0);
    return seed === 0 ? `${this.#key}.${this.#rules.get('salt').textOr('')}` : String(seed);
  }
}
