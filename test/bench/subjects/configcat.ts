import { createConsoleLogger, getClient, LogLevel, PollingMode, User } from 'configcat-node';
import { type Load, versionOf } from '../subject.ts';
import { COMPANIES, MEMBERS, type Workload } from '../workloads.ts';

// Comparators of its configuration format: plain (not hashed) texts.
const EQUALS = 28;
const ENDS_WITH_ANY_OF = 32;
const IS_ONE_OF = 0;

const on = { v: { b: true }, i: 'on' };
const off = { v: { b: false }, i: 'off' };
const equals = (attribute: string, text: string) => ({ u: { a: attribute, c: EQUALS, s: text } });

const RULES: Readonly<Record<Workload, object>> = {
  F1: {},
  F2: {
    r: [
      { c: [equals('plan', 'enterprise'), equals('region', 'us')], s: on },
      { c: [{ u: { a: 'Email', c: ENDS_WITH_ANY_OF, l: ['@example.com'] } }], s: on },
    ],
  },
  F3: {
    p: [
      { p: 25, ...on },
      { p: 75, ...off },
    ],
  },
  F4: {
    r: COMPANIES.map((company) => ({ c: [equals('company', company), equals('device', 'mobile')], s: on })),
  },
  F5: { r: [{ c: [{ u: { a: 'Identifier', c: IS_ONE_OF, l: MEMBERS } }], s: on }] },
};

export const loadConfigCat: Load = async (wanted) => {
  const settings = wanted.map(({ key, workload }) => [key, { t: 0, ...off, ...RULES[workload] }]);
  const config = JSON.stringify({
    p: { u: 'https://127.0.0.1', r: 0, s: 'salt' },
    f: Object.fromEntries(settings),
  });
  const stored = `${Date.now()}\netag\n${config}`;
  const client = getClient(`${'bench'.padEnd(22, '0')}/${'key'.padEnd(22, '0')}`, PollingMode.ManualPoll, {
    cache: { get: () => stored, set: () => undefined },
    offline: true,
    logger: createConsoleLogger(LogLevel.Off),
  });
  await client.waitForReady();
  await client.getValueAsync(wanted[0]?.key ?? '', false);
  const snapshot = client.snapshot();
  return {
    name: 'configcat-node',
    version: versionOf('configcat-node'),
    prepare: ({ targetingKey, email, ...custom }) =>
      new User(targetingKey, email, undefined, Object.fromEntries(Object.entries(custom))),
    decide: (key) => (user) => snapshot.getValue(key, false, user),
    close: () => client.dispose(),
  };
};
