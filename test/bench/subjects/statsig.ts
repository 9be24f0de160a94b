import { StatsigServer } from 'statsig-node';
import { type Load, versionOf } from '../subject.ts';
import { COMPANIES, MEMBERS, type Workload } from '../workloads.ts';

const condition = (type: string, field: string, operator: string, targetValue: unknown) => ({
  type,
  field,
  operator,
  targetValue,
  additionalValues: {},
  idType: 'userID',
  isDeviceBased: false,
});

const equals = (field: string, text: string) => condition('user_field', field, 'any_case_sensitive', [text]);

const everyone = condition('public', '', '', null);

const rule = (name: string, passPercentage: number, ...conditions: object[]) => ({
  name,
  id: name,
  salt: name,
  groupName: name,
  passPercentage,
  conditions,
  returnValue: true,
  idType: 'userID',
  isDeviceBased: false,
});

const RULES: Readonly<Record<Workload, readonly object[]>> = {
  F1: [],
  F2: [
    rule('plan', 100, equals('plan', 'enterprise'), equals('region', 'us')),
    rule('email', 100, condition('user_field', 'email', 'str_ends_with_any', ['@example.com'])),
  ],
  F3: [rule('ramp', 25, everyone)],
  F4: COMPANIES.map((company) => rule(company, 100, equals('company', company), equals('device', 'mobile'))),
  F5: [rule('members', 100, condition('unit_id', '', 'any_case_sensitive', MEMBERS))],
};

export const loadStatsig: Load = async (wanted) => {
  const gates = wanted.map(({ key, workload }) => ({
    name: key,
    type: 'feature_gate',
    salt: key,
    enabled: true,
    defaultValue: false,
    rules: RULES[workload],
    isDeviceBased: false,
    idType: 'userID',
    entity: 'feature_gate',
  }));
  const server = new StatsigServer('secret-bench', {
    localMode: true,
    disableDiagnostics: true,
    bootstrapValues: JSON.stringify({
      has_updates: true,
      time: 1,
      feature_gates: gates,
      dynamic_configs: [],
      layer_configs: [],
      id_lists: {},
    }),
  });
  await server.initializeAsync();
  return {
    name: 'statsig-node',
    version: versionOf('statsig-node'),
    prepare: ({ targetingKey, email, ...custom }) => ({ userID: targetingKey, email, custom }),
    decide: (key) => (user) => server.checkGateWithExposureLoggingDisabledSync(user, key),
    close: () => server.shutdown(),
  };
};
