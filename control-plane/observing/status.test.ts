import { describe, expect, test } from 'vitest';
import type { FlagDefinition, StoredFlag } from '../model/flag.ts';
import type { VariationUse } from '../store/port.ts';
import { lastUse, statusOf } from './status.ts';

const NOW = Date.parse('2026-05-04T12:00:00Z');
const ago = (days: number): string => new Date(NOW - days * 86_400_000).toISOString();

const split: FlagDefinition['rules'] = [
  { priority: 1, conditions: [], serve_variation: 'on', rollout: { percentage: 25 } },
];
const flag = (more: Partial<StoredFlag> = {}, rules = split): StoredFlag => ({
  definition: {
    key: 'beta',
    enabled: true,
    variations: { on: true, off: false },
    default_variation: 'off',
    rules,
    bucketing: { hash: 'murmur3', salt: 'acme/beta' },
  },
  type: 'boolean',
  version: 1,
  created_at: ago(60),
  updated_at: ago(30),
  updated_by: 'ada',
  ...more,
});
const use = (variation: string | null, evaluated: number | null, delivered: number | null): VariationUse => ({
  flag: 'beta',
  variation,
  evaluated_at: evaluated === null ? null : ago(evaluated),
  delivered_at: delivered === null ? null : ago(delivered),
});

describe('the status of a flag', () => {
  test.each<[string, string, StoredFlag, readonly VariationUse[]]>([
    ['new', 'created yesterday and never evaluated', flag({ created_at: ago(1), updated_at: ago(1) }), []],
    ['quiet', 'never evaluated and old', flag(), []],
    ['quiet', 'last evaluated eight days ago', flag(), [use('on', 8, 0)]],
    ['active', 'two variations seen this week', flag(), [use('on', 0, null), use('off', 6, null)]],
    [
      'settled',
      'one variation seen this week, another before',
      flag(),
      [use('on', 0, null), use('off', 8, null)],
    ],
    ['settled', 'one variation delivered, none ever evaluated', flag(), [use('on', null, 0)]],
    ['active', 'changed this week', flag({ updated_at: ago(2) }), [use('on', 0, null)]],
    ['settled', 'a constant, whatever failed', flag({}, []), [use('off', 0, null), use(null, 0, null)]],
    [
      'active',
      'created yesterday and evaluated',
      flag({ created_at: ago(1), updated_at: ago(1) }),
      [use('on', 0, null)],
    ],
  ])('is %s: %s', (expected, _why, stored, uses) => {
    expect(statusOf(stored, uses, NOW)).toBe(expected);
  });

  test('looks at evaluations, and only without any at deliveries', () => {
    expect(lastUse([use('on', 9, 0), use('off', 8, 0)])).toBe(ago(8));
    expect(lastUse([use('on', null, 3)])).toBe(ago(3));
    expect(lastUse([])).toBe(null);
  });
});
