import { type ChangedAnswer, changedAnswers } from '../../flags/decide/changed-answers.ts';
import { type Before, type CurrentSegments, flagAfter } from '../../flags/decide/write.ts';
import { diffFlags, diffSegments } from '../../flags/diff/diff.ts';
import { type Exposure, exposureOfChange } from '../../flags/exposure/exposure.ts';
import { testSentence } from '../../flags/tests/run-tests.ts';
import { type Diff, segmentName } from '../../model/changelog.ts';
import type { Committed, Foreseen } from '../../model/commit.ts';
import type { SavedContext } from '../../model/context.ts';
import type { Answer } from '../http/call.ts';
import { etagOf } from '../http/headers.ts';
import type { DryRun } from '../http/operation.ts';
import { hintMessages } from './hint-messages.ts';

interface ExposureChange {
  readonly before: Exposure;
  readonly after: Exposure;
}

/** So many flags are looked at before others get a turn. */
const CHUNK = 256;

/** What a write would do, as docs/api.md has it. The `ETag` is the version of the flag or segment that the write was tried on. */
export const dryRunAnswer = async <A extends Before>(
  committed: Committed<A>,
  kind: DryRun,
): Promise<Answer & { readonly result: object }> => {
  const { before, segmentsBefore = NO_SEGMENTS } = committed.answer;
  const changed = [...committed.flags.keys()];
  const exposures = new Map<string, ExposureChange>();
  for (const key of kind === 'one' ? new Set([...before.keys(), ...changed]) : changed) {
    const now = flagAfter(committed, key)?.definition ?? null;
    exposures.set(key, exposureOfChange(before.get(key)?.definition ?? null, now));
    if (exposures.size % CHUNK === 0) await turn();
  }
  const affects = affectedExposures(committed.foreseen);
  const diffs = await diffsOf(committed);
  const [tried] = kind === 'one' ? [...before.values(), ...segmentsBefore.values()] : [];
  return {
    result: {
      diff: kind === 'one' ? (diffs[0]?.[1] ?? {}) : Object.fromEntries(diffs),
      affects,
      exposure: foremost(
        exposures.size > 0 ? [...exposures.values()] : affects.map(({ exposure }) => exposure),
      ),
      ...(kind === 'several' ? { exposures: Object.fromEntries(exposures) } : {}),
      tests: committed.failing.map((failed) => ({ ...failed, message: testSentence(failed) })),
    },
    messages: hintMessages(committed.flags.values()),
    ...(tried === undefined ? {} : { headers: { etag: etagOf(tried) } }),
  };
};

const NO_SEGMENTS: CurrentSegments = new Map();

/** The saved contexts that would get another answer, of what changes and of what depends on it. */
export const answersChanged = async (
  { flags, foreseen }: Committed<unknown>,
  contexts: readonly SavedContext[],
  account: string,
): Promise<readonly ChangedAnswer[]> => {
  if (foreseen === undefined) return [];
  const { before, after, affects } = foreseen;
  const keys = [...new Set([...flags.keys(), ...affects.map(({ flag }) => flag)])].sort();
  return changedAnswers(contexts, keys, before, after, account, turn);
};

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** Of what changes; a segment's as `segment/KEY`. */
const diffsOf = async ({
  answer: { before, segmentsBefore = NO_SEGMENTS },
  flags,
  segments,
}: Committed<Before>): Promise<readonly (readonly [name: string, diff: Diff])[]> => {
  const diffs: [name: string, diff: Diff][] = [];
  for (const [key, now] of flags) {
    diffs.push([key, diffFlags(before.get(key)?.definition ?? null, now?.definition ?? null)]);
    if (diffs.length % CHUNK === 0) await turn();
  }
  for (const [key, now] of segments) {
    const was = segmentsBefore.get(key)?.definition ?? null;
    diffs.push([segmentName(key), diffSegments(was, now?.definition ?? null)]);
  }
  return diffs;
};

/** Each by its own before and after: what it depends on does not count, so only its own definition says it. */
const affectedExposures = (foreseen: Foreseen | undefined) =>
  (foreseen?.affects ?? []).map((affected) => ({
    ...affected,
    exposure: exposureOfChange(
      definition(foreseen?.before, affected.flag),
      definition(foreseen?.after, affected.flag),
    ),
  }));

const definition = (definitions: Foreseen['before'] | undefined, key: string) =>
  definitions?.flags.get(key) ?? null;

const NOBODY: Exposure = { share: 0, cohorts: [], by: [] };

/** Of several changes the one that asks for most care: the share grows most, then is the greatest. */
const foremost = (changes: readonly ExposureChange[]): ExposureChange =>
  changes.reduce((most, one) => {
    const further = growthOf(one) - growthOf(most);
    return further > 0 || (further === 0 && one.after.share > most.after.share) ? one : most;
  }, changes[0] ?? { before: NOBODY, after: NOBODY });

const growthOf = ({ before, after }: ExposureChange): number => after.share - before.share;
