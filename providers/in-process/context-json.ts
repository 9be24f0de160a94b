const decimal = (_name: string, value: unknown): unknown =>
  typeof value === 'bigint' ? String(value) : value;

/**
 * The body of an evaluation request. A BigInt is its decimal text, as where the engine meets one in this process. Throws a TypeError
 * for what JSON cannot say (a circle), and whatever a getter of the context throws.
 */
export const contextBody = (context: object): string => JSON.stringify({ context }, decimal);
