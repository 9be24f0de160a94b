import { init } from '@launchdarkly/node-server-sdk';
import { TestData } from '@launchdarkly/node-server-sdk/integrations';
import { type Load, versionOf } from '../subject.ts';
import { COMPANIES, MEMBERS, type Workload } from '../workloads.ts';

const clause = (attribute: string, op: string, ...values: string[]) => ({
  contextKind: 'user',
  attribute,
  op,
  values,
  negate: false,
});

let ids = 0;
const rule = (...clauses: object[]) => {
  ids += 1;
  return { id: `rule-${ids}`, variation: 0, clauses, trackEvents: false };
};

const RULES: Readonly<Record<Workload, readonly object[]>> = {
  F1: [],
  F2: [
    rule(clause('plan', 'in', 'enterprise'), clause('region', 'in', 'us')),
    rule(clause('email', 'endsWith', '@example.com')),
  ],
  F3: [
    {
      ...rule(),
      variation: undefined,
      rollout: {
        contextKind: 'user',
        variations: [
          { variation: 0, weight: 25_000 },
          { variation: 1, weight: 75_000 },
        ],
      },
    },
  ],
  F4: COMPANIES.map((company) => rule(clause('company', 'in', company), clause('device', 'in', 'mobile'))),
  F5: [rule(clause('key', 'in', ...MEMBERS))],
};

const silent = {
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
};

export const loadLaunchDarkly: Load = async (wanted) => {
  const data = new TestData();
  for (const { key, workload } of wanted) {
    await data.usePreconfiguredFlag({
      key,
      version: 1,
      on: true,
      salt: key,
      variations: [true, false],
      fallthrough: { variation: 1 },
      offVariation: 1,
      rules: RULES[workload],
      targets: [],
      prerequisites: [],
      trackEvents: false,
    });
  }
  const client = init('sdk-offline', {
    updateProcessor: data.getFactory(),
    sendEvents: false,
    diagnosticOptOut: true,
    logger: silent,
  });
  await client.waitForInitialization({ timeout: 5 });
  return {
    name: '@launchdarkly/node-server-sdk',
    version: versionOf('@launchdarkly/node-server-sdk'),
    prepare: ({ targetingKey, ...attributes }) => ({ kind: 'user', key: targetingKey, ...attributes }),
    decide: (key) => (context) => client.variation(key, context, false),
    decideAll: async (context) => Object.keys((await client.allFlagsState(context)).allValues()).length,
    close: () => client.close(),
  };
};
