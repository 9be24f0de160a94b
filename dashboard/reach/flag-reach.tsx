import { flagPath } from '../api.ts';
import { useSession } from '../session/session.ts';
import { useBlocking, useReach } from './dry-run.ts';
import { Reach } from './reach.tsx';

interface FlagReachProps {
  readonly app: string;
  readonly flag: string;
  /** What is about to be changed of it, as a merge patch. */
  readonly patch: object;
}

/** What a change that is made in one step would reach; whether to make it is left to whoever is asked. */
export const FlagReach = ({ app, flag, patch }: FlagReachProps) => {
  const { account } = useSession();
  const reach = useReach(app, {
    path: flagPath(account, app, flag),
    ask: { method: 'PATCH', body: patch },
  });
  return <Reach reach={reach} blocking={useBlocking(app)} of="flag" />;
};
