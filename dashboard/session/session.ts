import { useSuspenseQuery } from '@tanstack/react-query';
import { call, type Permission, permits, type Session } from '../api.ts';
import { sessionQuery } from '../queries.ts';
import { noteSignIn } from './connection.ts';
import { tellOtherTabs } from './other-tabs.ts';

/** Who is signed in; every page inside the frame has a session. */
export const useSession = (): Session => useSuspenseQuery(sessionQuery).data;

export const usePermitted = (needed: Permission): boolean => permits(useSession(), needed);

/** Exchanges a one-time link's secret, or a token, for the session cookie. */
export const signIn = async (
  proof: { readonly link: string } | { readonly token: string },
): Promise<void> => {
  await call('/session', { method: 'POST', body: proof });
  noteSignIn();
  tellOtherTabs();
};

export const signOut = async (): Promise<void> => {
  await call('/session', { method: 'DELETE' });
  tellOtherTabs();
};
