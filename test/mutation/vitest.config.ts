import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** The engine's own tests and the vectors, on the mutated copy: the workspace's link would lead back to the original. */
export default defineConfig({
  resolve: {
    alias: { '@halyard/engine': fileURLToPath(new URL('../../evaluator/engine/index.ts', import.meta.url)) },
  },
  test: {
    include: ['evaluator/engine/**/*.test.ts', 'test/conformance/vectors.test.ts'],
    // A few hundred cases of a property find what a mutant breaks; thousands would take a day.
    env: { HALYARD_RUNS: '60' },
    testTimeout: 30_000,
    isolate: false,
    fileParallelism: false,
  },
});
