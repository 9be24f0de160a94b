import type { Context } from '@halyard/engine';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { appPath, call } from '../api.ts';
import { useSession } from '../session/session.ts';
import { sayDone, sayFailed } from '../shell/notify.tsx';
import { contextStrings as words } from '../strings/contexts.ts';
import type { TestUser } from './context-text.ts';

interface SavedContext {
  readonly name: string;
  readonly context: Context;
}

/** The contexts that are saved in the app, and how to save and remove one; asked once they are wanted. */
export const useContexts = (app: string, wanted: boolean) => {
  const { account } = useSession();
  const client = useQueryClient();
  const path = `${appPath(account, app)}/contexts`;
  const queryKey = [account, app, 'contexts'];
  const pathOf = (name: string): string => `${path}/${encodeURIComponent(name)}`;
  const again = () => client.invalidateQueries({ queryKey });
  const { data = [] } = useQuery({
    queryKey,
    queryFn: async ({ signal }) => (await call<SavedContext[]>(path, { signal })).result,
    enabled: wanted,
  });
  const share = useMutation({
    mutationFn: ({ name, context }: SavedContext) => call(pathOf(name), { method: 'PUT', body: { context } }),
    onSuccess: (_, { name }) => {
      sayDone(words.sharedNow(name));
      void again();
    },
    onError: (error, { name }) => sayFailed(words.notShared(name), error),
  });
  const unshare = useMutation({
    mutationFn: (name: string) => call(pathOf(name), { method: 'DELETE' }),
    onSuccess: (_, name) => {
      sayDone(words.removed(name));
      void again();
    },
    onError: (error, name) => sayFailed(words.notRemoved(name), error),
  });
  const shared: readonly TestUser[] = data.map(({ name, context }) => ({
    name,
    text: JSON.stringify(context, null, 2),
  }));
  return { shared, share: share.mutate, unshare: unshare.mutate };
};
