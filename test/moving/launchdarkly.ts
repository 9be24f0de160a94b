import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { init, type LDContext } from '@launchdarkly/node-server-sdk';
import { FileDataSourceFactory } from '@launchdarkly/node-server-sdk/integrations';
import { BOOLEANS, DATES, LISTS, NUMBERS, type Person, people, TEXTS, VERSIONS } from './people.ts';
import { CALLERS_DEFAULT, type Peer, plainAnswer } from './proof.ts';
import type { Random } from './random.ts';

type Clause = Readonly<Record<string, unknown>>;

const clause = (random: Random, segments: readonly string[]): Clause => {
  const negate = random.chance(0.25);
  const of = (attribute: string, op: string, values: readonly unknown[]): Clause => ({
    attribute,
    op,
    values,
    ...(negate ? { negate } : {}),
    ...(random.chance(0.5) ? { contextKind: 'user' } : {}),
  });
  const text = random.pick(Object.keys(TEXTS) as (keyof typeof TEXTS)[]);
  switch (random.below(12)) {
    case 0:
      return of('groups', 'in', random.some(LISTS.groups, 1 + random.below(2)));
    case 1: {
      const number = random.pick(Object.keys(NUMBERS) as (keyof typeof NUMBERS)[]);
      const op = random.pick(['lessThan', 'lessThanOrEqual', 'greaterThan', 'greaterThanOrEqual', 'in']);
      return of(number, op, random.some<number>(NUMBERS[number], 1 + random.below(2)));
    }
    case 2:
      return of('beta', 'in', [random.pick(BOOLEANS.beta)]);
    case 3: {
      const op = random.pick(['semVerEqual', 'semVerLessThan', 'semVerGreaterThan']);
      return of('appVersion', op, [random.pick([...VERSIONS.appVersion, '2', '1.2', 'not a version'])]);
    }
    case 4:
      return of('signedUp', random.pick(['before', 'after']), random.some(DATES.signedUp, 1));
    case 5:
      return of('email', random.pick(['matches']), [random.pick(['^ada@', 'example\\.(com|org)$', '[0-9]'])]);
    case 6:
      return {
        op: 'segmentMatch',
        attribute: 'key',
        values: random.some(segments, 1 + random.below(2)),
        negate,
      };
    case 7:
      return { ...of('/address/city', 'in', ['Berlin', 'Paris']), contextKind: 'user' };
    case 8:
      return {
        ...of('key', 'in', ['user-0', 'user-7919', 'org-1']),
        contextKind: random.pick(['user', 'org']),
      };
    case 9:
      return of(text, random.pick(['startsWith', 'endsWith', 'contains']), [
        random.pick(['p', 'm', 'e', 'example.com']),
      ]);
    default:
      return of(text, 'in', random.some<string>(TEXTS[text], 1 + random.below(3)));
  }
};

const served = (random: Random, count: number): Readonly<Record<string, unknown>> => {
  if (random.chance(0.5)) return { variation: random.below(count) };
  const cut = random.pick([0, 10_000, 33_333, 50_000, 99_999]);
  const rest = 100_000 - cut;
  const middle = Math.floor(rest / 3);
  const variations = [
    { variation: 0, weight: cut },
    { variation: random.below(count), weight: middle },
    { variation: count - 1, weight: rest - middle },
  ];
  return {
    rollout: {
      variations,
      ...(random.chance(0.3) ? { seed: random.below(1000) + 1 } : {}),
      ...(random.chance(0.2) ? { kind: 'experiment' } : {}),
      ...(random.chance(0.2) ? { bucketBy: 'company' } : {}),
      ...(random.chance(0.2) ? { contextKind: random.pick(['user', 'org']) } : {}),
    },
  };
};

const VALUES = [
  [true, false],
  ['red', 'green', 'blue'],
  [1, 2, 3.5],
  [{ limit: 1 }, { limit: 2, list: [1] }, ['a']],
] as const;

const flag = (random: Random, index: number, segments: readonly string[]) => {
  const variations: readonly unknown[] = random.chance(0.04) ? ['text', 1, true] : random.pick(VALUES);
  const count = variations.length;
  return {
    key: `flag-${index}`,
    version: 1,
    on: random.chance(0.9),
    salt: `salt-${random.below(100)}`,
    variations,
    offVariation: random.chance(0.8) ? random.below(count) : null,
    fallthrough: served(random, count),
    targets: random.chance(0.3)
      ? [
          { variation: 0, values: ['user-0', 'user-15838'] },
          { variation: count - 1, values: ['user-7919'] },
        ]
      : [],
    contextTargets: random.chance(0.15)
      ? [
          { contextKind: 'org', variation: 1, values: ['org-1'] },
          { contextKind: 'user', variation: 0, values: [] },
        ]
      : [],
    prerequisites:
      index > 5 && random.chance(0.15)
        ? [{ key: `flag-${random.below(5)}`, variation: random.below(2) }]
        : [],
    rules: random.list(0, 3, (rule) => ({
      id: `rule-${rule}`,
      clauses: random.list(1, 3, () => clause(random, segments)),
      ...served(random, count),
    })),
  };
};

const segment = (random: Random, index: number, others: readonly string[]) => ({
  key: `segment-${index}`,
  version: 1,
  salt: 'pepper',
  included: random.some(['user-0', 'user-7919', 'user-15838'], random.below(3)),
  excluded: random.some(['user-23757', 'user-31676', 'user-0'], random.below(3)),
  ...(random.chance(0.3)
    ? {
        includedContexts: [{ contextKind: 'org', values: ['org-1'] }],
        excludedContexts: [{ contextKind: 'org', values: ['org-2'] }],
      }
    : {}),
  rules: random.list(0, 2, () => ({
    clauses: random.list(1, 2, () => {
      const made = clause(random, others.length === 0 ? ['segment-0'] : others);
      return made['op'] === 'segmentMatch' && others.length === 0
        ? { attribute: 'plan', op: 'in', values: ['pro'] }
        : made;
    }),
    ...(random.chance(0.5)
      ? { weight: random.pick([0, 25_000, 100_000]), ...(random.chance(0.3) ? { bucketBy: 'company' } : {}) }
      : {}),
  })),
});

const generate = (random: Random, count: number) => {
  const segments = Array.from({ length: 10 }, (_, index) =>
    segment(random, index, index < 3 ? [] : ['segment-0', 'segment-1']),
  );
  const keys = segments.map(({ key }) => key);
  const flags = Array.from({ length: count }, (_, index) => flag(random, index, keys));
  return {
    flags: Object.fromEntries(flags.map((each) => [each.key, each])),
    segments: Object.fromEntries(segments.map((each) => [each.key, each])),
  };
};

/** Every third person comes with an organization, and some organizations come alone. */
const orgOf = ({ id }: Person): string | null => {
  const number = Number(id.slice(5)) / 7919;
  return number % 3 === 0 ? `org-${number % 4}` : null;
};
const isAlone = ({ id }: Person): boolean => (Number(id.slice(5)) / 7919) % 12 === 0;

export const launchDarkly = async (random: Random, flags: number, count: number): Promise<Peer> => {
  const document = generate(random, flags);
  const directory = await mkdtemp(join(tmpdir(), 'moving-'));
  const file = join(directory, 'flags.json');
  await writeFile(file, JSON.stringify(document));
  const silent = { debug() {}, info() {}, warn() {}, error() {} };
  const client = init('sdk-key', {
    updateProcessor: new FileDataSourceFactory({ paths: [file] }).getFactory(),
    sendEvents: false,
    logger: silent,
  });
  await client.waitForInitialization({ timeout: 10 });
  return {
    vendor: 'launchdarkly',
    sdk: '@launchdarkly/node-server-sdk',
    document,
    people: people(random, count),
    contextOf: (person) => {
      const org = orgOf(person);
      if (org !== null && isAlone(person)) return { org: { key: org } };
      return {
        targetingKey: person.id,
        ...person.attributes,
        ...(org === null ? {} : { org: { key: org } }),
      };
    },
    ask: async (key, person) => {
      const org = orgOf(person);
      const user = { kind: 'user', key: person.id, ...person.attributes };
      const context: LDContext =
        org === null
          ? user
          : isAlone(person)
            ? { kind: 'org', key: org }
            : { kind: 'multi', user: { ...person.attributes, key: person.id }, org: { key: org } };
      const value: unknown = await client.variation(key, context, CALLERS_DEFAULT);
      return value === CALLERS_DEFAULT ? CALLERS_DEFAULT : JSON.stringify(value);
    },
    answerOf: plainAnswer,
    close: async () => {
      client.close();
      await rm(directory, { recursive: true });
    },
  };
};
