import type { Flag, Prerequisite } from '@halyard/engine';
import { cohortsOf, exposureOf, inOrder, NAMED_USERS, shareOf } from './exposure.ts';

type BucketedFlag = Pick<Flag, 'bucketing'> & Flag;

interface Event {
  /** Percent: how often it happens at most. */
  readonly share: number;
  /** The buckets it goes by; events that have some in common may be the same people. */
  readonly points: ReadonlySet<string>;
}

export interface JointShare {
  /** Percent of everybody whom no rule names. */
  readonly share: number;
  /** Whether rules name users, who come on top. */
  readonly named: boolean;
}

/**
 * The largest share of contexts, in percent, that can get anything but what off serves while all prerequisites are met, of everybody
 * whom no rule names. Points of different salts are independent, so shares are multiplied; where flags share a salt the smaller counts.
 *
 * @param flagOf the app's other flags; what is not there is never met.
 */
export const jointShare = (
  flag: BucketedFlag,
  flagOf: (key: string) => BucketedFlag | undefined,
): JointShare => {
  const events = new Map<string, Event>();
  let named = cohortsOf(flag, NAMED_USERS).size > 0;
  const visit = (required: readonly Prerequisite[] | undefined): void => {
    for (const { flag: key, variations } of required ?? []) {
      const found = flagOf(key);
      const share = found === undefined ? 0 : shareServed(found, new Set(variations));
      const known = events.get(key);
      events.set(key, {
        share: Math.min(share, known?.share ?? 100),
        points: found === undefined ? new Set() : pointsOf(found),
      });
      if (known !== undefined || found === undefined) continue;
      named ||= cohortsOf(found, NAMED_USERS).size > 0;
      visit(found.prerequisites);
    }
  };
  events.set(flag.key, { share: exposureOf(flag).share, points: pointsOf(flag) });
  visit(flag.prerequisites);
  const joint = groupsOf([...events.values()]).reduce((product, { share }) => (product * share) / 100, 100);
  return { share: Number(joint.toFixed(6)), named };
};

/** Percent of everybody whom no rule names that a flag can give one of these variations. */
const shareServed = (flag: Flag, variations: ReadonlySet<string>): number => {
  if (!flag.enabled) return 0;
  if (variations.has(flag.default_variation)) return 100;
  const cohorts = cohortsOf(flag, NAMED_USERS);
  return shareOf(
    inOrder(flag.rules).filter((rule) => !cohorts.has(rule)),
    (variation) => variations.has(variation),
  );
};

/** Flagship's hash has a hundred seeds, so that any two of its salts may be one. */
const pointsOf = ({ key, bucketing, rules }: BucketedFlag): ReadonlySet<string> =>
  new Set(
    [bucketing ?? { hash: 'murmur3', salt: `/${key}` }, ...rules.flatMap((rule) => rule.bucketing ?? [])].map(
      ({ hash, salt }) => (hash === 'flagship' ? hash : JSON.stringify([hash, salt])),
    ),
  );

/** Events that have a point in common as one, which happens no more often than the rarest of them. */
const groupsOf = (events: readonly Event[]): readonly Event[] => {
  let groups: readonly Event[] = [];
  for (const event of events) {
    const met = groups.filter(({ points }) => [...points].some((point) => event.points.has(point)));
    const together = [event, ...met];
    groups = [
      ...groups.filter((group) => !met.includes(group)),
      {
        share: Math.min(...together.map(({ share }) => share)),
        points: new Set(together.flatMap(({ points }) => [...points])),
      },
    ];
  }
  return groups;
};
