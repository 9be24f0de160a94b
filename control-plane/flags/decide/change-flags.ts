import type { Change, FlagChange, SegmentChange } from '../../model/commit.ts';
import { type Issue, Problem, type ProblemKind } from '../../model/problem.ts';
import { Issues, type Path, pointerOf } from '../body/issues.ts';
import type { Batch, RequestedFlagChange, RequestedSegmentChange } from '../body/parse-changes.ts';
import type { Kind } from '../references/names.ts';
import {
  checkSegmentVersion,
  existingSegment,
  patchedSegment,
  type SegmentsBefore,
  updateSegmentTo,
} from '../segments/write-segment.ts';
import { patched } from './patch-flag.ts';
import {
  type AppWrite,
  type Current,
  type CurrentSegments,
  checkVersion,
  existing,
  updateTo,
} from './write.ts';
import { type Defaults, newFlag, replacement } from './write-flag.ts';

/**
 * Up to 500 flags and segments in one commit, all or nothing. `put` creates or replaces; a missing key is `not_found` for the others; a
 * `version` that is not the current one is `precondition`. Everything of the gravest kind is reported, with its place in the request.
 */
export const changeFlags = ({ changes }: Batch, defaults: Defaults): AppWrite<SegmentsBefore> => ({
  keys: changes.flatMap(({ kind, key }) => (kind === undefined ? key : [])),
  segments: changes.flatMap(({ kind, key }) => (kind === 'segment' ? key : [])),
  decide: (before, segmentsBefore) => {
    const problems = new Problems();
    const decided = changes.map((change, index) => {
      const { kind = 'flag', op } = change;
      const of = pointerOf(['changes', index, ...(op === 'delete' ? [] : [kind])]);
      const made = problems.collect(['changes', index], kind, () =>
        change.kind === 'segment'
          ? decideSegment(change, segmentsBefore, index)
          : decide(change, before, defaults, index),
      );
      return (made ?? []).map((each): Change => ({ ...each, at: of }));
    });
    problems.throwGravest();
    return { changes: decided.flat(), answer: { before, segmentsBefore } };
  },
});

function decide(
  change: RequestedFlagChange,
  before: Current,
  defaults: Defaults,
  index: number,
): FlagChange[] {
  const { key } = change;
  const stored = change.op === 'put' ? before.get(key) : existing(before, key);
  if (stored === undefined) {
    // Version 0 is that of a flag that is not there.
    if (change.version !== undefined && change.version !== 0) existing(before, key);
    return change.op === 'put' ? [{ event: 'create', key, after: newFlag(key, change.input, defaults) }] : [];
  }
  checkVersion(stored, change.version ?? null);
  switch (change.op) {
    case 'put':
      return updateTo(stored, replacement(stored, change.input));
    case 'patch': {
      const issues = new Issues();
      const after = patched(stored, change.patch, issues, ['changes', index, 'flag']);
      issues.throwIfAny();
      return after === null ? [] : updateTo(stored, after);
    }
    case 'delete':
      return [{ event: 'delete', key }];
    default:
      return change satisfies never;
  }
}

function decideSegment(
  change: RequestedSegmentChange,
  before: CurrentSegments,
  index: number,
): SegmentChange[] {
  const { key, version } = change;
  const stored = change.op === 'put' ? before.get(key) : existingSegment(before, key);
  if (stored === undefined) {
    // Version 0 is that of a segment that is not there.
    if (version !== undefined && version !== 0) existingSegment(before, key);
    return change.op === 'put' ? [{ kind: 'segment', event: 'create', key, after: change.segment }] : [];
  }
  checkSegmentVersion(stored, version ?? null);
  switch (change.op) {
    case 'put':
      return updateSegmentTo(stored, change.segment);
    case 'patch': {
      const issues = new Issues();
      const after = patchedSegment(stored, change.patch, issues, ['changes', index, 'segment']);
      issues.throwIfAny();
      return after === null ? [] : updateSegmentTo(stored, after);
    }
    case 'delete':
      return [{ kind: 'segment', event: 'delete', key }];
    default:
      return change satisfies never;
  }
}

const GRAVEST_FIRST = ['not_found', 'precondition', 'invalid'] as const satisfies readonly ProblemKind[];

/** The problems of many changes; an answer has one status, so one kind is reported. */
class Problems {
  readonly #issues = new Map<ProblemKind, Issue[]>();

  collect<T>(at: Path, kind: Kind, attempt: () => T): T | null {
    try {
      return attempt();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const place = pointerOf(at);
      const known = this.#issues.get(error.kind) ?? [];
      known.push(...error.issues.map((issue) => placed(issue, error.kind, kind, place)));
      this.#issues.set(error.kind, known);
      return null;
    }
  }

  throwGravest(): void {
    for (const kind of GRAVEST_FIRST) {
      const [first, ...others] = this.#issues.get(kind) ?? [];
      if (first !== undefined) throw new Problem(kind, [first, ...others]);
    }
  }
}

function placed(issue: Issue, problem: ProblemKind, kind: Kind, at: string): Issue {
  const { pointer } = issue;
  switch (problem) {
    case 'not_found':
      return { ...issue, pointer: `${at}/key` };
    case 'precondition':
      return {
        ...issue,
        message: issue.message.replace('If-Match names', 'the change names'),
        pointer: `${at}/version`,
      };
    default:
      if (pointer?.startsWith('/changes/') === true) return issue;
      return { ...issue, pointer: `${at}/${kind}${pointer ?? ''}` };
  }
}
