import { describe, expect, test } from 'vitest';
import { Problem } from '../model/problem.ts';
import { TRANSLATORS, type Vendor } from './index.ts';
import type { TranslateOptions } from './translation.ts';

const translate = (vendor: Vendor, document: unknown, options: TranslateOptions = {}) =>
  TRANSLATORS[vendor](document, options);

const issueOf = (vendor: Vendor, document: unknown, options: TranslateOptions = {}) => {
  try {
    translate(vendor, document, options);
  } catch (error) {
    if (error instanceof Problem) return error.issues[0];
    throw error;
  }
  throw new Error('nothing was refused');
};

const reportOf = (vendor: Vendor, document: unknown, options: TranslateOptions = {}) =>
  translate(vendor, document, options).report;

const DOCUMENTS = {
  launchdarkly: {
    flags: { a: { key: 'a', on: true, variations: [true, false], fallthrough: { variation: 0 } } },
  },
  unleash: { version: 2, features: [{ name: 'a', enabled: true, strategies: [] }] },
  flagd: { flags: { a: { state: 'ENABLED', variants: { on: true }, defaultVariant: 'on' } } },
  growthbook: { features: { a: { defaultValue: true } } },
  flagship: [{ key: 'a', enabled: true, variations: { on: true }, default_variation: 'on', rules: [] }],
} as const satisfies Readonly<Record<Vendor, unknown>>;

const VENDORS = Object.keys(DOCUMENTS) as readonly Vendor[];

describe('a document', () => {
  test.each(VENDORS)('of %s becomes a flag that says where it comes from', (vendor) => {
    const { flags, segments, report } = translate(vendor, DOCUMENTS[vendor]);
    expect(flags).toMatchObject([{ key: 'a', input: { metadata: { imported_from: vendor } } }]);
    expect(segments).toEqual([]);
    expect(report).toEqual([{ key: 'a', outcome: 'exact', notes: [] }]);
  });

  test.each(VENDORS.flatMap((from) => VENDORS.filter((to) => to !== from).map((to) => ({ from, to }))))(
    'of $from is refused as one of $to, with the place',
    ({ from, to }) => {
      const issue = issueOf(to, DOCUMENTS[from]);
      expect(issue).toMatchObject({ pointer: expect.any(String) });
      expect(issue?.message).toMatch(/expected /);
    },
  );

  test.each(VENDORS)('that is not even an object is refused as one of %s', (vendor) => {
    for (const document of [null, 'text', 7, [1]]) {
      expect(issueOf(vendor, document)?.message).toMatch(/ expected /);
    }
  });

  test.each([
    ['launchdarkly', { flags: { a: { on: 1, variations: [] } } }, '/flags/a/on', 'true or false'],
    ['unleash', { features: [{ name: 1, strategies: [] }] }, '/features/0/name', 'the name of a feature'],
    [
      'flagd',
      { flags: { 'a/b': { state: 'on', variants: {} } } },
      '/flags/a~1b/state',
      '"ENABLED" or "DISABLED"',
    ],
    ['growthbook', { encryptedFeatures: 'x.y' }, '/encryptedFeatures', 'a payload that is not encrypted'],
    ['flagship', [{ key: 'a' }], '/0', 'a flag with variations'],
  ] as const)('of %s that is malformed says where', (vendor, document, pointer, expected) => {
    const issue = issueOf(vendor, document);
    expect(issue?.pointer).toBe(pointer);
    expect(issue?.message).toContain(`; expected ${expected}`);
  });

  test('that has a flag or a segment twice is refused, and says which', () => {
    const [feature] = DOCUMENTS.unleash.features;
    expect(issueOf('unleash', { version: 2, features: [feature, feature] })).toEqual({
      pointer: '/features/1',
      message: 'The flag "a" is in the document twice; expected each flag once.',
    });
    expect(issueOf('flagship', [...DOCUMENTS.flagship, ...DOCUMENTS.flagship])?.pointer).toBe('/1');
  });

  test('of Unleash that does not know the environment turns nothing off', () => {
    const document = {
      ...DOCUMENTS.unleash,
      featureStrategies: [],
      featureEnvironments: [{ featureName: 'a', environment: 'production', enabled: true }],
    };
    expect(issueOf('unleash', document, { environment: 'prodution' })?.message).toContain(
      'expected one of the environments production as environment=KEY, which is prodution',
    );
  });

  test('with several environments wants to be told which', () => {
    const environment = { on: true, fallthrough: { variation: 0 } };
    const document = {
      items: [
        {
          key: 'a',
          variations: [
            { _id: '1', value: true, name: 'Yes!' },
            { _id: '2', value: false },
          ],
          environments: { production: environment, test: { ...environment, on: false } },
        },
      ],
    };
    expect(issueOf('launchdarkly', document)).toEqual({
      pointer: '/items/0/environments',
      message:
        '/items/0/environments is an object; expected one environment, or environment=KEY with one of production, test',
    });
    expect(translate('launchdarkly', document, { environment: 'test' }).flags).toMatchObject([
      { input: { enabled: false, variations: { Yes: true, false: false } } },
    ]);
  });
});

describe('a flag is refused', () => {
  test('by a key that cannot be kept, with the one that it would get', () => {
    expect(reportOf('growthbook', { features: { 'new check/out': { defaultValue: 1 } } })).toEqual([
      {
        key: 'new check/out',
        outcome: 'refused',
        notes: [
          {
            path: '/features/new check~1out',
            message: '"new check/out" is not a valid key here; the nearest valid one is "new-check-out"',
          },
        ],
      },
    ]);
  });

  test('where it, or what it reaches, names something that is not there', () => {
    const depends = (parent: string) => ({
      enabled: true,
      strategies: [],
      dependencies: [{ feature: parent }],
    });
    const document = {
      features: [
        { name: 'a', ...depends('b') },
        { name: 'b', enabled: true, strategies: [{ name: 'ours' }] },
      ],
    };
    expect(reportOf('unleash', document)).toMatchObject([
      {
        key: 'a',
        outcome: 'refused',
        notes: [{ message: 'the flag "b", which it depends on, cannot be imported' }],
      },
      { key: 'b', outcome: 'refused', notes: [{ path: '/features/1/strategies/0/name' }] },
    ]);
  });

  test('where prerequisites go in a circle, and whoever reaches it', () => {
    const behind = (key: string) => ({
      on: true,
      variations: [true, false],
      fallthrough: { variation: 0 },
      prerequisites: [{ key, variation: 0 }],
    });
    const { flags, report } = translate('launchdarkly', {
      flags: { a: behind('b'), b: behind('a'), c: behind('a') },
    });
    expect(flags).toEqual([]);
    expect(report.map(({ outcome }) => outcome)).toEqual(['refused', 'refused', 'refused']);
    expect(report[0]?.notes[0]?.message).toBe('flag a → flag b → flag a is a circle; expected none');
  });

  test.each([
    [
      'flagd',
      {
        flags: {
          a: {
            state: 'ENABLED',
            variants: { on: true },
            defaultVariant: 'on',
            targeting: { if: [{ '>': [{ var: '$flagd.timestamp' }, 1] }, 'on'] },
          },
        },
      },
      '/flags/a/targeting/if/0/>/0',
    ],
    [
      'flagd',
      {
        flags: {
          a: { state: 'ENABLED', variants: { on: true }, defaultVariant: 'on', targeting: { '+': [1, 2] } },
        },
      },
      '/flags/a/targeting',
    ],
    [
      'growthbook',
      {
        features: { a: { defaultValue: 1, rules: [{ condition: { tags: { $elemMatch: {} } }, force: 2 }] } },
      },
      '/features/a/rules/0/condition/tags/$elemMatch',
    ],
    [
      'unleash',
      {
        features: [
          {
            name: 'a',
            enabled: true,
            strategies: [
              { name: 'flexibleRollout', parameters: { rollout: 50, stickiness: 'random', groupId: 'a' } },
            ],
          },
        ],
      },
      '/features/0/strategies/0/parameters/stickiness',
    ],
    [
      'launchdarkly',
      { flags: { a: { on: true, variations: [1, 'x'], fallthrough: { variation: 0 } } } },
      '/flags/a/variations/1',
    ],
    [
      'launchdarkly',
      { flags: { a: { on: true, variations: [1], fallthrough: { variation: 3 } } } },
      '/flags/a/fallthrough/variation',
    ],
  ] as const)('of %s that cannot be said here, with the place (%#)', (vendor, document, path) => {
    expect(reportOf(vendor, document)).toMatchObject([{ outcome: 'refused', notes: [{ path }] }]);
  });
});

describe('a flag differs', () => {
  test('where one attribute is compared with values of two kinds', () => {
    const clause = { attribute: 'size', op: 'in', values: [1, 'L'] };
    const flag = {
      on: true,
      variations: [true, false],
      fallthrough: { variation: 1 },
      rules: [{ clauses: [clause], variation: 0 }],
    };
    const { flags, report } = translate('launchdarkly', { flags: { a: flag } });
    expect(flags).toHaveLength(1);
    expect(report).toEqual([
      {
        key: 'a',
        outcome: 'differs',
        notes: [
          {
            path: '/flags/a/rules/0/clauses/0/values/1',
            message:
              'size is compared with numbers and with strings; Halyard compares by text, so a value of one kind may count as the other',
          },
        ],
      },
    ]);
  });

  test('with a segment that it reaches, and with a flag', () => {
    const clause = { attribute: 'size', op: 'in', values: [1, 'L'] };
    const through = { clauses: [{ op: 'segmentMatch', values: ['s'] }], variation: 0 };
    const flag = { on: true, variations: [true, false], fallthrough: { variation: 1 } };
    const { report } = translate('launchdarkly', {
      flags: {
        a: { ...flag, rules: [through] },
        b: { ...flag, prerequisites: [{ key: 'a', variation: 0 }] },
        c: flag,
      },
      segments: { s: { key: 's', rules: [{ clauses: [clause] }] } },
    });
    expect(report.map(({ key, outcome }) => [key, outcome])).toEqual([
      ['a', 'differs'],
      ['b', 'differs'],
      ['c', 'exact'],
    ]);
  });

  test('from Flagship with a partial rollout and no account to hash by', () => {
    const flag = {
      key: 'a',
      enabled: true,
      variations: { on: true, off: false },
      default_variation: 'off',
      rules: [{ priority: 1, conditions: [], serve_variation: 'on', rollout: { percentage: 5 } }],
    };
    expect(reportOf('flagship', { flags: [flag] })).toMatchObject([{ outcome: 'differs' }]);
    const { flags, report } = translate('flagship', { flags: [flag] }, { flagshipAccount: 'cf-1' });
    expect(report).toMatchObject([{ outcome: 'exact' }]);
    expect(flags).toMatchObject([{ input: { bucketing: { hash: 'flagship', salt: 'cf-1:a' } } }]);
  });
});

test('old rules of Flagship lose their empty groups, and what comes after a rule for everybody', () => {
  const rule = (priority: number, conditions: readonly object[]) => ({
    priority,
    conditions,
    serve_variation: 'on',
  });
  const { flags, report } = translate('flagship', {
    result: [
      {
        key: 'a',
        enabled: true,
        variations: { on: true, off: false },
        default_variation: 'off',
        rules: [
          rule(2, [{ attribute: 'plan', operator: 'equals', value: 'pro' }]),
          rule(1, [{ logical_operator: 'AND', clauses: [{ logical_operator: 'OR', clauses: [] }] }]),
        ],
      },
    ],
  });
  expect(flags).toMatchObject([{ input: { rules: [{ priority: 1, conditions: [] }] } }]);
  expect(report).toEqual([
    {
      key: 'a',
      outcome: 'exact',
      notes: [
        { path: '/result/0/rules/1/conditions/0/clauses/0', message: 'is an empty group and is left out' },
        { path: '/result/0/rules/1/conditions/0', message: 'is an empty group and is left out' },
        {
          path: '/result/0/rules/0',
          message: 'comes after a rule for everybody, can never be reached and is left out',
        },
      ],
    },
  ]);
});

test('another attribute can be the one that identifies a person', () => {
  const flag = {
    on: true,
    variations: [true, false],
    fallthrough: { variation: 1 },
    rules: [{ clauses: [{ attribute: 'email', op: 'in', values: ['a@b.c'] }], variation: 0 }],
  };
  const { flags } = translate('launchdarkly', { flags: { a: flag } }, { targetingKey: 'email' });
  expect(flags).toMatchObject([
    {
      input: {
        rules: [{ conditions: [{ attribute: 'targetingKey', operator: 'equals', value: 'a@b.c' }] }, {}],
      },
    },
  ]);
});

test('5,000 flags are translated without looking at each other', () => {
  const flag = { on: true, variations: [true, false], fallthrough: { variation: 1 } };
  const flags = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`f-${index}`, flag]));
  expect(translate('launchdarkly', { flags }).flags).toHaveLength(5_000);
});
