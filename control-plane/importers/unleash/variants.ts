import type { FlagValue } from '@halyard/engine';
import { isObject } from '../../flags/body/json.ts';
import { type Draft, refuse } from '../draft.ts';
import { Place } from '../place.ts';
import { type Share, sharesOfWeights } from '../ranges.ts';
import { Variations } from '../variations.ts';
import type { Feature } from './document.ts';

/** What Unleash calls no variant; the one that a feature with variants serves where nothing else is. */
export const DISABLED = 'disabled';

/** A list of variants as it is chosen from. */
export interface Choice {
  /** The first of these attributes that is there is hashed; null: whoever is let in gets the same. */
  readonly attributes: readonly string[] | null;
  readonly shares: readonly Share[];
  /** Asked first, in order: any of the values of a context field. */
  readonly overrides: readonly Override[];
}

export interface Override {
  readonly variation: string;
  readonly attribute: string;
  readonly values: readonly string[];
  readonly path: string;
}

/** The variants of a feature and of its strategies, as variations of one type. */
export class Variants {
  readonly variations: Variations;
  readonly #json: boolean;
  /** By the variant's name and value. */
  readonly #names = new Map<string, string>();
  /** By the name that dependencies use: every variation of that name. */
  readonly byName = new Map<string, string[]>();

  constructor(feature: Feature, draft: Draft) {
    this.variations = new Variations(draft);
    const listed = variantsOf(feature);
    this.#json = listed.every((variant) => isObject(payloadOf(variant)) || Array.isArray(payloadOf(variant)));
    this.variations.add(new Place(this.#json ? {} : DISABLED), DISABLED);
    for (const variant of listed) this.#nameOf(variant);
  }

  /** Null: there are none, or their weights are all 0. */
  choice(
    variants: readonly Place[],
    stickiness: Place,
    nameOf: (contextName: string) => string,
  ): Choice | null {
    const weights = variants.map((variant) => ({
      variation: this.#nameOf(variant),
      weight: variant.get('weight').number('a weight'),
    }));
    const total = weights.reduce((sum, { weight }) => sum + weight, 0);
    const [first] = variants;
    if (first === undefined || total <= 0) return null;
    const whole = weights.find(({ weight }) => weight === total);
    if (whole === undefined && total !== 1000) {
      return refuse(first.path, `the weights of the variants add up to ${total}; expected 1000`);
    }
    const by = first.get('stickiness').textOr('') || stickiness.textOr('') || 'default';
    if (by === 'random' && whole === undefined) {
      return refuse(first.path, 'the variant is chosen at random, which nothing is here');
    }
    return {
      attributes:
        whole !== undefined
          ? null
          : (by === 'default' ? ['userId', 'sessionId', 'remoteAddress'] : [by]).map(nameOf),
      shares:
        whole === undefined
          ? sharesOfWeights(weights, 1000, 'whole')
          : [{ variation: whole.variation, range: [0, 100] }],
      overrides: variants.flatMap((variant) => this.#overrides(variant, nameOf)),
    };
  }

  #overrides(variant: Place, nameOf: (contextName: string) => string): readonly Override[] {
    return variant
      .get('overrides')
      .items('a list of overrides')
      .map((override) => ({
        variation: this.#nameOf(variant),
        attribute: nameOf(override.get('contextName').text('the name of a context field')),
        values: override.get('values').texts(),
        path: override.path,
      }));
  }

  #nameOf(variant: Place): string {
    const name = variant.get('name').text('the name of a variant');
    const value = this.#json ? payloadOf(variant) : (textOf(variant) ?? name);
    const id = JSON.stringify([name, value]);
    const known = this.#names.get(id);
    if (known !== undefined) return known;
    // The payload was looked at: it has the type that all of them have.
    const place = variant.get('payload').missing ? variant : variant.get('payload');
    const added = this.variations.add(place.with(value as FlagValue), name);
    this.#names.set(id, added);
    this.byName.set(name, [...(this.byName.get(name) ?? []), added]);
    return added;
  }
}

export const variantsOf = (feature: Feature): readonly Place[] => [
  ...feature.strategies.flatMap((strategy) => strategy.get('variants').items('a list of variants')),
  ...feature.variants,
];

const textOf = (variant: Place): string | undefined => variant.get('payload').get('value').textOr(undefined);

/** Parsed where it is JSON. */
const payloadOf = (variant: Place): unknown => {
  const text = textOf(variant);
  if (text === undefined || variant.get('payload').get('type').value !== 'json') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
