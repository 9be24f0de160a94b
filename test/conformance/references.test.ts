import { existsSync, readFileSync } from 'node:fs';
import { CompiledApp, compile, explain, type Surroundings } from '@halyard/engine';
import { describe, expect, it } from 'vitest';
import { type Expected, type References, surroundingsOf } from './references.ts';

const here = new URL('references.json', import.meta.url);
const vectors: References = JSON.parse(readFileSync(here, 'utf8'));

/** A success without a variant leaves it to the caller's default: it has neither value nor variant. */
const answerOf = (evaluation: ReturnType<ReturnType<typeof compile>['evaluate']>): Expected =>
  evaluation.kind === 'failed'
    ? { error: evaluation.code }
    : evaluation.kind === 'unserved'
      ? { reason: evaluation.reason }
      : { reason: evaluation.reason, value: evaluation.value, variant: evaluation.variant };

describe('the vectors of flags and segments that refer to one another', () => {
  for (const { name, flags, segments, cases } of vectors.apps) {
    const surroundings: Surroundings = surroundingsOf(vectors.account, flags, segments);
    const app = new CompiledApp(vectors.account);
    for (const flag of flags) app.set(flag.key, flag);
    for (const segment of segments) app.setSegment(segment.key, segment);

    it(`${name}: one by one`, () => {
      for (const { flag, context, expect: expected } of cases) {
        const answer = compile(surroundings.flag(flag), surroundings).evaluate(context);
        expect(answerOf(answer), `${flag} ${JSON.stringify(context)}`).toMatchObject(expected);
        expect(app.get(flag)?.evaluate(context)).toEqual(answer);
      }
    });

    it(`${name}: all at once`, () => {
      for (const { flag, context, expect: expected } of cases) {
        app.evaluateAll(context, ({ key }, evaluation) => {
          if (key === flag) expect(answerOf(evaluation)).toMatchObject(expected);
          expect(evaluation).toEqual(app.get(key)?.evaluate(context));
        });
      }
    });

    it(`${name}: explained`, () => {
      for (const { flag, context } of cases) {
        const definition = surroundings.flag(flag);
        expect(explain(definition, context, surroundings).evaluation).toEqual(
          compile(definition, surroundings).evaluate(context),
        );
      }
    });
  }

  it('put a text in its quarter of every hash', () => {
    for (const { hash, salt, text, in: quarter } of vectors.quarters) {
      const held = [0, 1, 2, 3].filter((each) => {
        const flag = {
          key: 'f',
          enabled: true,
          variations: { on: true, off: false },
          default_variation: 'off',
          rules: [
            {
              priority: 1,
              conditions: [
                {
                  operator: 'in_share',
                  value: { hash, salt, ranges: [[each * 25, each * 25 + 25]] },
                },
              ],
              serve_variation: 'on',
            },
          ],
        };
        return answerOf(compile(flag, vectors.account).evaluate({ targetingKey: text })).value === true;
      });
      expect(held, `${hash} ${salt} ${text}`).toEqual([quarter]);
    }
  });

  const contract = new URL('../../../shared/vectors/references.json', import.meta.url);

  it.runIf(existsSync(contract))('are those of the contract', () => {
    expect(readFileSync(here, 'utf8')).toBe(readFileSync(contract, 'utf8'));
  });
});
