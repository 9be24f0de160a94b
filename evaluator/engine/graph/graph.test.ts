import { describe, expect, it } from 'vitest';
import { CompiledApp } from '../app.ts';
import { explain } from '../explain/explain.ts';
import { renderExplanation } from '../explain/render.ts';
import { compile } from '../flag.ts';
import type { Context, Evaluation } from '../model.ts';

const base = { enabled: true, variations: { on: true, off: false }, default_variation: 'off' };

const when = (key: string, ...conditions: object[]): object => ({
  ...base,
  key,
  rules: [{ priority: 1, conditions, serve_variation: 'on' }],
});

const needs = (key: string, ...flags: string[]): object => ({
  ...when(key),
  prerequisites: flags.map((flag) => ({ flag, variations: ['on'] })),
});

const inSegment = (...value: string[]): object => ({ operator: 'in_segment', value });
const serves = (flag: string): object => ({ flag, operator: 'serves', value: ['on'] });
const is = (attribute: string, value: string): object => ({ attribute, operator: 'equals', value });

const appOf = (flags: readonly object[], segments: Readonly<Record<string, object>> = {}): CompiledApp => {
  const app = new CompiledApp('acct');
  for (const flag of flags) app.set((flag as { key: string }).key, flag);
  for (const [key, segment] of Object.entries(segments)) app.setSegment(key, { key, ...segment });
  return app;
};

const told = (evaluation: Evaluation | undefined): unknown =>
  evaluation?.kind === 'served'
    ? evaluation.value
    : evaluation?.kind === 'failed'
      ? `${evaluation.code}: ${evaluation.message}`
      : evaluation;

const ask = (app: CompiledApp, key: string, context: Context = {}): unknown =>
  told(app.get(key)?.evaluate(context));

describe('a segment', () => {
  it('is replaced without compiling the flags that use it again', () => {
    const app = appOf([when('f', inSegment('beta'))], { beta: { include: ['ada'] } });
    const before = app.get('f');
    expect(ask(app, 'f', { targetingKey: 'ada' })).toBe(true);
    app.setSegment('beta', { key: 'beta', include: ['bob'] });
    expect(app.get('f')).toBe(before);
    expect(ask(app, 'f', { targetingKey: 'ada' })).toBe(false);
    expect(ask(app, 'f', { targetingKey: 'bob' })).toBe(true);
  });

  it('that goes away fails the flags that reach it until it comes back', () => {
    const app = appOf([when('f', inSegment('outer')), when('other')], {
      outer: { conditions: [inSegment('inner')] },
      inner: { include: ['ada'] },
    });
    const context = { targetingKey: 'ada' };
    expect(ask(app, 'f', context)).toBe(true);
    expect([app.deleteSegment('inner'), app.deleteSegment('inner')]).toEqual([true, false]);
    expect(ask(app, 'f', context)).toBe(
      'PARSE_ERROR: rules[0].conditions[0].value[0] is "outer", which cannot be evaluated: conditions[0].value[0] is "inner"; expected a segment that is in this app',
    );
    expect(ask(app, 'other', context)).toBe(true);
    app.setSegment('inner', { key: 'inner', include: ['ada'] });
    expect(ask(app, 'f', context)).toBe(true);
  });

  it('that cannot be understood fails the flags that use it, with the place in it', () => {
    const app = appOf([when('f', inSegment('beta'))], { beta: { conditions: [serves('f')] } });
    expect(ask(app, 'f')).toBe(
      'PARSE_ERROR: rules[0].conditions[0].value[0] is "beta", which cannot be evaluated: conditions[0].operator is "serves"; expected another, as segments do not depend on flags',
    );
    app.setSegment('beta', { key: 'beta', include: [null] });
    expect(ask(app, 'f')).toContain('include[0] is null; expected a text, a finite number or a boolean');
  });

  it('is asked once for all flags of an app that use it', () => {
    let looks = 0;
    const context = {
      get plan(): string {
        looks += 1;
        return 'pro';
      },
    };
    const app = appOf(
      Array.from({ length: 20 }, (_, n) => when(`f${n}`, inSegment('pro'))),
      { pro: { conditions: [is('plan', 'pro')] } },
    );
    app.evaluateAll(context, (_, evaluation) => expect(told(evaluation)).toBe(true));
    // Twice: the first flag to have a condition asks it for itself.
    expect(looks).toBe(2);
  });
});

describe('a flag that depends on others', () => {
  it('is off, and says why, where a prerequisite is not met', () => {
    const app = appOf([
      when('a', is('plan', 'pro')),
      { ...needs('b', 'a'), metadata: { team: 'x' } },
      needs('c', 'b'),
    ]);
    expect(ask(app, 'c', { plan: 'pro' })).toBe(true);
    expect(app.get('b')?.evaluate({})).toEqual({
      kind: 'served',
      value: false,
      variant: 'off',
      reason: 'DISABLED',
      metadata: { team: 'x', prerequisite: 'a' },
    });
    expect(app.get('c')?.evaluate({})).toMatchObject({ metadata: { prerequisite: 'b' } });
  });

  it('follows what the other becomes', () => {
    const app = appOf([when('a'), needs('b', 'a'), when('c', serves('b'))]);
    expect(ask(app, 'c')).toBe(true);
    app.set('a', { ...base, key: 'a', enabled: false, off_variation: 'on', rules: [] });
    expect([ask(app, 'b'), ask(app, 'c')]).toEqual([false, false]);
    app.delete('a');
    expect(ask(app, 'c')).toBe(
      'PARSE_ERROR: rules[0].conditions[0].flag is "b", which cannot be evaluated: prerequisites[0].flag is "a"; expected a flag that is in this app',
    );
    app.set('a', when('a'));
    expect(ask(app, 'c')).toBe(true);
  });

  it('fails where flags depend on one another in a circle, and says which', () => {
    const app = appOf([needs('a', 'b'), when('b', serves('c')), needs('c', 'a'), needs('d', 'a'), when('e')]);
    expect(ask(app, 'a')).toContain('flag a → flag b → flag c → flag a is a circle; expected none');
    for (const key of ['b', 'c', 'd']) expect(ask(app, key)).toContain('PARSE_ERROR');
    expect(ask(app, 'e')).toBe(true);
    app.set('c', when('c'));
    expect(['a', 'b', 'c', 'd'].map((key) => ask(app, key))).toEqual([true, true, true, true]);
    expect(told(compile(needs('x', 'x'), 'acct').evaluate({}))).toContain('flag x → flag x is a circle');
  });

  it('asks each flag once, however many ways lead to it', () => {
    const width = 6;
    const depth = 7;
    let looks = 0;
    const context = {
      get plan(): string {
        looks += 1;
        return 'pro';
      },
    };
    const flags = [when('0-0', is('plan', 'pro'))];
    for (let level = 1; level < depth; level += 1) {
      for (let n = 0; n < width; n += 1) {
        const below = level === 1 ? ['0-0'] : Array.from({ length: width }, (_, k) => `${level - 1}-${k}`);
        flags.push(needs(`${level}-${n}`, ...below));
      }
    }
    const app = appOf(flags);
    expect(ask(app, `${depth - 1}-0`, context)).toBe(true);
    expect(looks).toBe(1);
    app.evaluateAll(context, (_, evaluation) => expect(told(evaluation)).toBe(true));
    expect(looks).toBe(2);
  });

  it('answers for the context it is asked for, whatever is evaluated meanwhile', () => {
    const app = appOf([when('a', is('plan', 'pro')), needs('b', 'a'), needs('c', 'a', 'b')]);
    const nosy = {
      get plan(): string {
        expect(ask(app, 'c', { plan: 'free' })).toBe(false);
        return 'pro';
      },
    };
    expect(ask(app, 'c', nosy)).toBe(true);
    app.evaluateAll({ plan: 'pro' }, (flag, evaluation) => {
      expect([flag.key, told(evaluation), ask(app, 'c', { plan: 'free' })]).toEqual([flag.key, true, false]);
    });
  });

  it('fails for a context that the other cannot read', () => {
    const app = appOf([when('a', is('plan', 'pro')), needs('b', 'a'), when('c', serves('a'))]);
    const unreadable = {
      get plan(): string {
        throw new Error('no');
      },
    };
    for (const key of ['b', 'c']) expect(ask(app, key, unreadable)).toContain('GENERAL');
  });

  it('is known to whoever changes what it reaches', () => {
    const app = appOf(
      [
        when('a', inSegment('s')),
        needs('b', 'a'),
        when('c', serves('b')),
        when('d'),
        { ...when('e', inSegment('t')), enabled: false },
      ],
      { s: { conditions: [inSegment('t')] }, t: { include: [1] } },
    );
    expect([...app.reaching('segment', 't')].sort()).toEqual(['a', 'b', 'c', 'e']);
    expect([...app.reaching('segment', 's')].sort()).toEqual(['a', 'b', 'c']);
    expect([...app.reaching('flag', 'a')].sort()).toEqual(['b', 'c']);
    expect([...app.reaching('flag', 'c')]).toEqual([]);
    app.delete('b');
    app.set('b', when('b'));
    expect([...app.reaching('flag', 'a')]).toEqual([]);
  });

  it('leaves it to the caller’s default where it is off and says so', () => {
    const off = { ...needs('f', 'a'), off_variation: null };
    const app = appOf([when('a', is('plan', 'pro')), off]);
    expect(app.get('f')?.evaluate({})).toEqual({
      kind: 'unserved',
      reason: 'DISABLED',
      metadata: { prerequisite: 'a' },
    });
    expect(ask(app, 'f', { plan: 'pro' })).toBe(true);
  });
});

describe('an explanation', () => {
  it('shows the segments and flags that decided, each flag once', () => {
    const segments: Record<string, object> = {
      beta: { key: 'beta', include: ['ada'], conditions: [is('plan', 'pro')] },
    };
    const flags: Record<string, object> = {
      a: when('a', inSegment('beta')),
      b: {
        ...needs('b', 'a'),
        rules: [{ priority: 1, conditions: [serves('a'), inSegment('beta')], serve_variation: 'on' }],
      },
    };
    const surroundings = {
      account: 'acct',
      flag: (key: string) => flags[key],
      segment: (key: string) => segments[key],
    };
    expect(renderExplanation(explain(flags['b'], { targetingKey: 'bob', plan: 'pro' }, surroundings))).toBe(
      `b serves on (TARGETING_MATCH): rule 1 serves on

yes  prerequisite a serves on: a serves on (TARGETING_MATCH)
     a serves on (TARGETING_MATCH): rule 1 serves on

     YES  rule 1 serves on: all its conditions hold
          yes  in_segment beta: a member of beta
               yes  segment beta: all its conditions hold
                    yes  plan equals "pro": plan is "pro"
YES  rule 1 serves on: all its conditions hold
     yes  a serves on: a serves on (TARGETING_MATCH)
     yes  in_segment beta: a member of beta
          yes  segment beta: all its conditions hold
               yes  plan equals "pro": plan is "pro"
`,
    );
    expect(renderExplanation(explain(flags['b'], { targetingKey: 'eve' }, surroundings))).toContain(
      'b serves off (DISABLED): prerequisite a is not met; the flag serves off',
    );
  });

  it('shows the bucket of a share', () => {
    const flag = when('f', {
      operator: 'in_share',
      value: { hash: 'unleash', salt: 'g', ranges: [[0, 30]] },
    });
    expect(renderExplanation(explain(flag, { targetingKey: 'ada' }, 'acct'))).toMatch(
      /(yes|no ) {2}targetingKey in 0 to 30 of unleash "g": bucket \d+\.000000 of targetingKey is (within 0 to 30|outside the share)/,
    );
    expect(renderExplanation(explain(flag, {}, 'acct'))).toContain(
      'targetingKey is missing, so there is no bucket',
    );
  });
});
