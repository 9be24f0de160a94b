import { failingTests, testSentence } from '@halyard/control-plane/flag-tests';
import type { Flag, Surroundings } from '@halyard/engine';

/** What each of the flag's tests came to, in their order: null where it passes, else a sentence. */
export const runTests = (flag: Flag, surroundings: Surroundings): readonly (string | null)[] =>
  (flag.tests ?? []).map((test) => {
    const [failed] = failingTests({ ...flag, tests: [test] }, surroundings);
    return failed === undefined ? null : testSentence(failed);
  });
