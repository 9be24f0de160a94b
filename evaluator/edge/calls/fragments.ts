import type { CompiledFlag, Evaluation } from '@halyard/engine';

/**
 * Each served evaluation as the JSON object OFREP answers, kept by the evaluation itself: the engine answers the same
 * frozen object for the same flag, variation and reason, so each is serialized once.
 */
const served = new WeakMap<Evaluation, string>();

export const fragmentOf = (flag: CompiledFlag, evaluation: Evaluation): string => {
  const known = served.get(evaluation);
  if (known !== undefined) return known;
  if (evaluation.kind === 'failed') return failure(flag.key, evaluation.code, evaluation.message);
  const { reason, metadata } = evaluation;
  const fragment = JSON.stringify({
    key: flag.key,
    // A success with neither leaves it to the caller's default (OFREP ADR 0006).
    value: evaluation.kind === 'served' ? evaluation.value : undefined,
    reason,
    variant: evaluation.kind === 'served' ? evaluation.variant : undefined,
    ...(Object.keys(metadata).length > 0 ? { metadata } : {}),
  });
  served.set(evaluation, fragment);
  return fragment;
};

/** OFREP's `evaluationFailure`; without a key, its `bulkEvaluationFailure`. */
export const failure = (key: string | null, errorCode: string, errorDetails: string): string =>
  JSON.stringify({ ...(key === null ? {} : { key }), errorCode, errorDetails });
