import { isObject } from '../../flags/body/json.ts';
import { isMissing } from '../comparisons.ts';
import { type Draft, refuse } from '../draft.ts';
import { allOf, type Side } from '../formula.ts';
import { Place } from '../place.ts';
import { RuleList } from '../rules.ts';
import type { Translate } from '../translation.ts';
import { type FlagBody, Translator } from '../translator.ts';
import { Variations } from '../variations.ts';
import { Conditions } from './conditions.ts';
import { readFraction } from './fractional.ts';
import { Logic } from './logic.ts';

const SHAPE = 'a flagd document: {flags: {key: {state, variants, defaultVariant, targeting}}}';

/** flagd's flag definitions. */
export const translateFlagd: Translate = (document, { targetingKey = 'targetingKey' }) => {
  const root = new Place(document);
  const flags = root.get('flags');
  if (!isObject(flags.value)) flags.expected(`an object of flags: ${SHAPE}`);
  const logic = new Logic(root.get('$evaluators'));
  const translator = new Translator('flagd');
  const nameOf = (variable: string): string => (variable === targetingKey ? 'targetingKey' : variable);
  for (const [key, flag] of flags.entries()) {
    if (!isObject(flag.get('variants').value))
      flag.get('variants').expected(`an object of variants: ${SHAPE}`);
    const state = flag.get('state').value;
    if (state !== 'ENABLED' && state !== 'DISABLED') flag.get('state').expected('"ENABLED" or "DISABLED"');
    translator.flag(key, flag.path, (draft) =>
      new FlagTranslation(key, flag, root.get('metadata'), logic, nameOf, draft).translate(),
    );
  }
  return translator.finish();
};

class FlagTranslation {
  readonly #key: string;
  readonly #flag: Place;
  readonly #shared: Place;
  readonly #logic: Logic;
  readonly #nameOf: (variable: string) => string;
  readonly #draft: Draft;
  readonly #conditions: Conditions;
  readonly #list: RuleList;
  readonly #variations: Variations;
  /** What a variant of flagd's is called here. */
  readonly #names: ReadonlyMap<string, string>;

  constructor(
    key: string,
    flag: Place,
    shared: Place,
    logic: Logic,
    nameOf: (variable: string) => string,
    draft: Draft,
  ) {
    this.#key = key;
    this.#flag = flag;
    this.#shared = shared;
    this.#logic = logic;
    this.#nameOf = nameOf;
    this.#draft = draft;
    this.#conditions = new Conditions(logic, nameOf, draft);
    this.#list = new RuleList(draft);
    this.#variations = new Variations(draft);
    this.#names = new Map(
      flag
        .get('variants')
        .entries()
        .map(([name, value]) => [name, this.#variations.add(value, name)]),
    );
  }

  translate(): FlagBody {
    const byDefault = this.#flag.get('defaultVariant');
    const targeting = this.#flag.get('targeting');
    const targets = isObject(targeting.value) && Object.keys(targeting.value).length > 0;
    const [first] = this.#names.values();
    const common = { variations: this.#variations.values, metadata: this.#metadata() };
    if (byDefault.missing || byDefault.value === '') {
      const stateOff = this.#flag.get('state').value === 'DISABLED';
      if (targets && !stateOff) {
        return refuse(
          byDefault.path,
          'leaves the value to the caller where targeting serves nothing, which a flag cannot here',
        );
      }
      if (!stateOff)
        this.#draft.note(
          byDefault.path,
          'leaves the value to the caller: the flag is off here, which does the same',
        );
      return { ...common, enabled: false, default_variation: first ?? '', off_variation: null, rules: [] };
    }
    const usual = this.#variationOf(byDefault);
    if (targets) this.#decide(true, targeting, usual);
    return {
      ...common,
      enabled: this.#flag.get('state').value === 'ENABLED',
      default_variation: usual,
      off_variation: null,
      rules: this.#list.rules,
    };
  }

  #metadata(): Readonly<Record<string, unknown>> {
    const own = this.#flag.get('metadata').entries();
    return Object.fromEntries([...this.#shared.entries(), ...own].map(([name, { value }]) => [name, value]));
  }

  /** By name; true, false and numbers by their text, and null is the default. */
  #variationOf(place: Place, usual?: string): string {
    const { value, path } = this.#logic.resolve(place);
    if (value === null && usual !== undefined) return usual;
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
      return refuse(path, 'does not name a variant that is written down');
    }
    return (
      this.#names.get(String(value)) ??
      refuse(path, `names the variant ${JSON.stringify(String(value))}, which the flag does not have`)
    );
  }

  /** Adds the rules that serve what an expression answers, whenever `when` holds. */
  #decide(when: Side, place: Place, usual: string): void {
    const operation = this.#logic.operation(place);
    if (operation === null) {
      this.#list.serve(when, this.#variationOf(place, usual), place.path);
    } else if (operation.name === 'if' || operation.name === '?:') {
      this.#branches(when, operation.operands, operation.place, usual);
    } else if (operation.name === 'fractional') {
      this.#fractional(when, operation.operands, operation.place, usual);
    } else if (this.#conditions.isBoolean(operation.place)) {
      this.#trueOrFalse(when, operation.place);
    } else {
      const attribute = this.#conditions.unsureWithout(operation.place);
      if (attribute === null) {
        refuse(
          operation.place.path,
          `${JSON.stringify(operation.name)} does not answer with a variant that is known`,
        );
      }
      this.#list.serve(allOf([when, isMissing(attribute ?? '')]), usual, operation.place.path);
      this.#trueOrFalse(when, operation.place);
    }
  }

  /** Serves the variants of these names. */
  #trueOrFalse(when: Side, place: Place): void {
    const { yes } = this.#conditions.of(place);
    if (yes === false) refuse(place.path, 'never answers true or false');
    this.#list.serve(allOf([when, yes]), this.#variationOf(place.with(true)), place.path);
    this.#list.serve(when, this.#variationOf(place.with(false)), place.path);
  }

  /** What comes later is reached only by whoever none of the earlier branches held for. */
  #branches(when: Side, operands: readonly Place[], place: Place, usual: string): void {
    for (let at = 0; at + 1 < operands.length; at += 2) {
      const [condition, outcome] = operands.slice(at, at + 2);
      if (condition === undefined || outcome === undefined) break;
      this.#decide(allOf([when, this.#conditions.of(condition).yes]), outcome, usual);
    }
    const otherwise = operands.length % 2 === 1 ? operands.at(-1) : undefined;
    this.#decide(when, otherwise ?? place.with(null), usual);
  }

  #fractional(when: Side, operands: readonly Place[], place: Place, usual: string): void {
    const fraction = readFraction(operands, place, {
      flagKey: this.#key,
      logic: this.#logic,
      variationOf: (variant) => this.#variationOf(variant, usual),
    });
    const { variable, salt, shares, whenMissing, rounded } = fraction;
    if (rounded) this.#draft.note(place.path, 'the shares are kept to a millionth of a percent');
    const attribute = this.#nameOf(variable);
    this.#list.serve(allOf([when, isMissing(attribute)]), whenMissing ?? usual, place.path);
    if (shares.length === 0) this.#list.serve(when, usual, place.path);
    else this.#list.share(when, { attribute, bucketing: { hash: 'flagd', salt }, shares }, place.path);
  }
}
