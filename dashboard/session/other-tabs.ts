import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { call, type Session } from '../api.ts';
import { basePath } from '../place.ts';
import { noteFailure, noteSignIn, useConnection } from './connection.ts';

const NAME = `halyard-session${basePath}`;
const CHANGED = 'changed';

/** The tabs of a browser share its session: what one does to it, the others should look at. */
export const tellOtherTabs = (): void => {
  const channel = new BroadcastChannel(NAME);
  channel.postMessage(CHANGED);
  channel.close();
};

/**
 * Notices that somebody signed in or out in another tab: told by that tab, or, where it could not tell, when this one is looked at
 * again. What was typed here stays.
 */
export const useOtherTabs = (): void => {
  const client = useQueryClient();
  const expired = useConnection() === 'expired';
  useEffect(() => {
    const look = async (): Promise<void> => {
      try {
        await call<Session>('/session');
        noteSignIn();
        await client.invalidateQueries();
      } catch (error) {
        if (error instanceof Error) noteFailure(error);
      }
    };
    const channel = new BroadcastChannel(NAME);
    channel.onmessage = () => void look();
    const seen = () => {
      if (expired && document.visibilityState === 'visible') void look();
    };
    document.addEventListener('visibilitychange', seen);
    window.addEventListener('focus', seen);
    return () => {
      channel.close();
      document.removeEventListener('visibilitychange', seen);
      window.removeEventListener('focus', seen);
    };
  }, [client, expired]);
};
