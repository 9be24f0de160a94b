import { expect, test } from 'vitest';
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
});

test('names the keys that are new, gone or different', () => {
  const flags = new LocalFlags();
  expect(flags.replace(configuration(1, { a: flag('a', true), b: flag('b', true) }))).toEqual(['a', 'b']);
  expect(
    flags.replace(configuration(2, { a: flag('a', true), b: flag('b', false), c: flag('c', true) })),
  ).toEqual(['b', 'c']);
  expect(flags.replace(configuration(3, { c: flag('c', true) }))).toEqual(['a', 'b']);
  expect(flags.evaluate('a', 'boolean', {})).toMatchObject({ kind: 'failed', code: 'FLAG_NOT_FOUND' });
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
    changes: [{ key: 'a', flag: flag('a', value) }],
  });
  expect(flags.apply(change(1, true))).toBe(null);
  flags.replace(configuration(4, {}));
  expect(flags.apply(change(6, true))).toBe(null);
  expect(flags.apply(change(4, true))).toEqual([]);
  expect(flags.version).toBe(4);
  expect(flags.apply(change(5, true))).toEqual(['a']);
  expect(flags.version).toBe(5);
  expect(flags.apply({ version: 6, changes: [{ key: 'a', flag: null }] })).toEqual(['a']);
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
