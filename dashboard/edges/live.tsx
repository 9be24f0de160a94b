import { Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Propagation } from '../api.ts';
import { propagationQuery } from '../queries.ts';
import { useSession } from '../session/session.ts';
import { strings } from '../strings.ts';
import classes from './live.module.css';
import { reachOf } from './reach.ts';

/** The event stream tells at once; this is for when it is interrupted. */
const BEHIND_MS = 1_000;
const SETTLED_MS = 10_000;

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
  const said =
    reach.edges === 0
      ? strings.live.none
      : reach.done
        ? strings.live.all(reach.edges, reach.lagMs)
        : strings.live.some(reach.reached, reach.edges);
  return (
    <Group gap={8} wrap="nowrap" role="status">
      <span className={classes['dot']} data-done={reach.done && reach.edges > 0} aria-hidden="true" />
      <Text size="sm" c="dimmed">
        {said}
      </Text>
    </Group>
  );
};
