import type { World } from './world.ts';

/** Flags that are legal and hard to show: long, many, deep, and written from right to left. */
export interface HardFlags {
  /** Name → path of a page of the dashboard. */
  readonly paths: Readonly<Record<string, string>>;
}

const KEY = 'a-key-as-long-as-they-come-'.repeat(4).slice(0, 100);
const ADDRESS = `https://wiki.example/${'a-path-without-a-place-to-break-'.repeat(8)}`;
const is = (attribute: string, value: string) => ({ attribute, operator: 'equals', value });

const deep = (level: number): object =>
  level === 1
    ? is('user.profile.subscription.plan', 'enterprise')
    : {
        logical_operator: level % 2 === 0 ? 'AND' : 'OR',
        clauses: [is(`level_${level}`, 'yes'), deep(level - 1)],
      };

const FLAGS = [
  {
    key: KEY,
    description: `See ${ADDRESS} before changing this.`,
    variations: { on: true, off: false },
    default_variation: 'off',
    rules: [],
  },
  {
    key: 'three-kilobytes-of-json',
    description: 'A configuration that nobody reads to the end',
    variations: Object.fromEntries(
      ['control', 'treatment'].map((name) => [
        name,
        Object.fromEntries(Array.from({ length: 80 }, (_, at) => [`setting_${at}`, `${name} value ${at}`])),
      ]),
    ),
    default_variation: 'control',
    rules: [{ priority: 1, conditions: [], serve_variation: 'treatment', rollout: { percentage: 30 } }],
  },
  {
    key: 'forty-variations',
    variations: Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`variation-${at}`, `text ${at}`])),
    default_variation: 'variation-0',
    rules: [
      {
        priority: 1,
        conditions: [],
        split: {
          allocations: Array.from({ length: 40 }, (_, at) => ({
            variation: `variation-${at}`,
            ranges: [[at * 2.5, (at + 1) * 2.5]],
          })),
        },
      },
    ],
  },
  {
    key: 'twenty-five-rules',
    variations: { on: true, off: false },
    default_variation: 'off',
    rules: Array.from({ length: 25 }, (_, at) => ({
      priority: at + 1,
      conditions: [
        is('plan', `plan-${at}`),
        { attribute: 'country', operator: 'in', value: Array.from({ length: 60 }, (_, n) => `country-${n}`) },
      ],
      serve_variation: 'on',
      rollout: { percentage: 50 },
    })),
  },
  {
    key: 'six-levels-deep',
    variations: { on: true, off: false },
    default_variation: 'off',
    rules: [{ priority: 1, conditions: [deep(6)], serve_variation: 'on' }],
  },
  {
    key: 'right-to-left',
    description: 'مفتاح الدفع الجديد (v2) — לקופה החדשה',
    variations: { on: 'تشغيل (1)', off: 'כבוי [2]' },
    default_variation: 'off',
    tags: ['مدفوعات', 'תשלומים'],
    rules: [
      { priority: 1, conditions: [is('المدينة', 'القاهرة (مصر)')], serve_variation: 'on' },
      { priority: 2, conditions: [], serve_variation: 'on', rollout: { percentage: 20 } },
    ],
  },
  {
    key: 'several-open-rules',
    variations: { a: 'a', b: 'b', c: 'c' },
    default_variation: 'c',
    rules: [
      { priority: 1, conditions: [], serve_variation: 'a', rollout: { percentage: 30 } },
      { priority: 2, conditions: [], serve_variation: 'b', rollout: { percentage: 70 } },
    ],
  },
];

/** Puts them into the world's shop. */
export const addHardFlags = async (world: World): Promise<HardFlags> => {
  for (const flag of FLAGS) {
    await world.api('POST', `/apps/${world.shop}/flags`, { enabled: true, ...flag });
  }
  const page = (key: string) => `/apps/${world.shop}/flags/${key}`;
  return {
    paths: {
      'hard-long': page(KEY),
      'hard-json': page('three-kilobytes-of-json'),
      'hard-json-variations': `${page('three-kilobytes-of-json')}?tab=variations`,
      'hard-variations': page('forty-variations'),
      'hard-variations-list': `${page('forty-variations')}?tab=variations`,
      'hard-rules': page('twenty-five-rules'),
      'hard-deep': page('six-levels-deep'),
      'hard-right-to-left': page('right-to-left'),
      'hard-open-rules': page('several-open-rules'),
    },
  };
};
