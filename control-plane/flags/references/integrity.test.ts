import type { Flag, Segment } from '@halyard/engine';
import { describe, expect, it } from 'vitest';
import { Problem } from '../../model/problem.ts';
import { type AppGraph, checkIntegrity, type Entity, type Touched } from './integrity.ts';
import { namesOfFlag, namesOfSegment, type Reference } from './names.ts';

const flag = (key: string, parts: Partial<Flag> = {}): Flag => ({
  key,
  enabled: true,
  variations: { on: true, off: false },
  default_variation: 'off',
  rules: [],
  ...parts,
});
const needs = (key: string, ...others: string[]): Flag =>
  flag(key, { prerequisites: others.map((other) => ({ flag: other, variations: ['on'] })) });
const uses = (key: string, ...segments: string[]): Flag =>
  flag(key, {
    rules: [
      {
        id: 'r1',
        priority: 1,
        conditions: [{ operator: 'in_segment', value: segments }],
        serve_variation: 'on',
      },
    ],
  });
const segment = (key: string, ...others: string[]): Segment => ({
  key,
  conditions: others.length === 0 ? [] : [{ operator: 'in_segment', value: others }],
});

const appOf = (flags: readonly Flag[], segments: readonly Segment[] = []): AppGraph => {
  const names = new Map<string, readonly Reference[]>([
    ...flags.map((one) => [`flag/${one.key}`, namesOfFlag(one)] as const),
    ...segments.map((one) => [`segment/${one.key}`, namesOfSegment(one)] as const),
  ]);
  const all: readonly Entity[] = [
    ...flags.map(({ key }): Entity => ({ kind: 'flag', key })),
    ...segments.map(({ key }): Entity => ({ kind: 'segment', key })),
  ];
  const of = ({ kind, key }: Entity): readonly Reference[] => names.get(`${kind}/${key}`) ?? [];
  return {
    names: of,
    users: ({ kind, key }) =>
      all.filter((one) => of(one).some((name) => name.kind === kind && name.key === key)),
    variations: ({ kind, key }) => {
      if (!names.has(`${kind}/${key}`)) return null;
      return Object.keys(flags.find((one) => kind === 'flag' && one.key === key)?.variations ?? {});
    },
  };
};

const touch = (key: string, kind: Entity['kind'] = 'flag'): Touched => ({ kind, key, at: '' });

const told = (graph: AppGraph, ...touched: Touched[]): readonly string[] => {
  try {
    checkIntegrity(graph, touched);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return error.issues.map(({ pointer = '', message }) => `${error.kind} ${pointer} ${message}`);
  }
  return [];
};

describe('integrity', () => {
  it('lets whole apps be', () => {
    const app = appOf([flag('a'), needs('b', 'a'), uses('c', 's')], [segment('s', 't'), segment('t')]);
    expect(
      told(app, touch('a'), touch('b'), touch('c'), touch('s', 'segment'), touch('t', 'segment')),
    ).toEqual([]);
  });

  it('refuses names of what is not there', () => {
    expect(
      told(appOf([needs('b', 'a'), uses('c', 's')]), touch('b'), { ...touch('c'), at: '/changes/1/flag' }),
    ).toEqual([
      'invalid /prerequisites/0/flag prerequisites[0].flag is "a"; expected a flag of this app',
      'invalid /changes/1/flag/rules/0/conditions/0/value/0 rules[0].conditions[0].value[0] is "s"; expected a segment of this app',
    ]);
  });

  it('refuses variations that are named and not there, from either side', () => {
    const renamed = flag('a', { variations: { yes: true, off: false } });
    expect(told(appOf([renamed, needs('b', 'a')]), touch('b'))).toEqual([
      'invalid /prerequisites/0/flag prerequisites[0].flag names the variation "on" of "a"; expected one of yes, off',
    ]);
    expect(told(appOf([renamed, needs('b', 'a')]), touch('a'))).toEqual([
      'invalid /variations variations lacks "on", which the flag "b" names; expected it to stay',
    ]);
  });

  it('keeps what is used from being deleted, and says by whom', () => {
    const app = appOf(
      [uses('f', 's'), needs('g', 'x'), { ...uses('h', 's'), enabled: false }],
      [segment('t', 's')],
    );
    expect(told(app, touch('s', 'segment'), touch('x'))).toEqual([
      'conflict  The segment "s" is used by the flag "f" in rule r1; expected one that nothing uses',
      'conflict  The segment "s" is used by the flag "h" in rule r1; expected one that nothing uses',
      'conflict  The segment "s" is used by the segment "t"; expected one that nothing uses',
      'conflict  The flag "x" is used by the flag "g" as a prerequisite; expected one that nothing uses',
    ]);
  });

  it('refuses circles, and names the path', () => {
    expect(told(appOf([needs('a', 'b'), needs('b', 'c'), needs('c', 'a')]), touch('a'))).toEqual([
      'invalid  flag a → flag b → flag c → flag a is a circle; expected none',
    ]);
    expect(told(appOf([], [segment('s', 't'), segment('t', 's')]), touch('t', 'segment'))).toEqual([
      'invalid  segment t → segment s → segment t is a circle; expected none',
    ]);
  });

  const chain = (length: number) =>
    Array.from({ length }, (_, n) => (n === 0 ? flag('f0') : needs(`f${n}`, `f${n - 1}`)));

  it('bounds how deep, whichever end was touched', () => {
    expect(told(appOf(chain(8)), touch('f0'))).toEqual([]);
    expect(told(appOf(chain(9)), touch('f0'))).toEqual([
      'invalid  The flag "f8" depends on flags 9 deep (f8 → f7 → f6 → f5 → f4 → f3 → f2 → f1 → f0); expected at most 8',
    ]);
    const segments = (length: number) =>
      Array.from({ length }, (_, n) => (n === 0 ? segment('s0') : segment(`s${n}`, `s${n - 1}`)));
    expect(told(appOf([uses('f', 's3')], segments(4)), touch('s0', 'segment'))).toEqual([]);
    expect(told(appOf([], segments(5)), touch('s4', 'segment'))).toEqual([
      'invalid  The segment "s4" reaches segments 5 deep (s4 → s3 → s2 → s1 → s0); expected at most 4',
    ]);
  });

  it('bounds how many', () => {
    const many = (count: number) => Array.from({ length: count }, (_, n) => flag(`x${n}`));
    const all = (count: number) => many(count).map(({ key }) => key);
    const groups = (count: number) =>
      [0, 1, 2, 3, 4].map((g) => needs(`g${g}`, ...all(count).filter((_, n) => n % 5 === g)));
    const app = (count: number) =>
      appOf([...many(count), ...groups(count), needs('top', 'g0', 'g1', 'g2', 'g3', 'g4')]);
    expect(told(app(59), touch('top'))).toEqual([]);
    expect(told(app(60), touch('top'))).toEqual([
      'invalid  The flag "top" reaches 65 flags; expected at most 64',
    ]);
    const lists = Array.from({ length: 33 }, (_, n) => segment(`s${n}`));
    expect(told(appOf([uses('f', ...lists.map(({ key }) => key))], lists), touch('f'))).toEqual([
      'invalid  The flag "f" reaches 33 segments; expected at most 32',
    ]);
  });
});
