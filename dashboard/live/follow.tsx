import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { ApiError, appPath, type StoredFlag } from '../api.ts';
import { cachedFlag, replaceFlag } from '../flags/cached-flags.ts';
import { basePath } from '../place.ts';
import { flagQuery, flagsKey, propagationQuery } from '../queries.ts';
import { useSession } from '../session/session.ts';
import { sayDone } from '../shell/notify.tsx';
import { strings } from '../strings.ts';
import { type AppEvent, readEvent } from './event.ts';
import { setFollowing } from './state.ts';

/** More changed flags than this are not asked for one by one. */
const FEW = 20;
/** A stream that reconnects by itself within this time was never gone. */
const GRACE_MS = 4_000;

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

const take = (client: QueryClient, account: string, app: string, me: string, event: AppEvent): void => {
  if (event.type === 'propagation') {
    const { version, edges } = event;
    client.setQueryData(propagationQuery(account, app).queryKey, { version, edges });
    return;
  }
  if (event.type === 'reload' || event.keys.length > FEW) {
    void client.invalidateQueries({ queryKey: [account, app] });
  } else {
    for (const key of event.keys) void refresh(client, account, app, key);
    void client.invalidateQueries({ queryKey: [account, app, 'changelog'] });
    void client.invalidateQueries({ queryKey: propagationQuery(account, app).queryKey });
  }
  if (event.type === 'commit' && event.actor.token_id !== me) {
    const [key = ''] = event.keys;
    sayDone(strings.live.changed(event.actor.name, key, event.keys.length, event.comment));
  }
};

/** Follows an app while it is on the screen: changes by others appear by themselves, with who made them. */
export const FollowApp = ({ app }: { readonly app: string }) => {
  const { account, token_id } = useSession();
  const client = useQueryClient();
  useEffect(() => {
    let grace: ReturnType<typeof setTimeout> | null = null;
    let again: ReturnType<typeof setTimeout> | null = null;
    let source: EventSource;
    const open = () => {
      source = new EventSource(`${basePath}/client/v4${appPath(account, app)}/events`);
      source.onopen = () => {
        if (grace !== null) clearTimeout(grace);
        grace = null;
        setFollowing('following');
      };
      source.onmessage = ({ data }) => {
        const event = readEvent(String(data));
        if (event !== null) take(client, account, app, token_id, event);
      };
      source.onerror = () => {
        grace ??= setTimeout(() => setFollowing('stale'), GRACE_MS);
        // EventSource reconnects by itself but for a refusal, which closes it.
        if (source.readyState !== EventSource.CLOSED) return;
        again = setTimeout(() => {
          open();
          void client.invalidateQueries({ queryKey: [account, app] });
        }, GRACE_MS);
      };
    };
    open();
    return () => {
      source.close();
      if (grace !== null) clearTimeout(grace);
      if (again !== null) clearTimeout(again);
      setFollowing('following');
    };
  }, [account, app, token_id, client]);
  return null;
};
