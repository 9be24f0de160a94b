import type { Flag } from '@halyard/engine';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type Answer, ApiError, type Ask, appPath, call, flagPath, type StoredFlag } from '../api.ts';
import { flagQuery, flagsKey } from '../queries.ts';
import { useSession } from '../session/session.ts';
import { sayFailed } from '../shell/notify.tsx';
import { strings } from '../strings.ts';
import { cachedFlag, replaceFlag } from './cached-flags.ts';

export interface FlagWrite {
  /** What follows the flag's own path, as `/rules/1`; default the flag itself. */
  readonly at?: string;
  readonly method: 'PUT' | 'PATCH' | 'POST';
  readonly body: (flag: StoredFlag) => object;
  /** The flag as the write will leave it, shown at once. */
  readonly after: (flag: StoredFlag) => Flag;
  readonly ask?: Pick<Ask, 'comment' | 'wait'>;
  readonly onDone?: (answer: Answer<StoredFlag>) => void;
}

const explain = (key: string, error: Error): Error => {
  if (error instanceof ApiError && error.status === 412)
    return new Error(strings.write.changedMeanwhile(key));
  return error;
};

/**
 * Writes one flag: shown at once, sent with the version the screen has, and taken back with an explanation if it fails. Writes of
 * one flag go one after the other, so that two quick clicks do not contradict each other's version.
 */
export const useFlagWrite = (app: string, key: string) => {
  const { account } = useSession();
  const client = useQueryClient();
  return useMutation({
    scope: { id: `${account}/${app}/${key}` },
    mutationFn: async (write: FlagWrite): Promise<Answer<StoredFlag>> => {
      const flag = cachedFlag(client, account, app, key);
      if (flag === undefined) throw new ApiError(404, [], strings.failure.notFound);
      return call<StoredFlag>(`${flagPath(account, app, key)}${write.at ?? ''}`, {
        method: write.method,
        body: write.body(flag),
        ifMatch: flag.version,
        ...write.ask,
      });
    },
    onMutate: async (write) => {
      await Promise.all([
        client.cancelQueries({ queryKey: flagsKey(account, app) }),
        client.cancelQueries({ queryKey: flagQuery(account, app, key).queryKey }),
      ]);
      const before = cachedFlag(client, account, app, key);
      if (before !== undefined) {
        replaceFlag(client, account, app, { ...before, ...write.after(before) });
      }
      return { before };
    },
    onError: (error, _write, context) => {
      if (context?.before !== undefined) replaceFlag(client, account, app, context.before);
      sayFailed(strings.write.failed(key), explain(key, error));
      void client.invalidateQueries({ queryKey: flagQuery(account, app, key).queryKey });
      void client.invalidateQueries({ queryKey: flagsKey(account, app) });
    },
    onSuccess: (answer, write) => {
      replaceFlag(client, account, app, answer.result);
      void client.invalidateQueries({ queryKey: [account, app, 'changelog'] });
      write.onDone?.(answer);
    },
  });
};

/** Creates a flag; the error is the form's to show. */
export const useCreateFlag = (app: string) => {
  const { account } = useSession();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (flag: Flag) =>
      call<StoredFlag>(`${appPath(account, app)}/flags`, { method: 'POST', body: flag }),
    onSuccess: ({ result }) => {
      client.setQueryData(flagQuery(account, app, result.key).queryKey, result);
      void client.invalidateQueries({ queryKey: flagsKey(account, app) });
      void client.invalidateQueries({ queryKey: [account, app, 'changelog'] });
    },
  });
};
