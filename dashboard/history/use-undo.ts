import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import {
  ApiError,
  appPath,
  type ChangelogEntry,
  call,
  type FlagEntry,
  flagPath,
  type StoredFlag,
} from '../api.ts';
import { changelogPath } from '../queries.ts';
import { useSession } from '../session/session.ts';
import { sayDone, sayFailed } from '../shell/notify.tsx';
import { historyStrings } from '../strings/history.ts';
import { type Change, changeOf, type Undo, undoOf } from './undo.ts';

/** What is to be taken back: one change, or every change of a commit. */
export type Target =
  | { readonly kind: 'change'; readonly entry: FlagEntry }
  | { readonly kind: 'commit'; readonly commit: number };

/** As many as the API writes at once. */
export const MOST_FLAGS = 500;
const AT_ONCE = 8;

const isFlagEntry = (entry: ChangelogEntry): entry is FlagEntry => entry.kind !== 'segment';

const currentOf = async (account: string, app: string, key: string): Promise<StoredFlag | null> => {
  try {
    return (await call<StoredFlag>(flagPath(account, app, key))).result;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
};

const entriesOf = async (
  account: string,
  app: string,
  commit: number,
): Promise<readonly ChangelogEntry[]> => {
  const entries: ChangelogEntry[] = [];
  for (let cursor: string | null = null; ; ) {
    const path: string = changelogPath(account, app, { commit }, { limit: 200, cursor });
    const page = await call<ChangelogEntry[]>(path);
    entries.push(...page.result);
    cursor = page.info.cursor ?? null;
    if (cursor === null || entries.length > MOST_FLAGS) return entries;
  }
};

const undosOf = async (
  account: string,
  app: string,
  changes: readonly Change[],
): Promise<readonly Undo[]> => {
  const undos: Undo[] = [];
  for (let from = 0; from < changes.length; from += AT_ONCE) {
    const some = changes.slice(from, from + AT_ONCE);
    const current = await Promise.all(some.map(({ key }) => currentOf(account, app, key)));
    undos.push(...some.map((change, index) => undoOf(change, current[index] ?? null)));
  }
  return undos;
};

export interface Plan {
  readonly changes: number;
  /** None where there are more than can be undone at once. */
  readonly undos: readonly Undo[];
  /** Segments that the commit changed too: flags and segments are not undone at once. */
  readonly segments: number;
}

const planOf = async (account: string, app: string, target: Target): Promise<Plan> => {
  const entries = target.kind === 'change' ? [target.entry] : await entriesOf(account, app, target.commit);
  const flags = entries.filter(isFlagEntry);
  const segments = entries.length - flags.length;
  const whole = segments === 0 && entries.length <= MOST_FLAGS;
  return {
    changes: entries.length,
    segments,
    undos: whole ? await undosOf(account, app, flags.map(changeOf)) : [],
  };
};

/** What undoing would do to the flags as they are now. */
export const useUndoPlan = (app: string, target: Target) => {
  const { account } = useSession();
  return useQuery({
    queryKey: [account, app, 'undo', target.kind === 'change' ? target.entry.id : `commit ${target.commit}`],
    queryFn: () => planOf(account, app, target),
    staleTime: 0,
    gcTime: 0,
  });
};

const written = (undos: readonly Undo[]) => undos.flatMap((undo) => (undo.kind === 'write' ? [undo] : []));

/** Writes a plan in one commit, with the versions it was made from; then offers to undo that in the same way. */
export const useWriteUndo = (app: string) => {
  const { account } = useSession();
  const client = useQueryClient();
  const send = async (undos: readonly Undo[], comment: string): Promise<void> => {
    await call(`${appPath(account, app)}/changes`, {
      method: 'POST',
      body: { changes: written(undos).map(({ request }) => request) },
      comment,
    });
    await client.invalidateQueries({ queryKey: [account, app] });
  };
  const takeBack = async (undos: readonly Undo[], done: string): Promise<void> => {
    const changes = written(undos).map(
      ({ key, now, result }): Change => ({ key, before: now, after: result }),
    );
    try {
      const again = await undosOf(account, app, changes);
      const refused = again.flatMap((undo) => (undo.kind === 'refused' ? [undo] : []));
      const [first] = refused;
      if (first !== undefined) {
        sayFailed(
          historyStrings.undo.refused(first.key),
          new Error(historyStrings.undo.refusedHelp(first.what)),
        );
      } else if (written(again).length > 0) await send(again, `${historyStrings.undo.short}: ${done}`);
    } catch (error) {
      sayFailed(historyStrings.undo.failed, error instanceof Error ? error : new Error(String(error)));
    }
  };
  return useMutation({
    mutationFn: ({ undos, comment }: { undos: readonly Undo[]; comment: string; done: string }) =>
      send(undos, comment),
    onSuccess: (_, { undos, done }) => sayDone(done, () => void takeBack(undos, done)),
  });
};
