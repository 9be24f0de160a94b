/** How many cases a property tries; a longer search is `HALYARD_RUNS=100000 npx vitest run evaluator/engine/properties`. */
export const RUNS = Number(process.env['HALYARD_RUNS'] ?? 2000);
