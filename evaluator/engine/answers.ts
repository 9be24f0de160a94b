import type { Failed, Reason, Served, Unserved } from './model.ts';
import type { ParsedFlag } from './parse/flag.ts';
import { Misfit } from './place.ts';
import type { Tally } from './tally.ts';

/** What was thrown while a flag or a context was read: a Misfit, or whatever a getter of the caller's throws. */
export const failureOf = (error: unknown): Failed =>
  Object.freeze(
    error instanceof Misfit
      ? { kind: 'failed', code: 'PARSE_ERROR', message: error.message }
      : {
          kind: 'failed',
          code: 'GENERAL',
          message: 'A property of the flag or of the context could not be read.',
        },
  );

export interface Answers {
  (variation: string, reason: Reason): Served;
  /** What the flag answers while it is off; `unmet` is the prerequisite that keeps it so. */
  off(unmet?: string): Served | Unserved;
}

/** One frozen answer for each variation and reason, with its slot in the tally. */
export const answersOf = (flag: ParsedFlag, tally: Tally | null = null): Answers => {
  const made = new Map<string, Served>();
  const served = (variant: string, reason: Reason, metadata = flag.metadata): Served => {
    const value = flag.variations.get(variant);
    if (value === undefined) throw new Misfit(`variations.${variant} is missing; expected a value`);
    return counted({ kind: 'served', value, variant, reason, metadata }, flag.key, tally);
  };
  const answer = (variant: string, reason: Reason): Served => {
    const known = made.get(`${reason} ${variant}`);
    if (known !== undefined) return known;
    const one = served(variant, reason);
    made.set(`${reason} ${variant}`, one);
    return one;
  };
  const off = (unmet?: string): Served | Unserved => {
    const metadata = unmet === undefined ? flag.metadata : withUnmet(flag.metadata, unmet);
    if (flag.off_variation === null)
      return counted({ kind: 'unserved', reason: 'DISABLED', metadata }, flag.key, tally);
    return unmet === undefined
      ? answer(flag.off_variation, 'DISABLED')
      : served(flag.off_variation, 'DISABLED', metadata);
  };
  return Object.assign(answer, { off });
};

/** Not enumerable, because it says nothing of the answer. */
const counted = <A extends Served | Unserved>(answer: A, flag: string, tally: Tally | null): A => {
  if (tally !== null) {
    const variation = answer.kind === 'served' ? answer.variant : null;
    Object.defineProperty(answer, 'slot', { value: tally.slotOf(flag, variation, answer.reason) });
  }
  return Object.freeze(answer);
};

/** Flag metadata that names the prerequisite that is not met. */
export const UNMET = 'prerequisite';

const withUnmet = (metadata: ParsedFlag['metadata'], unmet: string): ParsedFlag['metadata'] =>
  Object.freeze({ ...metadata, [UNMET]: unmet });
