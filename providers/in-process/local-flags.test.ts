import { describe, expect, test } from 'vitest';
import { LocalFlags } from './local-flags.ts';

const flag = (key: string, value: boolean | string): object => ({
  key,
  enabled: true,
  variations: { only: value },
  default_variation: 'only',
  rules: [],
});
const configuration = (version: number, flags: Record<string, unknown>) => ({
  account: 'default',
  app: 'shop',
  version,
  flags,
  segments: {},
});

test('names the keys that are new, gone or different', () => {
  const flags = new LocalFlags();
  const replaced = (version: number, by: Record<string, unknown>) =>
    flags.replace(configuration(version, by)).flags;
  expect(replaced(1, { a: flag('a', true), b: flag('b', true) })).toEqual(['a', 'b']);
  expect(replaced(2, { a: flag('a', true), b: flag('b', false), c: flag('c', true) })).toEqual(['b', 'c']);
  expect(replaced(3, { c: flag('c', true) })).toEqual(['a', 'b']);
  expect(flags.evaluate('a', 'boolean', {})).toMatchObject({ kind: 'failed', code: 'FLAG_NOT_FOUND' });
  expect(flags.replace({ ...configuration(1, { d: flag('d', true) }), account: 'other' }).flags).toEqual([
    'd',
    'c',
  ]);
});

test('buckets by the account of the configuration, also when that changes', () => {
  const rollout = {
    ...flag('a', true),
    variations: { on: true, off: false },
    default_variation: 'off',
    rules: [{ priority: 1, conditions: [], serve_variation: 'on', rollout: { percentage: 50 } }],
  };
  const share = (flags: LocalFlags): string =>
    Array.from({ length: 64 }, (_, i) => {
      const answer = flags.evaluate('a', 'boolean', { targetingKey: `u${i}` });
      return answer.kind === 'served' && answer.value === true ? '1' : '0';
    }).join('');
  const flags = new LocalFlags();
  flags.replace(configuration(1, { a: rollout }));
  const before = share(flags);
  flags.replace({ ...configuration(1, { a: rollout }), account: 'other' });
  expect(share(flags)).not.toBe(before);
  flags.replace(configuration(1, { a: rollout }));
  expect(share(flags)).toBe(before);
});

test('takes exactly the next version', () => {
  const flags = new LocalFlags();
  const change = (version: number, value: boolean) => ({
    version,
    changes: [{ kind: 'flag' as const, key: 'a', value: flag('a', value) }],
  });
  expect(flags.apply(change(1, true))).toBe(null);
  flags.replace(configuration(4, {}));
  expect(flags.apply(change(6, true))).toBe(null);
  expect(flags.apply(change(4, true))).toEqual({ flags: [], any: false });
  expect(flags.version).toBe(4);
  expect(flags.apply(change(5, true))).toEqual({ flags: ['a'], any: true });
  expect(flags.version).toBe(5);
  expect(flags.apply({ version: 6, changes: [{ kind: 'flag', key: 'a', value: undefined }] })).toEqual({
    flags: ['a'],
    any: true,
  });
  expect(flags.configuration()).toEqual(configuration(6, {}));
});

test('has one failing flag for one bad flag', () => {
  const flags = new LocalFlags();
  flags.replace(configuration(1, { good: flag('good', true), bad: { key: 'bad' }, worse: 7 }));
  expect(flags.evaluate('good', 'boolean', {})).toMatchObject({ value: true });
  expect(flags.evaluate('bad', 'boolean', {})).toMatchObject({ code: 'PARSE_ERROR' });
  expect(flags.evaluate('worse', 'boolean', {})).toMatchObject({ code: 'PARSE_ERROR' });
  expect(flags.evaluate('good', 'string', {})).toMatchObject({ code: 'TYPE_MISMATCH' });
});

test('has nothing to evaluate before the first configuration', () => {
  expect(new LocalFlags().evaluate('a', 'boolean', {})).toEqual({
    kind: 'failed',
    code: 'PROVIDER_NOT_READY',
    message: 'no configuration has been loaded yet',
  });
});

describe('segments', () => {
  const when = (key: string, ...conditions: object[]): object => ({
    ...flag(key, true),
    variations: { on: true, off: false },
    default_variation: 'off',
    rules: { format: 2, list: [{ priority: 1, conditions, serve_variation: 'on' }] },
  });
  const needs = (key: string, other: string): object => ({
    ...when(key),
    prerequisites: [{ flag: other, variations: ['on'] }],
  });
  const inSegment = (key: string): object => ({ operator: 'in_segment', value: [key] });
  const app = {
    direct: when('direct', inSegment('beta')),
    nested: when('nested', inSegment('outer')),
    behind: needs('behind', 'nested'),
    other: when('other', { attribute: 'plan', operator: 'equals', value: 'pro' }),
  };
  const segments = {
    beta: { key: 'beta', include: ['ada'] },
    outer: { key: 'outer', conditions: [inSegment('beta')] },
    lonely: { key: 'lonely', include: ['ada'] },
  };
  const held = (): LocalFlags => {
    const flags = new LocalFlags();
    flags.replace({ ...configuration(1, app), segments });
    return flags;
  };
  const on = (flags: LocalFlags, targetingKey: string): string[] =>
    Object.keys(app).filter((key) => {
      const answer = flags.evaluate(key, 'boolean', { targetingKey });
      return answer.kind === 'served' && answer.value === true;
    });

  test('change what the flags answer that reach them, and these are named', () => {
    const flags = held();
    expect(on(flags, 'ada')).toEqual(['direct', 'nested', 'behind']);
    const value = { key: 'beta', include: ['bob'] };
    expect(flags.apply({ version: 2, changes: [{ kind: 'segment', key: 'beta', value }] })).toEqual({
      flags: ['direct', 'nested', 'behind'],
      any: true,
    });
    expect([on(flags, 'ada'), on(flags, 'bob')]).toEqual([[], ['direct', 'nested', 'behind']]);
    expect(flags.configuration()?.segments).toEqual({ ...segments, beta: value });
  });

  test('that no flag uses are kept, and no flag is named', () => {
    const flags = held();
    const change = { kind: 'segment' as const, key: 'lonely', value: undefined };
    expect(flags.apply({ version: 2, changes: [change] })).toEqual({ flags: [], any: true });
    expect(Object.keys(flags.configuration()?.segments ?? {})).toEqual(['beta', 'outer']);
  });

  test('that a reload changed name their flags too', () => {
    const flags = held();
    const configured = { ...configuration(7, app), segments: { ...segments, outer: { key: 'outer' } } };
    expect(flags.replace(configured)).toEqual({ flags: ['nested', 'behind'], any: true });
    expect(flags.replace(configured)).toEqual({ flags: [], any: false });
  });

  test('of a flag with the same key leave that flag alone', () => {
    const flags = held();
    const changes = [
      { kind: 'flag' as const, key: 'beta', value: flag('beta', true) },
      { kind: 'segment' as const, key: 'other', value: { key: 'other' } },
    ];
    expect(flags.apply({ version: 2, changes })?.flags).toEqual(['beta']);
    expect(flags.evaluate('beta', 'boolean', {})).toMatchObject({ value: true });
    const back = changes.map((change) => ({ ...change, value: undefined }));
    expect(flags.apply({ version: 3, changes: back })?.flags).toEqual(['beta']);
    expect(flags.evaluate('other', 'boolean', { plan: 'pro' })).toMatchObject({ value: true });
  });

  test('name the flags behind a changed flag, and compile no flag that names nothing', () => {
    const flags = held();
    let read = 0;
    const untouched = {
      ...flag('untouched', true),
      get variations() {
        read += 1;
        return { only: true };
      },
    };
    flags.apply({ version: 2, changes: [{ kind: 'flag', key: 'untouched', value: untouched }] });
    const changes = [{ kind: 'flag' as const, key: 'nested', value: when('nested') }];
    expect(flags.apply({ version: 3, changes })?.flags).toEqual(['nested', 'behind']);
    expect(read).toBe(0);
    expect(on(flags, 'bob')).toEqual(['nested', 'behind']);
  });

  test('that an edge of a former release passes on as flags are no flags', () => {
    const flags = new LocalFlags();
    flags.replace(configuration(1, { a: flag('a', true), 'segment/beta': segments.beta }));
    expect(flags.evaluate('segment/beta', 'boolean', {})).toMatchObject({ code: 'FLAG_NOT_FOUND' });
    expect(Object.keys(flags.configuration()?.flags ?? {})).toEqual(['a']);
  });
});
