import { FlagdCore } from '@openfeature/flagd-core';
import { type Load, versionOf } from '../subject.ts';
import { COMPANIES, MEMBERS, type Workload } from '../workloads.ts';

const value = (name: string) => ({ var: name });
const equals = (name: string, text: string) => ({ '===': [value(name), text] });

const TARGETING: Readonly<Record<Workload, object>> = {
  F1: {},
  F2: {
    if: [
      {
        or: [
          { and: [equals('plan', 'enterprise'), equals('region', 'us')] },
          { ends_with: [value('email'), '@example.com'] },
        ],
      },
      'on',
      'off',
    ],
  },
  F3: {
    fractional: [
      ['on', 25],
      ['off', 75],
    ],
  },
  F4: {
    if: [
      ...COMPANIES.flatMap((company) => [
        { and: [equals('company', company), equals('device', 'mobile')] },
        'on',
      ]),
      'off',
    ],
  },
  F5: { if: [{ in: [value('targetingKey'), MEMBERS] }, 'on', 'off'] },
};

export const loadFlagd: Load = (wanted) => {
  const core = new FlagdCore();
  const flags = wanted.map(({ key, workload }) => [
    key,
    {
      state: 'ENABLED',
      variants: { on: true, off: false },
      defaultVariant: 'off',
      ...(workload === 'F1' ? {} : { targeting: TARGETING[workload] }),
    },
  ]);
  core.setConfigurations(JSON.stringify({ flags: Object.fromEntries(flags) }));
  return {
    name: '@openfeature/flagd-core',
    version: versionOf('@openfeature/flagd-core'),
    prepare: (context) => context,
    decide: (key) => (context) => core.resolveBooleanEvaluation(key, false, context).value,
    decideAll: (context) => core.resolveAll(context).length,
  };
};
