import type { Reporter, TestModule } from 'vitest/node';

/** Ends a run with one plain line, `N passed, N failed, N skipped`, for whoever reads logs with a program. */
export class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const count = { passed: 0, failed: errors.length, skipped: 0, pending: 0 };
    for (const module of modules) {
      let tests = 0;
      for (const test of module.children.allTests()) {
        count[test.result().state] += 1;
        tests += 1;
      }
      if (module.state() === 'failed' && (tests === 0 || module.errors().length > 0)) count.failed += 1;
    }
    const { passed, failed, skipped, pending } = count;
    // After vitest's own summary, which is written when this returns.
    process.once('exit', () =>
      console.log(`${passed} passed, ${failed + pending} failed, ${skipped} skipped`),
    );
  }
}
