import { FlagdCore } from '@openfeature/flagd-core';
import { BOOLEANS, NUMBERS, people, TEXTS, VERSIONS } from './people.ts';
import { CALLERS_DEFAULT, type Peer, plainAnswer } from './proof.ts';
import type { Random } from './random.ts';

const variable = (name: string) => ({ var: name });

const comparison = (random: Random): unknown => {
  const text = random.pick(Object.keys(TEXTS) as (keyof typeof TEXTS)[]);
  const number = random.pick(Object.keys(NUMBERS) as (keyof typeof NUMBERS)[]);
  const bound = random.pick<number>(NUMBERS[number]);
  switch (random.below(12)) {
    case 0:
      return { [random.pick(['==', '!=', '===', '!=='])]: [variable(number), bound] };
    case 1:
      return { [random.pick(['==', '!='])]: [variable('beta'), random.pick(BOOLEANS.beta)] };
    case 2: {
      const sides = [variable(number), bound];
      return { [random.pick(['<', '<=', '>', '>='])]: random.chance(0.3) ? sides.toReversed() : sides };
    }
    case 3:
      return { '<': [random.pick([-2, 0, 5]), variable(number), random.pick([1, 20, 100])] };
    case 4:
      return {
        sem_ver: [
          variable('appVersion'),
          random.pick(['=', '!=', '<', '<=', '>', '>=', '^', '~']),
          random.pick([...VERSIONS.appVersion, 'v2', '1.2']),
        ],
      };
    case 5:
      return {
        [random.pick(['starts_with', 'ends_with'])]: [variable(text), random.pick(['p', 'o', '.com', 'd'])],
      };
    case 6:
      return { in: [random.pick(['ex', 'r', 'e']), variable(text)] };
    case 7:
      return { in: [random.pick(['red', 'admin']), variable('groups')] };
    case 8:
      return { $ref: random.pick(['isGerman', 'isAdult']) };
    case 9:
      return random.chance(0.1)
        ? { '>': [variable('$flagd.timestamp'), 1_700_000_000] }
        : { in: [variable('address.city'), ['Berlin', 'Paris']] };
    case 10:
      return variable('staff');
    default:
      return random.chance(0.5)
        ? { in: [variable(text), random.some<string>(TEXTS[text], 2)] }
        : { [random.pick(['==', '!=', '===', '!=='])]: [variable(text), random.pick<string>(TEXTS[text])] };
  }
};

const condition = (random: Random, depth = 0): unknown => {
  if (depth > 1 || random.chance(0.5)) return comparison(random);
  if (random.chance(0.3)) return { '!': [condition(random, depth + 1)] };
  return { [random.pick(['and', 'or'])]: random.list(2, 3, () => condition(random, depth + 1)) };
};

const fractional = (random: Random, names: readonly string[]): unknown => {
  const weights = random.pick([
    [50, 50],
    [25, 75],
    [1, 2],
    [0, 1],
    [10, 90],
  ]);
  const buckets = weights.map((weight, index) => [names[index % names.length], weight]);
  const by = random.pick([
    [],
    [{ cat: [variable('$flagd.flagKey'), variable('targetingKey')] }],
    [{ cat: ['seed-', variable('company')] }],
    [variable('company')],
  ]);
  return { fractional: [...by, ...buckets] };
};

const outcome = (random: Random, names: readonly string[], depth = 0): unknown => {
  const kind = random.next();
  if (kind < 0.5) return random.pick(names);
  if (kind < 0.6) return null;
  if (kind < 0.8 || depth > 1) return fractional(random, names);
  return branches(random, names, depth + 1);
};

const branches = (random: Random, names: readonly string[], depth = 0): unknown => {
  const pairs = random.list(1, 2, () => [condition(random), outcome(random, names, depth)]).flat();
  return { if: random.chance(0.7) ? [...pairs, outcome(random, names, depth)] : pairs };
};

const VARIANTS = [
  { on: true, off: false },
  { true: true, false: false },
  { red: '#f00', green: '#0f0', blue: '#00f' },
  { one: 1, two: 2, half: 0.5 },
  { small: { limit: 1 }, large: { limit: 100, list: [1, 2] } },
] as const;

const flag = (random: Random) => {
  const variants = random.pick(VARIANTS);
  const names = Object.keys(variants);
  const isBoolean = 'true' in variants;
  return {
    state: random.chance(0.9) ? 'ENABLED' : 'DISABLED',
    variants,
    defaultVariant: random.chance(0.04) ? null : random.pick(names),
    ...(random.chance(0.85)
      ? { targeting: isBoolean && random.chance(0.5) ? comparisonOf(random) : branches(random, names) }
      : {}),
  };
};

/** Answers true or false, which are the names of its variants. */
const comparisonOf = (random: Random): unknown => {
  const made = comparison(random);
  return typeof made === 'object' && made !== null && ('var' in made || '$ref' in made)
    ? { '==': [variable('plan'), 'pro'] }
    : made;
};

const generate = (random: Random, count: number) => ({
  flags: Object.fromEntries(Array.from({ length: count }, (_, index) => [`flag-${index}`, flag(random)])),
  $evaluators: {
    isGerman: { '==': [variable('country'), 'de'] },
    isAdult: { and: [{ '>=': [variable('age'), 18] }, { '!=': [variable('plan'), 'free'] }] },
  },
});

const silent = { debug() {}, info() {}, warn() {}, error() {} };

export const flagd = (random: Random, flags: number, count: number): Peer => {
  const document = generate(random, flags);
  const core = new FlagdCore(undefined, silent);
  core.setConfigurations(JSON.stringify(document));
  return {
    vendor: 'flagd',
    sdk: '@openfeature/flagd-core',
    document,
    people: people(random, count),
    contextOf: ({ id, attributes }) => ({ targetingKey: id, ...attributes }),
    ask: (key, { id, attributes }) => {
      const found = core.getFlag(key);
      if (found?.state === 'DISABLED') return CALLERS_DEFAULT;
      const answer = found?.evaluate({ targetingKey: id, ...attributes } as never, silent);
      if (answer?.reason === 'ERROR') return `${answer.errorCode}: ${answer.errorMessage}`;
      return answer?.value === undefined ? CALLERS_DEFAULT : JSON.stringify(answer.value);
    },
    answerOf: plainAnswer,
    close: () => {},
  };
};
