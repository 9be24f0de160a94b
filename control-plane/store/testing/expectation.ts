/** The two expectations that the contract suite has, for where no test runner runs. */
export const expectation = (actual: unknown) => ({
  toBe(expected: unknown): void {
    if (!Object.is(actual, expected)) throw new Error(`expected ${shown(expected)}, found ${shown(actual)}`);
  },
  toEqual(expected: unknown): void {
    if (!equal(actual, expected)) throw new Error(`expected ${shown(expected)}, found ${shown(actual)}`);
  },
});

const shown = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    inner instanceof Map || inner instanceof Set ? [...inner] : inner === undefined ? 'undefined' : inner,
  );

/** Deep; a property that is undefined is absent, and maps and sets are equal whatever their order. */
const equal = (a: unknown, b: unknown): boolean => {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (a instanceof Map && b instanceof Map) {
    return a.size === b.size && [...a].every(([key, value]) => b.has(key) && equal(value, b.get(key)));
  }
  if (a instanceof Set && b instanceof Set) return a.size === b.size && [...a].every((item) => b.has(item));
  if (Array.isArray(a) && Array.isArray(b) && a.length !== b.length) return false;
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((key) =>
    equal(Reflect.get(a, key), Reflect.get(b, key)),
  );
};
