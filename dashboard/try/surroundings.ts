import {
  type Condition,
  type Flag,
  namedByConditions,
  type Segment,
  type Surroundings,
} from '@halyard/engine';
import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { ApiError } from '../api.ts';
import { flagQuery, segmentQuery, segmentsKey } from '../queries.ts';
import { useSession } from '../session/session.ts';

interface Named {
  readonly kind: 'flag' | 'segment';
  readonly key: string;
}

const namedIn = (
  conditions: readonly Condition[],
  prerequisites: readonly { readonly flag: string }[],
): readonly Named[] =>
  [
    ...prerequisites.map(({ flag }): Named => ({ kind: 'flag', key: flag })),
    ...namedByConditions(conditions, ''),
  ].filter(({ key }) => key !== '');

const namedByFlag = ({ prerequisites = [], rules }: Flag): readonly Named[] =>
  namedIn(
    rules.flatMap(({ conditions }) => conditions),
    prerequisites,
  );

interface FlagsAround extends Surroundings {
  flag(key: string): Flag | undefined;
}

interface Around {
  readonly flags: ReadonlyMap<string, Flag>;
  readonly segments: ReadonlyMap<string, Segment>;
}

const nullIfGone = (error: unknown): null => {
  if (error instanceof ApiError && error.status === 404) return null;
  throw error;
};

/** Reads what is named, and what that names, until nothing new is. */
const readAround = async (
  client: QueryClient,
  account: string,
  app: string,
  named: readonly Named[],
): Promise<Around> => {
  const flags = new Map<string, Flag>();
  const segments = new Map<string, Segment>();
  const seen = new Set<string>();
  for (let level = named; level.length > 0; ) {
    const next: Named[] = [];
    await Promise.all(
      level.map(async ({ kind, key }) => {
        const id = JSON.stringify([kind, key]);
        if (seen.has(id)) return;
        seen.add(id);
        if (kind === 'flag') {
          const flag = await client
            .fetchQuery({ ...flagQuery(account, app, key), staleTime: 0 })
            .catch(nullIfGone);
          if (flag === null) return;
          flags.set(key, flag);
          next.push(...namedByFlag(flag));
        } else {
          const segment = await client
            .fetchQuery({ ...segmentQuery(account, app, key), staleTime: 0 })
            .catch(nullIfGone);
          if (segment === null) return;
          segments.set(key, segment);
          next.push(...namedIn(segment.conditions, []));
        }
      }),
    );
    level = next;
  }
  return { flags, segments };
};

const NOTHING: Around = { flags: new Map(), segments: new Map() };

/**
 * The flags and segments that a flag depends on, as an evaluation in the browser asks for them; null while they are on their way, or
 * not `wanted`.
 */
export const useSurroundings = (app: string, flag: Flag, wanted: boolean): FlagsAround | null => {
  const { account } = useSession();
  const client = useQueryClient();
  const named = useMemo(() => namedByFlag(flag).map(({ kind, key }) => ({ kind, key })), [flag]);
  const around = useQuery({
    queryKey: [...segmentsKey(account, app), 'around', named],
    queryFn: () => readAround(client, account, app, named),
    enabled: wanted && named.length > 0,
    staleTime: 0,
  });
  const found = named.length === 0 ? NOTHING : around.data;
  return useMemo(
    () =>
      !wanted || found === undefined
        ? null
        : {
            account,
            flag: (key: string) => found.flags.get(key),
            segment: (key: string) => found.segments.get(key),
          },
    [wanted, found, account],
  );
};
