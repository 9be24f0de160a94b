import { createInstance } from '@featurevisor/sdk';
import { type Load, versionOf } from '../subject.ts';
import { COMPANIES, MEMBERS, type Workload } from '../workloads.ts';

const equals = (attribute: string, value: string) => ({ attribute, operator: 'equals', value });

const company = (name: string) => [equals('company', name), equals('device', 'mobile')];

const SEGMENTS = {
  f2: {
    conditions: [
      {
        or: [
          { and: [equals('plan', 'enterprise'), equals('region', 'us')] },
          { attribute: 'email', operator: 'endsWith', value: '@example.com' },
        ],
      },
    ],
  },
  f5: { conditions: [{ attribute: 'targetingKey', operator: 'in', value: MEMBERS }] },
  ...Object.fromEntries(COMPANIES.map((name) => [name, { conditions: company(name) }])),
};

const traffic = (key: string, segments: string, percentage: number) => ({ key, segments, percentage });

const TRAFFIC: Readonly<Record<Workload, readonly object[]>> = {
  F1: [traffic('nobody', '*', 0)],
  F2: [traffic('match', 'f2', 100_000)],
  F3: [traffic('ramp', '*', 25_000)],
  F4: COMPANIES.map((name) => traffic(name, name, 100_000)),
  F5: [traffic('match', 'f5', 100_000)],
};

export const loadFeaturevisor: Load = (wanted) => {
  const features = Object.fromEntries(
    wanted.map(({ key, workload }) => [key, { key, bucketBy: 'targetingKey', traffic: TRAFFIC[workload] }]),
  );
  const instance = createInstance({
    logLevel: 'fatal',
    datafile: JSON.parse(JSON.stringify({ schemaVersion: '2', revision: '1', segments: SEGMENTS, features })),
  });
  return {
    name: '@featurevisor/sdk',
    version: versionOf('@featurevisor/sdk'),
    prepare: (context) => context,
    decide: (key) => (context) => instance.isEnabled(key, context),
    decideAll: (context) => Object.keys(instance.getAllEvaluations(context)).length,
  };
};
