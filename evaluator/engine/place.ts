/** A flag's configuration cannot be understood: thrown while it is read, caught by `compile`, never seen outside. */
export class Misfit extends Error {
  override readonly name = 'Misfit';
}

/** `found(place, value, 'a list')` is `rules[0].conditions is 5; expected a list`. */
export const found = (place: string, value: unknown, expected: string): string =>
  `${place} is ${describe(value)}; expected ${expected}`;

export const misfit = (place: string, value: unknown, expected: string): never => {
  throw new Misfit(found(place, value, expected));
};

const LONGEST = 60;

/** A value as a person would name it, short enough for one sentence. */
export const describe = (value: unknown): string => {
  switch (typeof value) {
    case 'undefined':
      return 'missing';
    case 'string':
      return JSON.stringify(value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value);
    case 'number':
    case 'boolean':
      return String(value);
    case 'object':
      return value === null ? 'null' : Array.isArray(value) ? 'a list' : 'an object';
    default:
      return `a ${typeof value}`;
  }
};
