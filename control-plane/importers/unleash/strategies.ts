import type { Bucketing } from '@halyard/engine';
import { OPERATORS } from '@halyard/engine';
import { anyAtom, inCidr, isIn, isMissing, presence, withMissing } from '../comparisons.ts';
import { refuse } from '../draft.ts';
import { ALWAYS, type Formula, NEVER } from '../formula.ts';
import type { Place } from '../place.ts';

/** Which people a strategy lets in, beside its constraints. */
export type Gate =
  | { readonly kind: 'formula'; readonly formula: Formula }
  /** The first of the attributes that is there is hashed; `percentage` is a whole number from 1 to 99. */
  | {
      readonly kind: 'share';
      readonly attributes: readonly string[];
      readonly percentage: number;
      readonly bucketing: Bucketing;
    };

const EVERYBODY: Gate = { kind: 'formula', formula: ALWAYS };
const NOBODY: Gate = { kind: 'formula', formula: NEVER };

export const gateOf = (strategy: Place, nameOf: (contextName: string) => string): Gate => {
  const parameters = strategy.get('parameters');
  const user = nameOf('userId');
  const name = strategy.get('name').text('the name of a strategy');
  switch (name) {
    case 'default':
      return EVERYBODY;
    case 'flexibleRollout':
      return flexibleRollout(parameters, nameOf);
    case 'gradualRolloutUserId':
      return gradual(parameters, user);
    case 'gradualRolloutSessionId':
      return gradual(parameters, nameOf('sessionId'));
    case 'userWithId': {
      const ids = splitList(parameters.get('userIds').textOr(''));
      return { kind: 'formula', formula: withMissing(isIn(user, ids), false) };
    }
    case 'remoteAddress':
      return { kind: 'formula', formula: addresses(parameters.get('IPs'), nameOf('remoteAddress')) };
    case 'gradualRolloutRandom':
      return rateOf(parameters.get('percentage')) >= 100
        ? EVERYBODY
        : refuse(strategy.path, 'is decided at random, which nothing is here');
    default:
      return refuse(
        strategy.get('name').path,
        `the strategy ${JSON.stringify(name)} is not one of Unleash's own; expected its rule as constraints`,
      );
  }
};

const splitList = (text: string): readonly string[] => (text === '' ? [] : text.split(/\s*,\s*/));

/** In whole percents, rounded down: that is how far Unleash's numbers reach. What is not a number lets nobody in. */
const rateOf = (rate: Place): number => {
  const { value } = rate;
  const number =
    typeof value === 'number' ? value : typeof value === 'string' && value.trim() !== '' ? Number(value) : 0;
  return Number.isNaN(number) ? 0 : Math.floor(Math.min(Math.max(number, 0), 100));
};

const flexibleRollout = (parameters: Place, nameOf: (contextName: string) => string): Gate => {
  const rate = rateOf(parameters.get('rollout'));
  const stickiness = parameters.get('stickiness').textOr('default') || 'default';
  if (rate === 0) return NOBODY;
  if (stickiness === 'default' || stickiness === 'random') {
    if (rate === 100) return EVERYBODY;
    if (stickiness === 'random') {
      return refuse(parameters.get('stickiness').path, 'is decided at random, which nothing is here');
    }
    return share(parameters, rate, [nameOf('userId'), nameOf('sessionId')]);
  }
  const attribute = nameOf(stickiness);
  return rate === 100
    ? { kind: 'formula', formula: presence(attribute) }
    : share(parameters, rate, [attribute]);
};

const gradual = (parameters: Place, attribute: string): Gate => {
  const rate = rateOf(parameters.get('percentage'));
  if (rate === 0) return NOBODY;
  if (rate === 100) return { kind: 'formula', formula: presence(attribute) };
  return share(parameters, rate, [attribute]);
};

const share = (parameters: Place, percentage: number, attributes: readonly string[]): Gate => {
  const salt = parameters.get('groupId').textOr('');
  if (salt === '') {
    return refuse(
      parameters.path,
      "has no groupId; Unleash's SDKs disagree about what is hashed then, so expected one",
    );
  }
  return { kind: 'share', attributes, percentage, bucketing: { hash: 'unleash', salt } };
};

/** Only IPv4 blocks are looked into; anything else is compared as it is written. */
const addresses = (list: Place, attribute: string): Formula => {
  const ranges = splitList(list.textOr(''));
  const blocks = ranges.filter(
    (range) => !range.includes(':') && OPERATORS.in_cidr.problem([range]) === null,
  );
  const others = ranges.filter((range) => !blocks.includes(range) && range !== '');
  if (ranges.length === 0) return NEVER;
  return withMissing(anyAtom(attribute, [inCidr(attribute, blocks), isIn(attribute, others)]), false);
};

/** Each attribute with who is judged by it: those who have none of the attributes before. */
export const judgedBy = (
  attributes: readonly string[],
): readonly (readonly [attribute: string, lacks: readonly ReturnType<typeof isMissing>[]])[] =>
  attributes.map((attribute, index) => [attribute, attributes.slice(0, index).map(isMissing)]);
