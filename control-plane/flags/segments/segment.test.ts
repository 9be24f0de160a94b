import { describe, expect, it } from 'vitest';
import { Problem } from '../../model/problem.ts';
import { parseMembers, parseNewSegment, parseSegment } from './parse-segment.ts';

const lines = (attempt: () => unknown): readonly string[] => {
  try {
    attempt();
  } catch (error) {
    if (error instanceof Problem) {
      return error.issues.map(({ pointer, message }) => `${pointer ?? ''} ${message}`);
    }
    throw error;
  }
  return [];
};

describe('a segment', () => {
  it('is stored whole, each member once', () => {
    expect(parseNewSegment({ key: 'beta', include: ['ada', 7, '7', 'ada'], version: 3 })).toEqual({
      key: 'beta',
      include: ['ada', 7],
      exclude: [],
      conditions: [],
    });
    const conditions = [{ attribute: 'plan', operator: 'equals', value: 'pro' }];
    expect(
      parseSegment('beta', { key: 'other', attribute: 'org.id', description: null, conditions }),
    ).toEqual({
      key: 'beta',
      description: null,
      attribute: 'org.id',
      include: [],
      exclude: [],
      conditions,
    });
  });

  it.each<[string, unknown, string]>([
    [
      'a flag’s condition',
      { conditions: [{ flag: 'f', operator: 'serves', value: ['on'] }] },
      '/conditions/0/operator conditions[0].operator is "serves"; expected another operator, as segments do not depend on flags',
    ],
    [
      'too many members',
      { include: Array.from({ length: 5_001 }, (_, n) => n) },
      '/include include and exclude have 5001 members together; expected at most 5000',
    ],
    [
      '257 KiB',
      { description: 'x'.repeat(257 * 1024) },
      ' The segment is 263199 bytes serialized; expected at most 262144 (256 KiB)',
    ],
    [
      'a member that is none',
      { exclude: ['a', null] },
      '/exclude/1 exclude[1] is null; expected a string, a number or a boolean',
    ],
    [
      'a misspelt field',
      { includes: [] },
      '/includes "includes" is not a field of a segment; did you mean "include"?',
    ],
    [
      'an unknown operator',
      { conditions: [{ attribute: 'a', operator: 'equal', value: 1 }] },
      '/conditions/0/operator conditions[0].operator is "equal"; did you mean "equals"?',
    ],
  ])('is refused with %s', (_, fields, line) => {
    expect(lines(() => parseNewSegment({ key: 'beta', ...(fields as object) }))).toEqual([line]);
  });
});

describe('a change of members', () => {
  it('names who comes and who goes', () => {
    expect(parseMembers({ add: ['ada', 7] })).toEqual({ add: ['ada', 7], remove: [] });
    expect(parseMembers({ remove: [true] })).toEqual({ add: [], remove: [true] });
  });

  it.each<[unknown, readonly string[]]>([
    [{}, [' The body adds and removes nobody; expected a member in add or remove']],
    [
      { add: ['ada'], remove: ['ada'] },
      ['/add/0 add[0] is "ada"; expected a member that remove does not name'],
    ],
    [{ add: [{}] }, ['/add/0 add[0] is an object; expected a string, a number or a boolean']],
    [
      { add: Array.from({ length: 1_001 }, (_, n) => n) },
      ['/add add is a list of 1001; expected a list of at most 1000 strings, numbers or booleans'],
    ],
  ])('is refused as %j', (body, expected) => {
    expect(lines(() => parseMembers(body))).toEqual(expected);
  });
});
