import type { Condition } from '@halyard/engine';
import { describe, expect, it } from 'vitest';
import { conditionsOf } from '../draft/conditions.ts';
import { type BuilderGroup, EMPTY_OPERAND, mayNest, queryOf } from './query.ts';

const nested = (depth: number): Condition =>
  depth === 1
    ? { attribute: 'a', operator: 'exists' }
    : { logical_operator: depth % 2 === 0 ? 'AND' : 'OR', clauses: [nested(depth - 1), nested(1)] };

describe('conditions to the builder and back', () => {
  const cases: readonly (readonly [string, readonly Condition[]])[] = [
    ['none', []],
    ['a list', [nested(1), { attribute: 'b', operator: 'equals', value: 'x', ignore_case: true }]],
    ['one OR group', [{ logical_operator: 'OR', clauses: [nested(1), nested(1)] }]],
    ['one AND group stays a group', [{ logical_operator: 'AND', clauses: [nested(1), nested(1)] }]],
    ['an OR group of one', [{ logical_operator: 'OR', clauses: [nested(1)] }]],
    ['a list with a number and its text', [{ attribute: 'l', operator: 'in', value: [1, '1'] }]],
    ['depth 6', [nested(6)]],
    [
      'values keep their types',
      [
        { attribute: 'n', operator: 'equals', value: 42 },
        { attribute: 'b', operator: 'not_equals', value: true },
        { attribute: 'l', operator: 'in', value: [1, '2', false] },
        { attribute: 't', operator: 'greater_than', value: '42' },
        { attribute: 'd', operator: 'less_than', value: '2026-01-01' },
        { attribute: 'v', operator: 'semver_equals', value: '1.2' },
        { attribute: 'ip', operator: 'in_cidr', value: ['10.0.0.0/8'] },
        { attribute: 'e', operator: 'equals', value: '' },
      ],
    ],
  ];
  it.each(cases)('%s', (_title, conditions) => {
    expect(conditionsOf(queryOf(conditions))).toEqual(conditions);
  });
});

const builder = (combinator: 'and' | 'or', rules: BuilderGroup['rules']): BuilderGroup => ({
  combinator,
  rules,
});
const typed = (text: string) => ({ ...EMPTY_OPERAND, text });

it('takes a typed bound for a number, and any other value for a text', () => {
  expect(
    conditionsOf(
      builder('and', [
        { field: ' age ', operator: 'greater_than', value: typed('18') },
        { field: 'age', operator: 'equals', value: typed('18') },
        { field: 'age', operator: 'less_than', value: typed('1e3') },
      ]),
    ),
  ).toEqual([
    { attribute: 'age', operator: 'greater_than', value: 18 },
    { attribute: 'age', operator: 'equals', value: '18' },
    { attribute: 'age', operator: 'less_than', value: '1e3' },
  ]);
});

it('leaves out empty groups and the value of an operator that takes none', () => {
  expect(
    conditionsOf(
      builder('or', [
        builder('and', []),
        { field: 'a', operator: 'exists', value: { ...typed('left over'), ignoreCase: true } },
      ]),
    ),
  ).toEqual([{ attribute: 'a', operator: 'exists' }]);
});

it('lets five groups nest, one fewer under an outermost any-of', () => {
  expect([0, 1, 2, 3, 4, 5].map((level) => mayNest(builder('and', []), level))).toEqual([
    true,
    true,
    true,
    true,
    true,
    false,
  ]);
  expect(mayNest(builder('or', []), 4)).toBe(false);
});
