import { once } from 'node:events';
import { InMemStorageProvider, Unleash, type UnleashConfig } from 'unleash-client';
import { ADDRESSES, NUMBERS, people, TEXTS, VERSIONS } from './people.ts';
import { CALLERS_DEFAULT, type Peer, plainAnswer } from './proof.ts';
import type { Random } from './random.ts';

const constraint = (random: Random): Readonly<Record<string, unknown>> => {
  const of = (contextName: string, operator: string, rest: object) => ({
    contextName,
    operator,
    ...rest,
    inverted: random.chance(0.3),
    caseInsensitive: random.chance(0.2),
  });
  const text = random.pick(Object.keys(TEXTS) as (keyof typeof TEXTS)[]);
  switch (random.below(9)) {
    case 0: {
      const number = random.pick(Object.keys(NUMBERS) as (keyof typeof NUMBERS)[]);
      const operator = random.pick(['NUM_EQ', 'NUM_GT', 'NUM_GTE', 'NUM_LT', 'NUM_LTE']);
      return of(number, operator, { value: String(random.pick<number>(NUMBERS[number])) });
    }
    case 1: {
      const operator = random.pick(['SEMVER_EQ', 'SEMVER_GT', 'SEMVER_GTE', 'SEMVER_LT', 'SEMVER_LTE']);
      return of('appVersion', operator, { value: random.pick(VERSIONS.appVersion) });
    }
    case 2:
      return of('email', 'REGEX', { value: random.pick(['^ada', 'example\\.ORG$', '[0-9]+']) });
    case 3:
      return of('remoteAddress', 'IN_CIDR', {
        values: random.some(['10.0.0.0/8', '192.168.1.7', '8.8.0.0/16'], 2),
      });
    case 4:
    case 5: {
      const operator = random.pick(['STR_STARTS_WITH', 'STR_ENDS_WITH', 'STR_CONTAINS']);
      return of(text, operator, { values: random.some(['p', 'ro', 'E', '.com', 'null'], 2) });
    }
    case 6:
      return random.chance(0.1)
        ? of('currentTime', 'DATE_AFTER', { value: '2026-01-01T00:00:00Z' })
        : of('userId', 'IN', { values: ['user-0', 'user-7919'] });
    default:
      return of(text, random.pick(['IN', 'NOT_IN']), {
        values: random.some<string>(TEXTS[text], 1 + random.below(3)),
      });
  }
};

const payload = (random: Random, kind: string, name: string) => {
  if (kind === 'json')
    return { payload: { type: 'json', value: JSON.stringify({ name, size: name.length }) } };
  if (kind === 'text' && random.chance(0.7))
    return { payload: { type: 'string', value: `value of ${name}` } };
  return {};
};

const variants = (random: Random, kind: string, names: readonly string[], overrides: boolean) => {
  const weights = random.pick([
    [500, 300, 200],
    [1000, 0, 0],
    [334, 333, 333],
  ]);
  return names.map((name, index) => ({
    name,
    weight: weights[index] ?? 0,
    weightType: 'variable',
    stickiness: random.pick(['default', 'userId']),
    ...payload(random, kind, name),
    ...(overrides && index === 1 ? { overrides: [{ contextName: 'plan', values: ['pro', 'team'] }] } : {}),
  }));
};

const strategy = (random: Random, index: number, kind: string | null) => {
  const rollout = String(random.pick([0, 1, 25, 33.5, 50, 99, 100]));
  const groupId = `group-${random.below(20)}`;
  const name = random.pick([
    ...['default', 'flexibleRollout', 'flexibleRollout', 'flexibleRollout', 'userWithId', 'remoteAddress'],
    ...['gradualRolloutUserId', 'gradualRolloutSessionId', 'flexibleRollout'],
  ]);
  const parameters = {
    rollout,
    percentage: rollout,
    groupId,
    stickiness: random.pick([
      'default',
      'default',
      'userId',
      'company',
      random.chance(0.3) ? 'random' : 'sessionId',
    ]),
    userIds: 'user-0, user-7919,user-15838',
    IPs: `${random.pick(ADDRESSES.remoteAddress)}, 10.1.0.0/16`,
  };
  return {
    name: random.chance(0.02) ? 'ourOwnStrategy' : name,
    sortOrder: index,
    parameters,
    constraints: random.list(0, 2, () => constraint(random)),
    segments: random.chance(0.2) ? [1 + random.below(4)] : [],
    ...(kind !== null && random.chance(0.6)
      ? { variants: variants(random, kind, ['a', 'b', 'c'], random.chance(0.2)) }
      : {}),
  };
};

const feature = (random: Random, index: number) => {
  const kind = random.pick([null, null, 'text', 'json']);
  const parent = `feature-${random.below(6)}`;
  return {
    name: `feature-${index}`,
    type: 'release',
    enabled: random.chance(0.9),
    strategies: random.list(0, 3, (which) => strategy(random, which, kind)),
    ...(kind !== null && random.chance(0.7)
      ? { variants: variants(random, kind, ['a', 'b', 'd'], random.chance(0.4)) }
      : {}),
    ...(index > 6 && random.chance(0.15)
      ? {
          dependencies: [
            {
              feature: parent,
              enabled: random.chance(0.7),
              ...(random.chance(0.2) ? { variants: ['a'] } : {}),
            },
          ],
        }
      : {}),
  };
};

const generate = (random: Random, count: number) => ({
  version: 2,
  features: Array.from({ length: count }, (_, index) => feature(random, index)),
  segments: Array.from({ length: 4 }, (_, index) => ({
    id: index + 1,
    name: `Segment ${index + 1}`,
    constraints: index === 0 ? [] : random.list(1, 2, () => ({ ...constraint(random) })),
  })),
});

export const unleash = async (random: Random, flags: number, count: number): Promise<Peer> => {
  const document = generate(random, flags);
  const { features: data, segments } = document;
  const client = new Unleash({
    // Nobody is asked: without an interval the SDK goes by what it is started with.
    url: 'http://127.0.0.1:9/',
    refreshInterval: 0,
    appName: 'proof',
    disableMetrics: true,
    skipInstanceCountWarning: true,
    storageProvider: new InMemStorageProvider(),
    // Its types have stricter names for what is generated.
    bootstrap: { data, segments } as unknown as NonNullable<UnleashConfig['bootstrap']>,
  });
  client.on('warn', () => {});
  await once(client, 'ready');
  const features = new Map(document.features.map((each) => [each.name, each]));
  const hasVariants = (key: string): boolean => {
    const found = features.get(key);
    return (
      found?.variants !== undefined ||
      (found?.strategies.some((each) => each.variants !== undefined) ?? false)
    );
  };
  // Whoever has nothing to be hashed by is decided at random there: everybody has an id.
  return {
    vendor: 'unleash',
    sdk: 'unleash-client',
    document,
    people: people(random, count),
    contextOf: ({ id, attributes }) => ({ targetingKey: id, ...attributes }),
    ask: (key, { id, attributes }) => {
      const { sessionId, remoteAddress, ...properties } = attributes;
      const context = {
        userId: id,
        ...(typeof sessionId === 'string' ? { sessionId } : {}),
        ...(typeof remoteAddress === 'string' ? { remoteAddress } : {}),
        // The type says strings; people send what they have.
        properties: properties as Record<string, string>,
      };
      if (!hasVariants(key)) return JSON.stringify(client.isEnabled(key, context));
      const variant = client.getVariant(key, context);
      if (!variant.enabled) return 'disabled';
      const { name, payload: sent } = variant;
      return sent?.type === 'json'
        ? JSON.stringify(JSON.parse(sent.value))
        : JSON.stringify(sent?.value ?? name);
    },
    answerOf: (evaluation, key) => {
      const answer = plainAnswer(evaluation);
      const nothing = evaluation.kind === 'served' && evaluation.variant === 'disabled';
      return hasVariants(key) && (nothing || answer === CALLERS_DEFAULT) ? 'disabled' : answer;
    },
    close: () => client.destroy(),
  };
};
