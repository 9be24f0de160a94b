import { evaluate, type Split } from '@halyard/engine';
import { isList } from '../../flags/body/json.ts';
import { refuse } from '../draft.ts';
import type { Place } from '../place.ts';
import { allocationsOf, isKept, type Share, sharesOfWeights } from '../ranges.ts';
import type { Logic } from './logic.ts';

/** How a `fractional` operation shares people out. */
export interface Fraction {
  /** A variable of flagd's. */
  readonly variable: string;
  readonly salt: string;
  readonly shares: readonly Share[];
  /** What whoever lacks the attribute gets; null: the default variation. */
  readonly whenMissing: string | null;
  /** The weights need more decimals than a share keeps. */
  readonly rounded: boolean;
}

export interface FractionOptions {
  readonly flagKey: string;
  readonly logic: Logic;
  /** The name here of a variation of flagd's; null stands for the default. */
  readonly variationOf: (place: Place) => string;
}

export const readFraction = (
  operands: readonly Place[],
  place: Place,
  options: FractionOptions,
): Fraction => {
  const [first, ...others] = operands;
  if (first === undefined) return refuse(place.path, 'has no buckets');
  const byDefault = isList(options.logic.resolve(first).value);
  const hashed = byDefault
    ? { variable: 'targetingKey', salt: options.flagKey, hashesNull: false }
    : hashedText(first, options);
  const weights = (byDefault ? operands : others).map((bucket) => readBucket(bucket, options));
  const whole = weights.reduce((sum, { weight }) => sum + weight, 0);
  if (whole > 2 ** 31 - 1)
    refuse(place.path, `the weights add up to ${whole}; flagd takes at most 2147483647`);
  const shares = whole === 0 ? [] : sharesOfWeights(weights, whole, 'whole');
  const { variable, salt, hashesNull } = hashed;
  return {
    variable,
    salt,
    shares,
    whenMissing: hashesNull ? holderOf(shares, salt, 'null') : null,
    rounded: whole > 0 && weights.some((_, index) => !isKept((sumTo(weights, index) / whole) * 100)),
  };
};

const sumTo = (weights: readonly { readonly weight: number }[], index: number): number =>
  weights.slice(0, index).reduce((sum, { weight }) => sum + weight, 0);

const readBucket = (bucket: Place, { logic, variationOf }: FractionOptions) => {
  const resolved = logic.resolve(bucket);
  if (!isList(resolved.value)) return refuse(resolved.path, 'is not a bucket; expected [variant, weight]');
  const [variant, weight, ...others] = resolved.items();
  if (variant === undefined || others.length > 0) return refuse(resolved.path, 'expected [variant, weight]');
  const value = weight === undefined ? 1 : logic.constant(weight);
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    return refuse(resolved.path, 'its weight is not a whole number that is written down');
  }
  return { variation: variationOf(variant), weight: Math.max(0, value) };
};

/** `{cat: [text…, {var}]}`, or a variable by itself, which has to be a string. */
const hashedText = (place: Place, { logic, flagKey }: FractionOptions) => {
  const operation = logic.operation(place);
  if (operation?.name !== 'cat') {
    const variable = logic.variable(place);
    return variable === null
      ? refuse(
          place.path,
          'is not a variable, or a string that cat makes of constants and one variable at its end',
        )
      : { variable, salt: '', hashesNull: false };
  }
  const parts = operation.operands.slice(0, -1).map((part) => {
    const constant = isFlagKey(part, logic) ? flagKey : logic.constant(part);
    if (constant === null) {
      return refuse(part.path, 'is not a constant; expected constants and one variable at the end');
    }
    return String(constant);
  });
  const last = operation.operands.at(-1);
  const variable = last === undefined || isFlagKey(last, logic) ? null : logic.variable(last);
  if (variable === null) return refuse(operation.place.path, 'does not end with a variable');
  return { variable, salt: parts.join(''), hashesNull: true };
};

const isFlagKey = (place: Place, logic: Logic): boolean => {
  const operation = logic.operation(place);
  return operation?.name === 'var' && operation.operands[0]?.value === '$flagd.flagKey';
};

/** Who holds the point of a text: asked of the engine itself. */
const holderOf = (shares: readonly Share[], salt: string, text: string): string | null => {
  if (shares.length === 0) return null;
  const split: Split = { allocations: allocationsOf(shares) };
  const answer = evaluate(
    {
      key: 'fraction',
      enabled: true,
      variations: Object.fromEntries(split.allocations.map(({ variation }) => [variation, variation])),
      default_variation: split.allocations[0]?.variation ?? '',
      rules: [{ priority: 1, conditions: [], split }],
      bucketing: { hash: 'flagd', salt },
    },
    { targetingKey: text },
    '',
  );
  return answer.kind === 'served' ? answer.variant : null;
};
