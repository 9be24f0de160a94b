import { Unleash } from 'unleash-client';
import { type Load, versionOf } from '../subject.ts';
import { COMPANIES, MEMBERS, type Workload } from '../workloads.ts';

const constraint = (contextName: string, operator: string, ...values: string[]) => ({
  contextName,
  operator,
  values,
  inverted: false,
  caseInsensitive: false,
});

const strategy = (...constraints: object[]) => ({ name: 'default', parameters: {}, constraints });

const STRATEGIES: Readonly<Record<Workload, readonly object[]>> = {
  // No strategy at all means on, so a flag that is off for everyone is a disabled one.
  F1: [],
  F2: [
    strategy(constraint('plan', 'IN', 'enterprise'), constraint('region', 'IN', 'us')),
    strategy(constraint('email', 'STR_ENDS_WITH', '@example.com')),
  ],
  F3: [
    {
      name: 'flexibleRollout',
      parameters: { rollout: '25', stickiness: 'userId', groupId: 'f3' },
      constraints: [],
    },
  ],
  F4: COMPANIES.map((company) =>
    strategy(constraint('company', 'IN', company), constraint('device', 'IN', 'mobile')),
  ),
  F5: [strategy(constraint('userId', 'IN', ...MEMBERS))],
};

export const loadUnleash: Load = async (wanted) => {
  const features = wanted.map(({ key, workload }) => ({
    name: key,
    type: 'release',
    enabled: workload !== 'F1',
    strategies: STRATEGIES[workload],
    impressionData: false,
    variants: [],
  }));
  const unleash = new Unleash({
    appName: 'bench',
    url: 'http://127.0.0.1:1/',
    refreshInterval: 0,
    disableMetrics: true,
    skipInstanceCountWarning: true,
    // What the bench gives it; its types ask for more than it reads.
    bootstrap: { data: features as never },
    storageProvider: { get: async () => undefined, set: async () => undefined },
  });
  unleash.on('error', () => undefined);
  unleash.on('warn', () => undefined);
  await new Promise((resolve) => unleash.once('ready', resolve));
  return {
    name: 'unleash-client',
    version: versionOf('unleash-client'),
    prepare: ({ targetingKey, ...properties }) => ({ userId: targetingKey, properties }),
    decide: (key) => (context) => unleash.isEnabled(key, context),
    close: () => unleash.destroy(),
  };
};
