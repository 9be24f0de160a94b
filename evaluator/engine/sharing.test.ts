import { describe, expect, it } from 'vitest';
import { ownContext } from './attribute.ts';
import { Pass } from './graph/pass.ts';
import type { Condition } from './model.ts';
import { SharedConditions } from './sharing.ts';

const pro: Condition = { attribute: 'plan', operator: 'equals', value: 'pro' };

describe('shared conditions', () => {
  it('are asked by their first user, and remembered for the others of one pass', () => {
    const pass = new Pass();
    const shared = new SharedConditions(pass, () => () => false);
    const [first, second] = [shared.lease().predicate(pro), shared.lease().predicate(pro)];
    let looks = 0;
    const context = ownContext({
      get plan(): string {
        looks += 1;
        return 'pro';
      },
    });
    const asked = (): number => {
      looks = 0;
      expect([first(context), second(context), second(context)]).toEqual([true, true, true]);
      return looks;
    };
    expect(asked()).toBe(3);
    pass.forget();
    pass.context = context;
    expect(asked()).toBe(2);
    pass.forget();
    expect(asked()).toBe(2);
    pass.context = null;
    expect(asked()).toBe(3);
  });

  it('are kept while anybody uses them, and forgotten with the last', () => {
    const shared = new SharedConditions(new Pass(), () => () => false);
    const [first, second] = [shared.lease(), shared.lease()];
    const asking = first.predicate(pro);
    const remembering = second.predicate(pro);
    expect(remembering).not.toBe(asking);
    first.release();
    // Given back once is given back.
    first.release();
    const third = shared.lease();
    expect(third.predicate({ ...pro })).toBe(remembering);
    second.release();
    third.release();
    const fourth = shared.lease().predicate(pro);
    expect([asking, remembering]).not.toContain(fourth);
  });
});
