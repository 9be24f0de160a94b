import { describe, expect, it } from 'vitest';
import { asType } from './as-type.ts';
import { inferType } from './json.ts';
import type { Evaluation, FlagValue } from './model.ts';

const served = (value: FlagValue): Evaluation => ({
  kind: 'served',
  value,
  variant: 'v',
  reason: 'STATIC',
  metadata: {},
});

const ASKED = ['boolean', 'string', 'number', 'object'] as const;

describe('asType', () => {
  it.each([
    ['boolean', false],
    ['string', ''],
    ['number', 0],
    ['object', {}],
    ['object', []],
  ] as const)('answers %s only to whoever asks for it: %j', (type, value) => {
    for (const asked of ASKED) {
      const answer = asType(served(value), asked);
      if (asked === type) expect(answer).toEqual(served(value));
      else expect(answer).toMatchObject({ kind: 'failed', code: 'TYPE_MISMATCH' });
    }
  });

  it('says what the type is and what was asked for', () => {
    expect(asType(served({}), 'number')).toEqual({
      kind: 'failed',
      code: 'TYPE_MISMATCH',
      message: "The flag's type is json; number was asked for.",
    });
    expect(asType(served(1), 'object')).toMatchObject({
      message: "The flag's type is number; json was asked for.",
    });
  });

  it('leaves a failure as it is', () => {
    const failed: Evaluation = {
      kind: 'failed',
      code: 'PARSE_ERROR',
      message: 'rules is 7; expected a list',
    };
    expect(asType(failed, 'string')).toBe(failed);
  });
});

describe('inferType', () => {
  it.each([
    [true, 'boolean'],
    ['', 'string'],
    [0, 'number'],
    [{}, 'json'],
    [[], 'json'],
    [null, null],
    [undefined, null],
    [Number.NaN, null],
    [1n, null],
    [() => 1, null],
  ])('takes %s for %s', (value, type) => {
    expect(inferType(value)).toBe(type);
  });
});
