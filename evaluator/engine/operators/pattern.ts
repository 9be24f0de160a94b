import { RE2JS } from 're2js';

/** UTF-16 units. */
export const LONGEST_PATTERN = 256;
/** UTF-16 units. Linear time alone is no bound. */
export const LONGEST_MATCHED_TEXT = 1024;
const LARGEST_PROGRAM = 1000;

/**
 * Beyond this a single text can take tens of milliseconds. Only what is written is held to it: a flag that is stored keeps its answers,
 * and those are defined up to `LARGEST_PROGRAM`.
 */
const LARGEST_WRITTEN_PROGRAM = 300;

/** What is wrong with the size of a pattern that somebody writes, as a clause that follows "expected", or null. */
export const excessiveWork = (source: string): string | null => {
  const pattern = compilePattern(source);
  return typeof pattern !== 'string' && pattern.programSize() > LARGEST_WRITTEN_PROGRAM
    ? `a pattern of at most ${LARGEST_WRITTEN_PROGRAM} instructions, not ${pattern.programSize()}`
    : null;
};

/** The pattern, or what is wrong with it as a clause that follows "expected". */
export const compilePattern = (source: string): RE2JS | string => {
  if (source.length > LONGEST_PATTERN) return `at most ${LONGEST_PATTERN} characters`;
  let pattern: RE2JS;
  try {
    pattern = RE2JS.compile(source);
  } catch (error) {
    return `an RE2 pattern (${error instanceof Error ? error.message : String(error)})`;
  }
  return pattern.programSize() > LARGEST_PROGRAM
    ? `a pattern of at most ${LARGEST_PROGRAM} instructions, not ${pattern.programSize()}`
    : pattern;
};
