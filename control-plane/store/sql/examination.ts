import type { Flag, Segment } from '@halyard/engine';
import { sameJson } from '../../flags/diff/diff.ts';
import { checkIntegrity, type Entity, type Touched } from '../../flags/references/integrity.ts';
import { namesOfFlag, namesOfSegment } from '../../flags/references/names.ts';
import { failingTests, testSentence } from '../../flags/tests/run-tests.ts';
import type { Affected } from '../../model/changelog.ts';
import type { FailedTest } from '../../model/commit.ts';
import { type Change, isSegmentChange } from '../../model/commit.ts';
import { Problem } from '../../model/problem.ts';
import type { Known } from './plan.ts';
import type { Overlay, Reach } from './reach.ts';

export interface Examined {
  /** By segment that changes, every flag that reaches it. */
  readonly affects: ReadonlyMap<string, readonly Affected[]>;
  /** Tests that fail now, where the app only warns or nothing is written. */
  readonly failing: readonly FailedTest[];
}

const NOTHING: Examined = { affects: new Map(), failing: [] };

/** What was there before the changes, by key. */
export interface Earlier {
  flag(key: string): Flag | undefined;
  segment(key: string): Segment | undefined;
}

/**
 * Looks at a decided commit before it is written: nothing may dangle, and the tests of every flag that it reaches are run. Where nothing
 * names anything and no changed flag has tests, there is nothing to read.
 */
export class Examination {
  readonly #account: string;
  readonly #known: Pick<Known, 'hasReferences' | 'tests' | 'reach'>;
  readonly #overlay: Overlay;
  readonly #earlier: Earlier;

  constructor(
    account: string,
    known: Pick<Known, 'hasReferences' | 'tests' | 'reach'>,
    overlay: Overlay,
    earlier: Earlier,
  ) {
    this.#account = account;
    this.#known = known;
    this.#overlay = overlay;
    this.#earlier = earlier;
  }

  /** Problem: `conflict`, `invalid` (see `checkIntegrity`), and `failing_tests` unless it is a dry run. */
  async of(changes: readonly Change[], dryRun = false): Promise<Examined> {
    if (changes.length === 0 || !this.#concernsOthers(changes)) return NOTHING;
    const reach = this.#known.reach(this.#overlay);
    const touched = changes.map(({ kind = 'flag', key, at = '' }): Touched => ({ kind, key, at }));
    const users = await reach.upwards(touched);
    if (changes.some((change) => this.#isStructural(change))) {
      await reach.downwards([...touched, ...users]);
      checkIntegrity(reach, touched);
    }
    const failing = await this.#failing(reach, [...touched, ...users]);
    // A flag that is off serves what off serves, whatever its tests are of: it may arrive turned off. And no test holds up a kill switch,
    // not even one of a flag that depends on it.
    const refusing =
      this.#known.tests === 'block' && !dryRun && !changes.every((change) => this.#isTurningOff(change))
        ? failing.filter(({ flag }) => reach.flag(flag)?.enabled !== false)
        : [];
    const [first, ...others] = refusing.map(testSentence);
    if (first !== undefined) {
      throw new Problem('failing_tests', [{ message: first }, ...others.map((message) => ({ message }))]);
    }
    const affects = new Map(
      changes.filter(isSegmentChange).map(({ kind, key }) => [key, reach.affectedBy({ kind, key })] as const),
    );
    return { affects, failing };
  }

  #isTurningOff(change: Change): boolean {
    if (isSegmentChange(change) || change.event !== 'update' || change.after.enabled) return false;
    const before = this.#earlier.flag(change.key);
    return before !== undefined && sameJson({ ...before, enabled: false }, change.after);
  }

  #concernsOthers(changes: readonly Change[]): boolean {
    if (this.#known.hasReferences) return true;
    if (changes.some(isSegmentChange)) return true;
    return [...this.#overlay.flags.values()].some(
      (flag) => flag !== null && ((flag.tests?.length ?? 0) > 0 || namesOfFlag(flag).length > 0),
    );
  }

  /** Whether a change can leave something dangling: a toggle, say, cannot. */
  #isStructural(change: Change): boolean {
    if (change.event === 'delete') return true;
    if (isSegmentChange(change)) {
      const before = this.#earlier.segment(change.key);
      return !isSame(before === undefined ? [] : namesOfSegment(before), namesOfSegment(change.after));
    }
    const before = this.#earlier.flag(change.key);
    if (!isSame(before === undefined ? [] : namesOfFlag(before), namesOfFlag(change.after))) return true;
    return Object.keys(before?.variations ?? {}).some(
      (name) => !Object.hasOwn(change.after.variations, name),
    );
  }

  async #failing(reach: Reach, entities: readonly Entity[]): Promise<readonly FailedTest[]> {
    const flags = entities.filter(({ kind }) => kind === 'flag');
    await reach.definitions(flags);
    const tested = flags.filter(({ key }) => (reach.flag(key)?.tests?.length ?? 0) > 0);
    if (tested.length === 0) return [];
    await reach.downwards(tested);
    const surroundings = reach.surroundings(this.#account);
    return tested.flatMap(({ key }) => {
      const flag = reach.flag(key);
      return flag === undefined ? [] : failingTests(flag, surroundings);
    });
  }
}

const isSame = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  JSON.stringify(a) === JSON.stringify(b);
