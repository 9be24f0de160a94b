import { describe, expect, it } from 'vitest';
import { CompiledApp } from './app.ts';
import { compile } from './flag.ts';
import type { Context, Evaluation } from './model.ts';

const when = (key: string, ...conditions: object[]): object => ({
  key,
  enabled: true,
  variations: { on: true, off: false },
  default_variation: 'off',
  rules: [{ priority: 1, conditions, serve_variation: 'on' }],
});

const pro = { attribute: 'plan', operator: 'equals', value: 'pro' };
const group = { logical_operator: 'OR', clauses: [pro, { attribute: 'beta', operator: 'exists' }] };

const all = (app: CompiledApp, context: Context): Record<string, unknown> => {
  const answers: Record<string, unknown> = {};
  app.evaluateAll(context, (flag, evaluation) => {
    answers[flag.key] =
      evaluation.kind === 'served'
        ? evaluation.value
        : evaluation.kind === 'failed'
          ? evaluation.code
          : evaluation.reason;
  });
  return answers;
};

/** A context that counts how often its plan is looked at. */
const counting = (plan: string): { readonly context: Context; readonly looks: () => number } => {
  let looks = 0;
  const context = {
    get plan(): string {
      looks += 1;
      return plan;
    },
  };
  return { context, looks: () => looks };
};

describe('a compiled app', () => {
  it('keeps flags under any key', () => {
    const app = new CompiledApp('acct');
    for (const key of ['constructor', '__proto__', 'toString', 'f']) app.set(key, when(key));
    expect([...app.keys()]).toEqual(['constructor', '__proto__', 'toString', 'f']);
    expect(app.get('__proto__')?.evaluate({})).toMatchObject({ value: true });
    expect(app.get('hasOwnProperty')).toBeUndefined();
    expect([app.size, app.delete('__proto__'), app.delete('__proto__'), app.size]).toEqual([
      4,
      true,
      false,
      3,
    ]);
    expect(app.get('__proto__')).toBeUndefined();
  });

  it('answers what it compiled, and replaces it', () => {
    const app = new CompiledApp('acct');
    app.set('f', when('f'));
    const first = app.get('f');
    expect(app.get('f')).toBe(first);
    app.set('f', when('f', pro));
    expect(app.get('f')).not.toBe(first);
    expect(app.size).toBe(1);
    expect(all(app, {})).toEqual({ f: false });
  });

  it('fails one bad flag alone', () => {
    const app = new CompiledApp('acct');
    app.set('good', when('good'));
    app.set('bad', when('bad', { attribute: 'a', operator: 'from_a_newer_release', value: 1 }));
    expect(all(app, {})).toEqual({ good: true, bad: 'PARSE_ERROR' });
  });

  it('asks a condition that flags have in common once a context', () => {
    const app = new CompiledApp('acct');
    for (let index = 0; index < 50; index += 1) app.set(`f${index}`, when(`f${index}`, pro));
    const { context, looks } = counting('pro');
    expect(new Set(Object.values(all(app, context)))).toEqual(new Set([true]));
    // The first flag to have it asks for itself.
    expect(looks()).toBe(2);
    all(app, context);
    expect(looks()).toBe(4);
  });

  it('asks afresh for each context, and one by one', () => {
    const app = new CompiledApp('acct');
    for (const key of ['a', 'b', 'c']) app.set(key, when(key, group));
    expect(all(app, { plan: 'pro' })).toEqual({ a: true, b: true, c: true });
    expect(all(app, { plan: 'free' })).toEqual({ a: false, b: false, c: false });
    const context = { plan: 'pro' };
    expect(app.get('c')?.evaluate(context)).toMatchObject({ value: true });
    context.plan = 'free';
    expect(app.get('c')?.evaluate(context)).toMatchObject({ value: false });
    expect(all(app, context)).toEqual({ a: false, b: false, c: false });
  });

  it('answers rightly whatever a visitor does meanwhile', () => {
    const app = new CompiledApp('acct');
    for (const key of ['a', 'b', 'c', 'd']) app.set(key, when(key, pro));
    const outer = { plan: 'pro' };
    const seen: unknown[] = [];
    const servedBy = (evaluation: Evaluation | undefined): unknown =>
      evaluation?.kind === 'served' ? evaluation.value : undefined;
    app.evaluateAll(outer, (flag, evaluation) => {
      const inner = Object.values(all(app, { plan: 'free' }));
      const changed = servedBy(app.get('d')?.evaluate({ plan: 'free' }));
      seen.push([flag.key, servedBy(evaluation), ...inner, changed]);
    });
    expect(seen).toEqual(['a', 'b', 'c', 'd'].map((key) => [key, true, false, false, false, false, false]));
    app.evaluateAll(outer, (flag) => {
      outer.plan = flag.key;
      expect(servedBy(app.get('d')?.evaluate(outer))).toBe(false);
    });
  });

  it('asks afresh what a visitor asks of a context that it changed', () => {
    const app = new CompiledApp('acct');
    for (const key of ['a', 'b', 'c']) app.set(key, when(key, pro));
    const context = { plan: 'pro' };
    const asked: unknown[] = [];
    app.evaluateAll(context, (flag) => {
      // By now the condition was asked for this context, and its answer is known.
      if (flag.key !== 'b') return;
      context.plan = 'free';
      asked.push(app.get('c')?.evaluate(context));
    });
    expect(asked).toMatchObject([{ value: false }]);
  });

  it('salts the buckets of flags without their own with its account', () => {
    const half = {
      ...when('half'),
      rules: [{ priority: 1, conditions: [], serve_variation: 'on', rollout: { percentage: 50 } }],
    };
    const app = new CompiledApp('acct');
    app.set('half', half);
    for (let user = 0; user < 50; user += 1) {
      const context = { targetingKey: `user-${user}` };
      expect(app.get('half')?.evaluate(context)).toEqual(compile(half, 'acct').evaluate(context));
    }
  });

  it('goes on after a visitor threw', () => {
    const app = new CompiledApp('acct');
    for (const key of ['a', 'b']) app.set(key, when(key, pro));
    const context = { plan: 'pro' };
    expect(() =>
      app.evaluateAll(context, () => {
        throw new Error('a visitor’s own');
      }),
    ).toThrow('a visitor’s own');
    context.plan = 'free';
    expect(all(app, context)).toEqual({ a: false, b: false });
  });

  it('shares conditions rightly when flags come and go', () => {
    const app = new CompiledApp('acct');
    for (let round = 0; round < 3; round += 1) {
      for (const key of ['a', 'b', 'c']) app.set(key, when(key, round % 2 === 0 ? group : pro));
      app.delete('a');
      expect(all(app, { beta: 1 })).toEqual({ b: round % 2 === 0, c: round % 2 === 0 });
      expect(all(app, { plan: 'pro' })).toEqual({ b: true, c: true });
    }
  });

  it('evaluates all for a context that cannot be read, each with its failure', () => {
    const app = new CompiledApp('acct');
    app.set('a', when('a', pro));
    app.set('b', { ...when('b'), rules: [] });
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(all(app, proxy)).toEqual({ a: 'GENERAL', b: false });
  });

  it('evaluates all for instances of classes by what they own', () => {
    class Person {
      plan = 'pro';
      get beta(): boolean {
        return true;
      }
    }
    const app = new CompiledApp('acct');
    for (const key of ['a', 'b']) app.set(key, when(key, pro));
    app.set('c', when('c', { attribute: 'beta', operator: 'exists' }));
    expect(all(app, { ...new Person() })).toEqual({ a: true, b: true, c: false });
    expect(all(app, Object.assign(Object.create({ beta: 1 }), { plan: 'pro' }))).toEqual({
      a: true,
      b: true,
      c: false,
    });
  });
});
