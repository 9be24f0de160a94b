import type { Failed, Reason, Served } from './model.ts';
import type { ParsedFlag } from './parse.ts';
import { Misfit } from './place.ts';

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

export type Answers = (variation: string, reason: Reason) => Served;

/** One frozen answer for each variation and reason. */
export const answersOf = (flag: ParsedFlag): Answers => {
  const made = new Map<string, Served>();
  return (variant, reason) => {
    const known = made.get(`${reason} ${variant}`);
    if (known !== undefined) return known;
    const value = flag.variations.get(variant);
    if (value === undefined) throw new Misfit(`variations.${variant} is missing; expected a value`);
    const answer = Object.freeze({
      kind: 'served',
      value,
      variant,
      reason,
      metadata: flag.metadata,
    } as const);
    made.set(`${reason} ${variant}`, answer);
    return answer;
  };
};
