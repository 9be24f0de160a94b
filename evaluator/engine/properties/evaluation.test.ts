import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { CompiledApp } from '../app.ts';
import { explain } from '../explain/explain.ts';
import { renderExplanation } from '../explain/render.ts';
import { compile } from '../flag.ts';
import type { Evaluation } from '../model.ts';
import { brokenFlag, context, flag, json } from './arbitrary.ts';
import { RUNS } from './runs.ts';

// Seconds on a machine of its own; it may have to share one.
vi.setConfig({ testTimeout: 120_000 });

const anyFlag = fc.oneof(flag, brokenFlag, json);
const anyContext = fc.oneof(context, json);

/** Any JSON is tried as a context, as a caller without types would pass it. */
const evaluateAny = (one: unknown, about: unknown): Evaluation =>
  compile(one, 'acct').evaluate(about as Readonly<Record<string, unknown>>);

describe('evaluation of anything', () => {
  it('never throws and never changes the flag or the context', () => {
    fc.assert(
      fc.property(anyFlag, anyContext, (one, about) => {
        const before = [structuredCloneOf(one), structuredCloneOf(about)];
        const answer = evaluateAny(one, about);
        renderExplanation(explain(one, about as Readonly<Record<string, unknown>>, 'acct'));
        expect([structuredCloneOf(one), structuredCloneOf(about)]).toEqual(before);
        expect(Object.isFrozen(answer)).toBe(true);
      }),
      { numRuns: RUNS },
    );
  });

  it('is explained as it is evaluated', () => {
    fc.assert(
      fc.property(anyFlag, anyContext, (one, about) => {
        const { evaluation } = explain(one, about as Readonly<Record<string, unknown>>, 'acct');
        expect(evaluation).toEqual(evaluateAny(one, about));
      }),
      { numRuns: RUNS },
    );
  });

  it('is the same in an app as alone, one flag or all', () => {
    fc.assert(
      fc.property(
        fc.array(flag, { maxLength: 6 }),
        fc.array(context, { minLength: 1, maxLength: 3 }),
        (flags, contexts) => {
          const app = new CompiledApp('acct');
          for (const [index, one] of flags.entries()) app.set(`flag-${index}`, one);
          for (const about of contexts) {
            const alone = flags.map((one) => compile(one, 'acct').evaluate(about));
            const all: Evaluation[] = [];
            app.evaluateAll(about, (_, evaluation) => all.push(evaluation));
            expect(all).toEqual(alone);
            expect([...app.keys()].map((key) => app.get(key)?.evaluate(about))).toEqual(alone);
          }
        },
      ),
      { numRuns: RUNS / 2 },
    );
  });

  it('answers the same again', () => {
    fc.assert(
      fc.property(flag, context, (one, about) => {
        const compiled = compile(one, 'acct');
        expect(compiled.evaluate(about)).toBe(compiled.evaluate(about));
      }),
      { numRuns: RUNS / 2 },
    );
  });
});

/** A deep picture of a value that also shows what JSON cannot hold. */
const structuredCloneOf = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(structuredCloneOf);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.entries(value).map(([name, inner]) => [
    name,
    structuredCloneOf(inner),
    Object.isFrozen(inner),
  ]);
};
