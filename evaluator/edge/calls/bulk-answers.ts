import type { CompiledApp, CompiledFlag, Context, Evaluation, Tally } from '@halyard/engine';
import { LRUCache } from 'lru-cache';
import { seenByPage } from '../entry/seen-by-page.ts';
import type { HeldApp } from '../held/held-app.ts';
import type { BulkQuestion } from './bulk-question.ts';
import { fragmentOf } from './fragments.ts';

/** What all flags served, as OFREP's list without its brackets. */
export interface Bulk {
  readonly flags: string;
  /** How often each reason or error code is in it. */
  readonly outcomes: ReadonlyMap<string, number>;
  /** What is in it, for the app's tally. */
  readonly slots: readonly number[];
}

/** Characters of answers kept. */
const KEPT = 16 * 1024 * 1024;
/** A context that takes more is rarely sent twice. */
const LONGEST_QUESTION = 4_096;
/** Questions remembered without their answers. */
const ASKED_ONCE = 8_192;

/**
 * Evaluates all flags of an app. An answer is kept for a while: a page that is loaded again asks the very same, before it has an ETag
 * to ask with.
 */
export class BulkAnswers {
  readonly #kept = new LRUCache<string, Bulk>({
    maxSize: KEPT,
    sizeCalculation: ({ flags }, question) => flags.length + question.length,
  });
  /** Only what is asked a second time is kept: keeping what nobody asks again costs more than evaluating it. */
  readonly #askedOnce = new LRUCache<string, true>({ max: ASKED_ONCE });

  /**
   * `question` is `asking` and the context as one text (bulk-question.ts), `print` its fingerprint.
   */
  answer(
    app: HeldApp,
    compiled: CompiledApp,
    question: string,
    print: string,
    context: Context,
    asking: BulkQuestion,
  ): Bulk {
    const asked = `${app.generation} ${app.version}\n${question}`;
    const kept = this.#kept.get(asked);
    if (kept !== undefined) return kept;
    const bulk = evaluateAll(compiled, app.tally, context, asking);
    if (asked.length > LONGEST_QUESTION) return bulk;
    if (this.#askedOnce.has(print)) this.#kept.set(asked, bulk);
    else this.#askedOnce.set(print, true);
    return bulk;
  }
}

const evaluateAll = (
  compiled: CompiledApp,
  tally: Tally,
  context: Context,
  { keys, clientSideOnly }: BulkQuestion,
): Bulk => {
  const fragments: string[] = [];
  const slots: number[] = [];
  let statics = 0;
  let defaults = 0;
  let matches = 0;
  let splits = 0;
  let disabled = 0;
  const failures = new Map<string, number>();

  // Plain numbers, because this runs for every flag of every answer.
  const visit = (flag: CompiledFlag, evaluation: Evaluation): void => {
    if (clientSideOnly && !flag.clientSide) return;
    slots.push(tally.slotIn(evaluation, flag.key));
    fragments.push(fragmentOf(flag, clientSideOnly ? seenByPage(evaluation, compiled) : evaluation));
    if (evaluation.kind === 'failed') {
      failures.set(evaluation.code, (failures.get(evaluation.code) ?? 0) + 1);
      return;
    }
    const { reason } = evaluation;
    if (reason === 'STATIC') statics += 1;
    else if (reason === 'DEFAULT') defaults += 1;
    else if (reason === 'TARGETING_MATCH') matches += 1;
    else if (reason === 'SPLIT') splits += 1;
    else disabled += 1;
  };

  if (keys === null) compiled.evaluateAll(context, visit);
  else {
    for (const key of keys) {
      const flag = compiled.get(key);
      if (flag !== undefined) visit(flag, flag.evaluate(context));
    }
  }
  const outcomes = new Map(failures);
  for (const [reason, count] of [
    ['STATIC', statics],
    ['DEFAULT', defaults],
    ['TARGETING_MATCH', matches],
    ['SPLIT', splits],
    ['DISABLED', disabled],
  ] as const) {
    if (count > 0) outcomes.set(reason, count);
  }
  // Joined in one go: a text that grows by every fragment would be a chain of them, and costs more to write out than all evaluations.
  return { flags: fragments.join(','), outcomes, slots };
};
