import { type FeatureDefinition, GrowthBook } from '@growthbook/growthbook';
import { BOOLEANS, LISTS, NUMBERS, people, TEXTS, VERSIONS } from './people.ts';
import { CALLERS_DEFAULT, type Peer, plainAnswer } from './proof.ts';
import type { Random } from './random.ts';

const comparison = (random: Random): Readonly<Record<string, unknown>> => {
  const text = random.pick(Object.keys(TEXTS) as (keyof typeof TEXTS)[]);
  const number = random.pick(Object.keys(NUMBERS) as (keyof typeof NUMBERS)[]);
  const some = random.some<string>(TEXTS[text], 1 + random.below(2));
  switch (random.below(14)) {
    case 0:
      return { [number]: random.pick<number>(NUMBERS[number]) };
    case 1:
      return {
        [number]: {
          [random.pick(['$lt', '$lte', '$gt', '$gte', '$eq', '$ne'])]: random.pick<number>(NUMBERS[number]),
        },
      };
    case 2:
      return { beta: random.pick(BOOLEANS.beta) };
    case 3:
      return {
        appVersion: {
          [random.pick(['$veq', '$vne', '$vgt', '$vgte', '$vlt', '$vlte'])]: random.pick(VERSIONS.appVersion),
        },
      };
    case 4:
      return {
        email: {
          [random.pick(['$regex', '$regexi'])]: random.pick(['^ada', 'EXAMPLE\\.org$', 'nul', '[0-9]']),
        },
      };
    case 5:
      return { groups: { [random.pick(['$in', '$nin'])]: random.some(LISTS.groups, 2) } };
    case 6:
      return { [text]: { [random.pick(['$in', '$nin'])]: random.chance(0.2) ? [...some, null] : some } };
    case 7:
      return { [text]: { [random.pick(['$ini', '$nini'])]: ['PRO', 'DE', 'ada@EXAMPLE.com'] } };
    case 8:
      return { [text]: { $exists: random.chance(0.5) } };
    case 9:
      return { [text]: { $not: { $in: some } } };
    case 10:
      return { id: { [random.pick(['$inGroup', '$notInGroup'])]: 'team' } };
    case 11:
      return random.chance(0.15) ? { groups: { $size: 2 } } : { 'address.city': 'Berlin' };
    case 12:
      return { [text]: { [random.pick(['$eq', '$ne'])]: random.pick<string>(TEXTS[text]) } };
    default:
      return { [text]: random.pick<string>(TEXTS[text]) };
  }
};

const condition = (random: Random, depth = 0): Readonly<Record<string, unknown>> => {
  const kind = random.next();
  if (depth > 1 || kind < 0.5) return Object.assign({}, ...random.list(1, 2, () => comparison(random)));
  if (kind < 0.6) return { $not: condition(random, depth + 1) };
  return { [random.pick(['$or', '$and', '$nor'])]: random.list(1, 3, () => condition(random, depth + 1)) };
};

const hashing = (random: Random) => ({
  ...(random.chance(0.4) ? { hashAttribute: random.pick(['id', 'company']) } : {}),
  ...(random.chance(0.5) ? { seed: `seed-${random.below(20)}` } : {}),
  ...(random.chance(0.7) ? { hashVersion: random.pick([1, 2]) } : {}),
});

const rule = (random: Random, index: number, values: readonly unknown[]) => {
  const parent = {
    id: `feature-${random.below(5)}`,
    condition: { value: random.pick([true, 'red', { $exists: true }, { $ne: 1 }]) },
  };
  const common = {
    ...(random.chance(0.6) ? { condition: condition(random) } : {}),
    ...(index > 5 && random.chance(0.1) ? { parentConditions: [parent] } : {}),
    ...(random.chance(0.1)
      ? {
          filters: [
            {
              attribute: 'id',
              seed: 'holdout',
              hashVersion: 2,
              ranges: [
                [0.1, 0.55],
                [0.7, 1],
              ],
            },
          ],
        }
      : {}),
  };
  if (random.chance(0.5)) {
    return {
      ...common,
      force: random.pick(values),
      ...(random.chance(0.5)
        ? { coverage: random.pick([0, 0.1, 0.333, 0.5, 0.999, 1]), ...hashing(random) }
        : {}),
    };
  }
  const variations = random.some(values, 3);
  return {
    ...common,
    ...hashing(random),
    variations,
    ...(random.chance(0.5) ? { key: `experiment-${random.below(9)}` } : {}),
    ...(random.chance(0.5) ? { coverage: random.pick([0.1, 0.5, 0.77, 1]) } : {}),
    ...(random.chance(0.5) ? { weights: variations.length === 3 ? [0.2, 0.3, 0.5] : [0.35, 0.65] } : {}),
    ...(random.chance(0.2)
      ? {
          ranges: [
            [0, 0.31],
            [0.3, 0.6],
          ],
        }
      : {}),
    ...(random.chance(0.2) ? { namespace: ['checkout', 0.2, 0.8] } : {}),
    ...(random.chance(0.15)
      ? { meta: variations.map((_, at) => ({ key: `${at}`, passthrough: at === 0 })) }
      : {}),
  };
};

const VALUES = [
  [true, false],
  ['red', 'green', 'blue'],
  [1, 2, 0.5],
  [{ limit: 1 }, { limit: 2, list: [1] }, ['a']],
] as const;

const feature = (random: Random, index: number) => {
  const values: readonly unknown[] = random.chance(0.04) ? ['text', 1, true] : random.pick(VALUES);
  const gate = {
    parentConditions: [
      { id: `feature-${random.below(5)}`, condition: { value: { $in: [true, 'red', 1] } }, gate: true },
    ],
  };
  const rules = random.list(0, 3, () => rule(random, index, values));
  return {
    defaultValue: random.pick(values),
    rules: index > 5 && random.chance(0.1) ? [gate, ...rules] : rules,
  };
};

const generate = (random: Random, count: number) => ({
  features: Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`feature-${index}`, feature(random, index)]),
  ),
  savedGroups: { team: ['user-0', 'user-7919', 'user-15838'] },
});

export const growthBook = (random: Random, flags: number, count: number): Peer => {
  const document = generate(random, flags);
  const everybody = people(random, count);
  const clients = new Map(
    everybody.map((person) => [
      person,
      new GrowthBook({
        // Its types are narrower than what is generated.
        features: document.features as unknown as Record<string, FeatureDefinition>,
        savedGroups: document.savedGroups,
        attributes: { id: person.id, ...person.attributes },
      }),
    ]),
  );
  return {
    vendor: 'growthbook',
    sdk: '@growthbook/growthbook',
    document,
    people: everybody,
    contextOf: ({ id, attributes }) => ({ targetingKey: id, ...attributes }),
    ask: (key, person) => {
      const value: unknown = clients.get(person)?.evalFeature(key).value;
      return value === null || value === undefined ? CALLERS_DEFAULT : JSON.stringify(value);
    },
    answerOf: plainAnswer,
    close: () => {
      for (const client of clients.values()) client.destroy();
    },
  };
};
