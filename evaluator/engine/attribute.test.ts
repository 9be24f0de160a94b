import { describe, expect, it, vi } from 'vitest';
import { fold } from './attribute.ts';
import { compile, evaluate } from './flag.ts';
import type { Context } from './model.ts';
import { STRIDE } from './properties/runs.ts';

// Seconds on a machine of its own; it may have to share one.
vi.setConfig({ testTimeout: 120_000 });

const answer = (condition: object, context: unknown): boolean | string => {
  const flag = {
    key: 'f',
    enabled: true,
    variations: { on: true, off: false },
    default_variation: 'off',
    rules: [{ priority: 1, conditions: [condition], serve_variation: 'on' }],
  };
  // Whatever a caller without types passes.
  const evaluation = evaluate(flag, context as Context, 'acct');
  return evaluation.kind === 'served'
    ? evaluation.value === true
    : evaluation.kind === 'failed'
      ? evaluation.code
      : evaluation.reason;
};

const exists = (attribute: string) => ({ attribute, operator: 'exists' });
const is = (attribute: string, value: unknown) => ({ attribute, operator: 'equals', value });

class Person {
  plan = 'pro';
  #secret = 'x';
  get secret(): string {
    return this.#secret;
  }
}

describe('an attribute', () => {
  it('is the context’s own, never inherited', () => {
    expect(answer(exists('plan'), new Person())).toBe(true);
    expect(answer(exists('secret'), new Person())).toBe(false);
    expect(answer(exists('constructor'), new Person())).toBe(false);
    expect(answer(exists('plan'), Object.create({ plan: 'pro' }))).toBe(false);
    expect(answer(exists('plan'), Object.assign(Object.create(null), { plan: 'pro' }))).toBe(true);
    expect(answer(exists('__proto__'), {})).toBe(false);
    expect(answer(exists('__proto__'), JSON.parse('{"__proto__": 1}'))).toBe(true);
    expect(answer(is('plan', 'pro'), JSON.parse('{"__proto__": {"plan": "pro"}}'))).toBe(false);
    expect(answer(is('toString', 'x'), { toString: 'x' })).toBe(true);
  });

  it('is not there in a context that is no object', () => {
    for (const context of [null, undefined, 7, 'plan', true, Symbol('s'), () => 1]) {
      expect(answer(exists('length'), context)).toBe(false);
      expect(answer({ attribute: 'plan', operator: 'not_exists' }, context)).toBe(true);
    }
    expect(answer(is('0', 'a'), ['a'])).toBe(true);
    expect(answer(is('length', 1), ['a'])).toBe(true);
    expect(answer(exists('map'), ['a'])).toBe(false);
  });

  it('is found by its whole name before its parts, unless that is undefined', () => {
    expect(answer(is('a.b', 1), { 'a.b': 1, a: { b: 2 } })).toBe(true);
    expect(answer(is('a.b', 2), { 'a.b': undefined, a: { b: 2 } })).toBe(true);
    expect(answer(exists('a.b'), { 'a.b': Number.NaN, a: { b: 2 } })).toBe(false);
    expect(answer(exists('a.b'), { 'a.b': null, a: { b: 2 } })).toBe(false);
    expect(answer(is('a.b.c.d.e.f.g', 1), { a: { b: { c: { d: { e: { f: { g: 1 } } } } } } })).toBe(true);
    expect(answer(is('a..b', 1), { a: { '': { b: 1 } } })).toBe(true);
  });

  it('is reached through own properties of objects and arrays alone', () => {
    expect(answer(is('tags.0', 'x'), { tags: ['x'] })).toBe(true);
    expect(answer(is('tags.length', 1), { tags: ['x'] })).toBe(true);
    expect(answer(exists('name.length'), { name: 'text' })).toBe(false);
    expect(answer(exists('a.constructor'), { a: {} })).toBe(false);
    expect(answer(exists('a.b'), { a: Object.create({ b: 1 }) })).toBe(false);
    expect(answer(exists('a.name'), { a: function named() {} })).toBe(false);
    expect(answer(exists('a.b'), { a: null })).toBe(false);
  });

  it.each([
    ['undefined', undefined],
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['an invalid Date', new Date(Number.NaN)],
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
  ])('counts as missing when it is %s', (_, value) => {
    expect(answer({ attribute: 'v', operator: 'not_exists' }, { v: value })).toBe(true);
    expect(answer({ attribute: 'v', operator: 'not_equals', value: 'x' }, { v: value })).toBe(false);
    expect(answer({ attribute: 'v', operator: 'has', value: 'NaN' }, { v: [value] })).toBe(false);
  });

  it('is its ISO 8601 text when it is a Date, whatever that object says of itself', () => {
    const date = new Date(Date.UTC(2025, 0, 1));
    expect(answer(is('t', '2025-01-01T00:00:00.000Z'), { t: date })).toBe(true);
    expect(answer({ attribute: 't', operator: 'greater_than', value: '2024-12-31' }, { t: date })).toBe(true);
    expect(answer({ attribute: 'list', operator: 'has', value: date.toISOString() }, { list: [date] })).toBe(
      true,
    );
    const lying = Object.assign(new Date(0), { getTime: () => Number.NaN, toISOString: () => 'x' });
    expect(answer(is('t', '1970-01-01T00:00:00.000Z'), { t: lying })).toBe(true);
    expect(answer(is('t', 'x'), { t: Object.create(Date.prototype) })).toBe(false);
    expect(answer(exists('t'), { t: Object.create(Date.prototype) })).toBe(true);
  });

  it('is its decimal text when it is a BigInt', () => {
    expect(answer(is('id', '12345678901234567890'), { id: 12345678901234567890n })).toBe(true);
    expect(answer({ attribute: 'id', operator: 'less_than', value: 5 }, { id: 4n })).toBe(true);
    expect(answer({ attribute: 'ids', operator: 'has', value: 7 }, { ids: [7n] })).toBe(true);
  });

  it('fails the flag, and throws nothing, where a getter throws', () => {
    const context = {
      plan: 'pro',
      get region(): string {
        throw new Error('no');
      },
    };
    expect(answer(is('region', 'us'), context)).toBe('GENERAL');
    expect(answer(is('plan', 'pro'), context)).toBe(true);
    expect(answer(is('a.region', 'us'), { a: context })).toBe('GENERAL');
  });

  it('is asked of a class’s own getter as of the object itself', () => {
    const person = Object.defineProperty(new Person(), 'own', {
      get(this: Person) {
        return this.secret;
      },
    });
    expect(answer(is('own', 'x'), person)).toBe(true);
  });

  it('is looked for in a long or sparse array by its own members', () => {
    const sparse: unknown[] = [];
    sparse[100_000] = 'x';
    expect(answer({ attribute: 'v', operator: 'has', value: 'x' }, { v: sparse })).toBe(true);
    expect(answer({ attribute: 'v', operator: 'not_has', value: 'undefined' }, { v: sparse })).toBe(true);
    const named = Object.assign(new Array(65_537).fill(1), { name: 'y', '-1': 'y', '1.5': 'y' });
    expect(answer({ attribute: 'v', operator: 'has', value: 'y' }, { v: named })).toBe(false);
    const endless = new Proxy([7], {
      get: (list, name) => (name === 'length' ? Number.POSITIVE_INFINITY : Reflect.get(list, name)),
    });
    expect(answer({ attribute: 'v', operator: 'has', value: 7 }, { v: endless })).toBe(true);
    expect(answer({ attribute: 'v', operator: 'has', value: 8 }, { v: endless })).toBe(false);
  });
});

describe('folding', () => {
  it('of a long text is done once, however many conditions ignore its case', () => {
    const text = 'É'.repeat(60_000);
    const flag = {
      key: 'f',
      enabled: true,
      variations: { on: true, off: false },
      default_variation: 'off',
      rules: Array.from({ length: 500 }, (_, index) => ({
        priority: index + 1,
        conditions: [{ attribute: 'v', operator: 'contains', value: `x${index}`, ignore_case: true }],
        serve_variation: 'on',
      })),
    };
    const compiled = compile(flag, 'acme');
    const lowering = vi.spyOn(String.prototype, 'toLowerCase');
    try {
      expect(compiled.evaluate({ v: text })).toMatchObject({ reason: 'DEFAULT' });
      expect(lowering).toHaveBeenCalledTimes(1);
    } finally {
      lowering.mockRestore();
    }
  });

  it('tells long texts apart, and forgets the older ones', () => {
    const texts = Array.from({ length: 9 }, (_, index) => `${'A'.repeat(300)}${index}`);
    for (const text of [...texts, ...texts.toReversed()]) expect(fold(text)).toBe(text.toLowerCase());
  });

  it('lowercases each code point by itself', () => {
    let differing = 0;
    for (let point = 0; point <= 0x10ffff; point += STRIDE) {
      const character = String.fromCodePoint(point);
      // After a letter and at the end of a word, where a capital sigma would become another.
      if (fold(`α${character}`) !== `α${character.toLowerCase()}`) differing += 1;
      if (fold(`${character}α`) !== `${character.toLowerCase()}α`) differing += 1;
    }
    expect(differing).toBe(0);
    expect(fold('ΟΔΟΣ ς')).toBe('οδοσ ς');
  });
});
