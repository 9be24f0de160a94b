/** Weights in percent by variation. All arithmetic is in whole 10⁻⁶ %, the finest share there is. */
export type Weights = Readonly<Record<string, number>>;

const UNITS = 1_000_000;
const units = (percent: number): number => Math.round(percent * UNITS);

export const totalOf = (weights: Weights): number =>
  Object.values(weights).reduce((sum, weight) => sum + units(weight), 0) / UNITS;

/**
 * Sets one weight and lets the others share what is left in their old proportions (evenly if they had nothing), so that the total
 * stays what it was. `weight` is clamped to 0…total. Shares are rounded to whole `stepPercent`, the last one takes the remainder.
 */
export const withWeight = (weights: Weights, name: string, weight: number, stepPercent = 1): Weights => {
  const total = units(totalOf(weights));
  const others = Object.keys(weights).filter((other) => other !== name);
  if (others.length === 0) return weights;
  const wanted = Math.min(Math.max(units(weight), 0), total);
  const left = total - wanted;
  const before = others.map((other) => units(weights[other] ?? 0));
  const sum = before.reduce((running, each) => running + each, 0);
  const step = units(stepPercent);
  let given = 0;
  const shares = before.map((each, index) => {
    if (index === before.length - 1) return left - given;
    const exact = sum === 0 ? left / before.length : (each / sum) * left;
    const share = Math.min(Math.round(exact / step) * step, left - given);
    given += share;
    return share;
  });
  const next: Record<string, number> = { [name]: wanted / UNITS };
  for (const [index, other] of others.entries()) next[other] = (shares[index] ?? 0) / UNITS;
  // In the order they were, so that the sliders stay where they are.
  return Object.fromEntries(Object.keys(weights).map((key) => [key, next[key] ?? 0]));
};

/** Everybody the same: 33, 33, 34. */
export const evenly = (names: readonly string[], total = 100): Weights => {
  const each = Math.floor(total / names.length);
  const last = names.length - 1;
  return Object.fromEntries(
    names.map((name, index) => [name, index === last ? (units(total) - units(each) * last) / UNITS : each]),
  );
};

/** Gives the whole another size, each weight keeping its proportion. */
export const withTotal = (weights: Weights, total: number): Weights => {
  const names = Object.keys(weights);
  const before = totalOf(weights);
  if (before === 0) return evenly(names, total);
  let given = 0;
  return Object.fromEntries(
    names.map((name, index) => {
      const share =
        index === names.length - 1
          ? units(total) - given
          : Math.round((units(weights[name] ?? 0) / units(before)) * units(total));
      given += share;
      return [name, share / UNITS];
    }),
  );
};
