import { defineConfig } from 'vitest/config';

const conditions = ['halyard-source', 'module', 'browser', 'development|production'];

const shared = {
  resolve: { conditions },
  ssr: { resolve: { conditions: ['halyard-source', 'node', 'module', 'development|production'] } },
};

export default defineConfig({
  ...shared,
  test: {
    projects: [
      {
        ...shared,
        test: {
          name: 'rooms',
          include: [
            '{evaluator,control-plane,providers,dashboard}/**/*.test.{ts,tsx}',
            'test/{conformance,house}/**/*.test.ts',
          ],
          exclude: ['**/node_modules/**', '**/dist/**'],
          testTimeout: 20_000,
        },
      },
      {
        ...shared,
        test: {
          name: 'across',
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: ['**/node_modules/**', '**/dist/**', 'test/{conformance,house,bench}/**'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
