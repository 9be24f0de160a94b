import { describe, expect, test } from 'vitest';
import { CompiledApp } from './app.ts';
import type { Evaluation } from './model.ts';
import { summed, Tally } from './tally.ts';

const flag = {
  key: 'beta',
  enabled: true,
  variations: { on: true, off: false },
  default_variation: 'off',
  rules: [
    {
      priority: 1,
      conditions: [{ attribute: 'plan', operator: 'equals', value: 'pro' }],
      serve_variation: 'on',
    },
  ],
};

const world = () => {
  const tally = new Tally();
  const app = new CompiledApp('acct', tally);
  app.set('beta', flag);
  const evaluate = (context: object): Evaluation => {
    const compiled = app.get('beta');
    if (compiled === undefined) throw new Error('There is no flag.');
    const evaluation = compiled.evaluate({ ...context });
    tally.evaluated(evaluation, 'beta');
    return evaluation;
  };
  return { tally, app, evaluate };
};

describe('a tally', () => {
  test('counts each answer by flag, variation and reason, and begins again when it was drained', () => {
    const { tally, evaluate } = world();
    evaluate({ plan: 'pro' });
    evaluate({ plan: 'pro' });
    evaluate({});
    expect(tally.drain()).toEqual([
      ['beta', 'off', 'DEFAULT', 'evaluated', 1],
      ['beta', 'on', 'TARGETING_MATCH', 'evaluated', 2],
    ]);
    expect(tally.drain()).toEqual([]);
  });

  test('keeps the count of an answer when its flag is compiled again', () => {
    const { tally, app, evaluate } = world();
    evaluate({});
    app.set('beta', { ...flag, description: 'new' });
    evaluate({});
    expect(tally.drain()).toEqual([['beta', 'off', 'DEFAULT', 'evaluated', 2]]);
  });

  test('keeps what was delivered apart from what was evaluated', () => {
    const { tally, evaluate } = world();
    const slot = tally.slotIn(evaluate({}), 'beta');
    tally.delivered([slot, slot]);
    expect(tally.drain()).toEqual([
      ['beta', 'off', 'DEFAULT', 'evaluated', 1],
      ['beta', 'off', 'DEFAULT', 'delivered', 2],
    ]);
  });

  test('counts a failure, and a flag that is off for its callers, without a variation', () => {
    const { tally, app, evaluate } = world();
    app.set('beta', { ...flag, enabled: false, off_variation: null });
    evaluate({});
    app.set('beta', { key: 'beta' });
    evaluate({});
    expect(tally.drain()).toEqual([
      ['beta', null, 'DISABLED', 'evaluated', 1],
      ['beta', null, 'ERROR', 'evaluated', 1],
    ]);
  });

  test('adds up what was counted at different times', () => {
    const { tally, evaluate } = world();
    evaluate({});
    const counts = tally.drain();
    evaluate({});
    expect(summed(counts, [], tally.drain(), [['gone', 'a', 'STATIC', 'delivered', 7]])).toEqual([
      ['beta', 'off', 'DEFAULT', 'evaluated', 2],
      ['gone', 'a', 'STATIC', 'delivered', 7],
    ]);
  });

  test('holds more answers than it had room for at first', () => {
    const tally = new Tally();
    for (let each = 0; each < 1_000; each += 1) {
      const slot = tally.slotOf(`flag-${each}`, 'on', 'STATIC');
      tally.delivered([slot, slot]);
    }
    const counts = tally.drain();
    expect(counts).toHaveLength(1_000);
    expect(counts[999]).toEqual(['flag-999', 'on', 'STATIC', 'delivered', 2]);
  });

  test('leaves no trace in an answer that can be seen', () => {
    const { evaluate } = world();
    const plain = new CompiledApp('acct');
    plain.set('beta', flag);
    const evaluation = evaluate({ plan: 'pro' });
    expect(Object.keys(evaluation)).not.toContain('slot');
    expect(evaluation).toStrictEqual(plain.get('beta')?.evaluate({ plan: 'pro' }));
  });
});

describe('the metadata of an answer', () => {
  const metadataOf = (app: CompiledApp): unknown => {
    const evaluation = app.get('beta')?.evaluate({});
    return evaluation?.kind === 'served' ? evaluation.metadata : evaluation;
  };

  test('names the app, the environment and the flag’s version, which win over the flag’s own', () => {
    const app = new CompiledApp({ account: 'acct', app: 'app_1', environment: 'staging' });
    app.set('beta', { ...flag, version: 7, metadata: { team: 'web', version: 'x', flagSetId: 'y' } });
    expect(metadataOf(app)).toEqual({ team: 'web', flagSetId: 'app_1', version: 7, environment: 'staging' });
  });

  test('says nothing that is not known', () => {
    const app = new CompiledApp('acct');
    app.set('beta', { ...flag, version: 'seven' });
    expect(metadataOf(app)).toEqual({});
  });

  test('is still there when a prerequisite is not met', () => {
    const app = new CompiledApp({ account: 'acct', app: 'app_1' });
    app.set('base', { ...flag, key: 'base', rules: [] });
    app.set('beta', { ...flag, version: 2, prerequisites: [{ flag: 'base', variations: ['on'] }] });
    expect(metadataOf(app)).toEqual({ flagSetId: 'app_1', version: 2, prerequisite: 'base' });
  });
});
