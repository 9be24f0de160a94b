import type { Context, Hash, Surroundings } from '@halyard/engine';

/** What `references.json` holds. */
export interface References {
  readonly account: string;
  readonly quarters: readonly {
    readonly hash: Hash;
    readonly salt: string;
    readonly text: string;
    readonly in: number;
  }[];
  readonly apps: readonly {
    readonly name: string;
    readonly flags: readonly Keyed[];
    readonly segments: readonly Keyed[];
    readonly cases: readonly {
      readonly flag: string;
      readonly context: Context;
      readonly expect: Expected;
    }[];
  }[];
}

interface Keyed {
  readonly key: string;
}

export interface Expected {
  readonly variant?: string;
  readonly value?: unknown;
  readonly reason?: string;
  readonly error?: string;
}

export const surroundingsOf = (
  account: string,
  flags: readonly Keyed[],
  segments: readonly Keyed[],
): Surroundings => {
  const byKey = (list: readonly Keyed[]) => new Map(list.map((one) => [one.key, one]));
  const [flagByKey, segmentByKey] = [byKey(flags), byKey(segments)];
  return { account, flag: (key) => flagByKey.get(key), segment: (key) => segmentByKey.get(key) };
};
