import { defineConfig } from 'vitest/config';
import { ClosingLine } from './test/closing-line.ts';

const conditions = ['halyard-source', 'module', 'browser', 'development|production'];

const shared = {
  resolve: { conditions },
  // Without `module`: packages answer it with files that only bundlers can load (@opentelemetry/api, by way of prom-client).
  ssr: { resolve: { conditions: ['halyard-source', 'node', 'development|production'] } },
};

export default defineConfig({
  ...shared,
  test: {
    reporters: ['default', new ClosingLine()],
    projects: [
      {
        ...shared,
        test: {
          name: 'rooms',
          include: [
            'command/*.test.ts',
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
          // The scenarios of the API once more, against the Worker and its objects in workerd.
          name: 'workers',
          include: ['control-plane/api/**/*.test.ts'],
          env: { HALYARD_TEST_HOME: 'workers' },
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // Files share a workerd.
          isolate: false,
        },
      },
      {
        ...shared,
        test: {
          name: 'across',
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: ['**/node_modules/**', '**/dist/**', 'test/{conformance,house,bench,mutation,browser}/**'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        ...shared,
        test: {
          // Walks every page of the dashboard: minutes of a browser, so it is asked for by name.
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
