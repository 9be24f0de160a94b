import { useQuery } from '@tanstack/react-query';
import { appsQuery } from '../queries.ts';
import { useSession } from '../session/session.ts';

/** What an app is called; its id until that is known. */
export const useAppName = (app: string): string => {
  const { account } = useSession();
  return useQuery(appsQuery(account)).data?.find((each) => each.id === app)?.name ?? app;
};
