/** How many cases a property tries; a longer search is `HALYARD_RUNS=100000 npx vitest run evaluator/engine/properties`. */
export const RUNS = Number(process.env['HALYARD_RUNS'] ?? 1000);

/** Loops over all of Unicode take every code point, or in a short run every 97th. */
export const STRIDE = RUNS < 1000 ? 97 : 1;
