import { Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Propagation } from '../api.ts';
import { propagationQuery } from '../queries.ts';
import { useSession } from '../session/session.ts';
import { strings } from '../strings.ts';
import classes from './live.module.css';
import { type Reach, reachOf } from './reach.ts';

/** The event stream tells at once; this is for when it is interrupted. */
const BEHIND_MS = 1_000;
const SETTLED_MS = 10_000;

const sentence = ({ reported, edges, reached, done, lagMs }: Reach): string => {
  if (!reported) return done ? strings.live.published : strings.live.publishing;
  if (edges === 0) return strings.live.none;
  return done ? strings.live.all(edges, lagMs) : strings.live.some(reached, edges);
};

/** Whether the newest change has reached the edges; looks often while it has not. */
export const Live = ({ app }: { readonly app: string }) => {
  const { account } = useSession();
  const propagation = useQuery({
    ...propagationQuery(account, app),
    refetchInterval: ({ state }: { state: { data: Propagation | undefined } }) =>
      state.data !== undefined && reachOf(state.data).done ? SETTLED_MS : BEHIND_MS,
  }).data;
  if (propagation === undefined) return null;
  const reach = reachOf(propagation);
  return (
    <Group gap={8} wrap="nowrap" role="status">
      <span
        className={classes['dot']}
        data-done={reach.done && (reach.edges > 0 || !reach.reported)}
        aria-hidden="true"
      />
      <Text size="sm" c="dimmed">
        {sentence(reach)}
      </Text>
    </Group>
  );
};
