import { type ChangedAnswer, changedAnswers } from '../../flags/decide/changed-answers.ts';
import { hintsOf } from '../../flags/decide/hints.ts';
import { type Before, flagAfter, type Write } from '../../flags/decide/write.ts';
import { diffFlags, diffSegments } from '../../flags/diff/diff.ts';
import { type Exposure, exposureOfChange } from '../../flags/exposure/exposure.ts';
import { testSentence } from '../../flags/tests/run-tests.ts';
import { type Diff, segmentName } from '../../model/flag.ts';
import type { Committed, Foreseen, SavedContext } from '../../store/port.ts';
import type { Answer } from '../http/call.ts';
import { etagOf } from '../http/headers.ts';
import type { DryRun } from '../http/operation.ts';

interface ExposureChange {
  readonly before: Exposure;
  readonly after: Exposure;
}

/** What a write would do, as docs/api.md has it. The `ETag` is the version of the flag that the write was tried on. */
export const dryRunAnswer = <A extends Before>(
  committed: Committed<A>,
  { keys }: Pick<Write<A>, 'keys'>,
  kind: DryRun,
): Answer & { readonly result: object } => {
  const named = keys === 'all' ? [...committed.flags.keys()] : keys;
  const { before } = committed.answer;
  const exposures = new Map(
    named.map((key) => [
      key,
      exposureOfChange(before.get(key)?.definition ?? null, flagAfter(committed, key)?.definition ?? null),
    ]),
  );
  const affects = affectedExposures(committed.foreseen);
  const [only] = named;
  const tried = kind === 'one' && only !== undefined ? before.get(only) : undefined;
  return {
    result: {
      diff: diffOf(committed, kind),
      affects,
      exposure: foremost(
        exposures.size > 0 ? [...exposures.values()] : affects.map(({ exposure }) => exposure),
      ),
      ...(kind === 'several' ? { exposures: Object.fromEntries(exposures) } : {}),
      tests: committed.failing.map((failed) => ({ ...failed, message: testSentence(failed) })),
    },
    messages: [...committed.flags.values()].flatMap((flag) =>
      flag === null ? [] : hintsOf(flag.definition).map((message) => ({ message })),
    ),
    ...(tried === undefined ? {} : { headers: { etag: etagOf(tried) } }),
  };
};

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

const diffOf = (committed: Committed<Before>, kind: DryRun): Diff | Readonly<Record<string, Diff>> => {
  const diffs: [name: string, diff: Diff][] = [
    ...[...committed.flags].map(([key, now]): [string, Diff] => [
      key,
      diffFlags(committed.answer.before.get(key)?.definition ?? null, now?.definition ?? null),
    ]),
    ...[...committed.segments].map(([key, now]): [string, Diff] => [
      segmentName(key),
      diffSegments(committed.foreseen?.before.segments.get(key) ?? null, now?.definition ?? null),
    ]),
  ];
  return kind === 'one' ? (diffs[0]?.[1] ?? {}) : Object.fromEntries(diffs);
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
