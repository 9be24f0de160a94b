import { Button, Group, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { appPath, call, type StoredFlag } from '../api.ts';
import { useWriting } from '../flags/write-flag.ts';
import { useFollowing } from '../live/state.ts';
import { flagCommitQuery, propagationQuery } from '../queries.ts';
import { useConnection } from '../session/connection.ts';
import { usePermitted, useSession } from '../session/session.ts';
import { askWithReason } from '../shell/ask.tsx';
import { sayDone, sayFailed } from '../shell/notify.tsx';
import { flagPage } from '../strings/flag-page.ts';
import { reasonStrings } from '../strings/reason.ts';
import classes from './live.module.css';
import { type Liveness, livenessOf } from './liveness.ts';

/** The event stream tells at once; this is for when it is interrupted, and for edges that fall silent, which nothing tells. */
const UNSETTLED_MS = 1_000;
const SETTLED_MS = 3_000;

const useLiveness = (app: string, flag: StoredFlag): Liveness => {
  const { account } = useSession();
  const connection = useConnection();
  const following = useFollowing();
  const writing = useWriting(app, flag.key);
  const newest = useQuery(flagCommitQuery(account, app, flag.key)).data;
  const commit = newest?.version === flag.version ? newest.app_version : null;
  const propagation = useQuery({
    ...propagationQuery(account, app),
    refetchInterval: ({ state }) => {
      const { data, status } = state;
      const tone = livenessOf({ writing, reachable: status === 'success', commit, propagation: data }).tone;
      return tone === 'good' ? SETTLED_MS : UNSETTLED_MS;
    },
  });
  const reachable = connection === 'fine' && following === 'following' && propagation.error === null;
  return livenessOf({ writing, reachable, commit, propagation: propagation.data });
};

const Dismiss = ({ app, edges }: { readonly app: string; readonly edges: readonly string[] }) => {
  const { account } = useSession();
  const client = useQueryClient();
  const dismiss = useMutation({
    mutationFn: async (comment: string) => {
      for (const edge of edges) {
        await call(`${appPath(account, app)}/propagation/edges/${encodeURIComponent(edge)}`, {
          method: 'DELETE',
          comment,
        });
      }
    },
    onSuccess: () => sayDone(flagPage.live.dismissed(edges)),
    onError: (error) => sayFailed(flagPage.live.notDismissed, error),
    onSettled: () => client.invalidateQueries({ queryKey: propagationQuery(account, app).queryKey }),
  });
  return (
    <Button
      size="compact-sm"
      variant="default"
      title={flagPage.live.dismissHelp(edges)}
      loading={dismiss.isPending}
      onClick={() =>
        askWithReason({
          title: flagPage.live.dismissTitle(edges.length),
          help: flagPage.live.dismissHelp(edges),
          confirm: flagPage.live.dismiss,
          reasonHint: reasonStrings.inAccountLog,
          go: (reason) => dismiss.mutate(reason),
        })
      }
    >
      {flagPage.live.dismiss}
    </Button>
  );
};

/** Whether this flag's own newest commit has reached the edges; looks often while it has not. */
export const Live = ({ app, flag }: { readonly app: string; readonly flag: StoredFlag }) => {
  const { tone, text, silent } = useLiveness(app, flag);
  const writable = usePermitted('write');
  return (
    <Group gap={8} wrap="nowrap" className={classes['live'] ?? ''} data-tone={tone}>
      <Group gap={8} wrap="nowrap" miw={0} role="status" aria-label={flagPage.live.label} data-tone={tone}>
        <span className={classes['dot']} data-tone={tone} aria-hidden="true" />
        <Text
          size="sm"
          lh="20px"
          className={classes['text'] ?? ''}
          title={text}
          c={tone === 'bad' ? 'var(--halyard-removed)' : 'dimmed'}
        >
          {text}
        </Text>
      </Group>
      {writable && silent.length > 0 && <Dismiss app={app} edges={silent} />}
    </Group>
  );
};
