import { type CompiledApp, type Evaluation, UNMET } from '@halyard/engine';

/** By the evaluation itself, which is the same frozen object again for the same answer. */
const withoutUnmet = new WeakMap<Evaluation, Evaluation>();

/** An evaluation as a page may see it: the key of an unmet prerequisite that does not exist for pages is left out. */
export const seenByPage = (evaluation: Evaluation, flags: CompiledApp): Evaluation => {
  if (evaluation.kind === 'failed' || evaluation.reason !== 'DISABLED') return evaluation;
  const unmet = evaluation.metadata[UNMET];
  if (typeof unmet !== 'string' || flags.get(unmet)?.clientSide !== false) return evaluation;
  const known = withoutUnmet.get(evaluation);
  if (known !== undefined) return known;
  const { [UNMET]: _, ...metadata } = evaluation.metadata;
  const seen: Evaluation = Object.freeze({ ...evaluation, metadata: Object.freeze(metadata) });
  withoutUnmet.set(evaluation, seen);
  return seen;
};
