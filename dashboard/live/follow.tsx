import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { ApiError, appPath, type StoredFlag } from '../api.ts';
import { cachedFlag, replaceFlag } from '../flags/cached-flags.ts';
import { basePath } from '../place.ts';
import { flagQuery, flagsKey, propagationQuery, segmentQuery, segmentsKey } from '../queries.ts';
import { useSession } from '../session/session.ts';
import { sayDone } from '../shell/notify.tsx';
import { segmentStrings } from '../strings/segments.ts';
import { strings } from '../strings.ts';
import { type AppEvent, readEvent, segmentOf } from './event.ts';
import { followStream } from './shared-stream.ts';
import { setFollowing } from './state.ts';

/** More changed flags than this are not asked for one by one. */
const FEW = 20;

/** Brings one changed flag up to date everywhere it is shown; a list it is not in yet is asked again. */
const refresh = async (client: QueryClient, account: string, app: string, key: string): Promise<void> => {
  const shown = cachedFlag(client, account, app, key);
  if (shown === undefined) {
    await client.invalidateQueries({ queryKey: flagsKey(account, app) });
    return;
  }
  try {
    const flag: StoredFlag = await client.fetchQuery({ ...flagQuery(account, app, key), staleTime: 0 });
    replaceFlag(client, account, app, flag);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404) return;
    client.removeQueries({ queryKey: flagQuery(account, app, key).queryKey, exact: true, type: 'inactive' });
    await client.invalidateQueries({ queryKey: flagQuery(account, app, key).queryKey });
    await client.invalidateQueries({ queryKey: flagsKey(account, app) });
  }
};

const changedWords = ({ actor, keys, comment }: AppEvent & { readonly type: 'commit' }): string => {
  const segments = keys.map(segmentOf).filter((key) => key !== null);
  const [segment] = segments;
  if (segment === undefined) return strings.live.changed(actor.name, keys[0] ?? '', keys.length, comment);
  const what =
    keys.length === 1
      ? segmentStrings.live(segment)
      : segmentStrings.commit(keys.length - segments.length, segments.length);
  return strings.live.changed(actor.name, what, 1, comment);
};

const take = (client: QueryClient, account: string, app: string, me: string, event: AppEvent): void => {
  if (event.type === 'propagation') {
    const { type: _, ...propagation } = event;
    client.setQueryData(propagationQuery(account, app).queryKey, propagation);
    return;
  }
  if (event.type === 'reload' || event.keys.length > FEW) {
    void client.invalidateQueries({ queryKey: [account, app] });
  } else {
    for (const key of event.keys) {
      const segment = segmentOf(key);
      if (segment === null) void refresh(client, account, app, key);
      // What a segment's flags serve changes with it, what they say does not.
      else void client.invalidateQueries({ queryKey: segmentQuery(account, app, segment).queryKey });
    }
    // Who uses a segment changes with flags too.
    void client.invalidateQueries({ queryKey: segmentsKey(account, app) });
    void client.invalidateQueries({ queryKey: [account, app, 'changelog'] });
    void client.invalidateQueries({ queryKey: propagationQuery(account, app).queryKey });
  }
  if (event.type === 'commit' && event.actor.token_id !== me) {
    sayDone(changedWords(event));
  }
};

/** Follows an app while it is on the screen: changes by others appear by themselves, with who made them. */
export const FollowApp = ({ app }: { readonly app: string }) => {
  const { account, token_id } = useSession();
  const client = useQueryClient();
  useEffect(() => {
    const stream = `${basePath}/client/v4${appPath(account, app)}/events`;
    const end = followStream(stream, {
      data: (data) => {
        const event = readEvent(data);
        if (event !== null) take(client, account, app, token_id, event);
      },
      state: setFollowing,
      missed: () => void client.invalidateQueries({ queryKey: [account, app] }),
    });
    return () => {
      end();
      setFollowing('following');
    };
  }, [account, app, token_id, client]);
  return null;
};
