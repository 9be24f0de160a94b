import { GrowthBookClient } from '@growthbook/growthbook';
import { type Load, versionOf } from '../subject.ts';
import { COMPANIES, MEMBERS, type Workload } from '../workloads.ts';

const RULES: Readonly<Record<Workload, readonly object[]>> = {
  F1: [],
  F2: [
    {
      condition: {
        $or: [{ plan: 'enterprise', region: 'us' }, { email: { $regex: '@example\\.com$' } }],
      },
      force: true,
    },
  ],
  F3: [{ coverage: 0.25, hashAttribute: 'targetingKey', force: true }],
  F4: COMPANIES.map((company) => ({ condition: { company, device: 'mobile' }, force: true })),
  F5: [{ condition: { targetingKey: { $in: MEMBERS } }, force: true }],
};

export const loadGrowthBook: Load = (wanted) => {
  const features = Object.fromEntries(
    wanted.map(({ key, workload }) => [key, { defaultValue: false, rules: RULES[workload] }]),
  );
  const client = new GrowthBookClient().initSync({ payload: JSON.parse(JSON.stringify({ features })) });
  return {
    name: '@growthbook/growthbook',
    version: versionOf('@growthbook/growthbook'),
    prepare: (context) => ({ attributes: context }),
    decide: (key) => (user) => client.isOn(key, user),
    close: () => client.destroy(),
  };
};
