import { CompiledApp, type Context, type Evaluation, type Flag, type Segment } from '@halyard/engine';
import { sameJson } from '../diff/diff.ts';

export interface NamedContext {
  readonly name: string;
  readonly context: Context;
}

/** The flags and segments that evaluations are made among, by key. */
interface Definitions {
  readonly flags: ReadonlyMap<string, Flag>;
  readonly segments: ReadonlyMap<string, Segment>;
}

/** What a context gets of a flag: the variation, or why none. A value that is long is left out, and `variant` names it. */
export type ShownAnswer =
  | { readonly variant: string; readonly value?: unknown; readonly reason: string }
  | { readonly reason: string }
  | { readonly errorCode: string; readonly errorDetails: string };

export interface ChangedAnswer {
  readonly context: string;
  readonly flag: string;
  /** Null: there is no such flag. */
  readonly before: ShownAnswer | null;
  readonly after: ShownAnswer | null;
}

const LISTED = 1_000;
/** Evaluations before others get a turn. */
const AT_ONCE = 1_000;
const LONGEST_VALUE = 1_024;

/**
 * Which of these contexts get another answer of these flags; by context, then by flag. A new reason alone is none. Of more than a
 * thousand only the first thousand are listed.
 *
 * @param pause awaited now and then, so that others get a turn.
 */
export const changedAnswers = async (
  contexts: readonly NamedContext[],
  keys: readonly string[],
  before: Definitions,
  after: Definitions,
  account: string,
  pause: () => Promise<void>,
): Promise<readonly ChangedAnswer[]> => {
  if (contexts.length === 0 || keys.length === 0) return [];
  const [was, is] = [compiled(before, account), compiled(after, account)];
  const changed: ChangedAnswer[] = [];
  let looked = 0;
  for (const { name, context } of contexts) {
    for (const flag of keys) {
      const [old, now] = [was.get(flag)?.evaluate(context), is.get(flag)?.evaluate(context)];
      looked += 1;
      if (looked % AT_ONCE === 0) await pause();
      if (isSame(old, now)) continue;
      changed.push({ context: name, flag, before: shown(old), after: shown(now) });
      if (changed.length === LISTED) return changed;
    }
  }
  return changed;
};

const compiled = ({ flags, segments }: Definitions, account: string): CompiledApp => {
  const app = new CompiledApp(account);
  for (const [key, segment] of segments) app.setSegment(key, segment);
  for (const [key, flag] of flags) app.set(key, flag);
  return app;
};

const isSame = (a: Evaluation | undefined, b: Evaluation | undefined): boolean => {
  if (a?.kind !== b?.kind) return false;
  if (a?.kind === 'served' && b?.kind === 'served') {
    return a.variant === b.variant && sameJson(a.value, b.value);
  }
  return a?.kind !== 'failed' || b?.kind !== 'failed' || a.code === b.code;
};

const shown = (evaluation: Evaluation | undefined): ShownAnswer | null => {
  switch (evaluation?.kind) {
    case undefined:
      return null;
    case 'failed':
      return { errorCode: evaluation.code, errorDetails: evaluation.message };
    case 'unserved':
      return { reason: evaluation.reason };
    case 'served': {
      const { variant, value, reason } = evaluation;
      const short = JSON.stringify(value).length <= LONGEST_VALUE;
      return { variant, ...(short ? { value } : {}), reason };
    }
  }
};
