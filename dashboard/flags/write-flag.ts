import type { Flag } from '@halyard/engine';
import {
  type QueryClient,
  useIsMutating,
  useMutation,
  useMutationState,
  useQueryClient,
} from '@tanstack/react-query';
import { type Answer, ApiError, appPath, call, flagPath, type StoredFlag } from '../api.ts';
import { definitionOf } from '../draft/draft.ts';
import { merged, mergeOf } from '../draft/merge.ts';
import { undoOf, type Written } from '../draft/undo.ts';
import { wholeOf } from '../draft/whole.ts';
import { flagQuery, flagsKey } from '../queries.ts';
import { useSession } from '../session/session.ts';
import { sayDone, sayFailed } from '../shell/notify.tsx';
import { flagPage } from '../strings/flag-page.ts';
import { strings } from '../strings.ts';
import { same } from '../words/same.ts';
import { cachedFlag, replaceFlag } from './cached-flags.ts';

export interface FlagWrite {
  /**
   * The state that the write leaves, from any state of the flag; done to its own result it changes nothing. Throws where the flag no
   * longer is what the write was about: the message is shown.
   */
  readonly change: (flag: Flag) => Flag;
  /** What was done, as a sentence without a full stop. */
  readonly said: string;
  /** What is said when it was undone, where that has words of its own. */
  readonly undone?: string;
  /** The reason, for the history. */
  readonly comment?: string;
  /** Default true: what is said offers to undo it. */
  readonly undoable?: boolean;
}

/** Marks every write of one flag, wherever on the screen it began. */
export const flagWriteKey = (account: string, app: string, key: string) =>
  ['write-flag', account, app, key] as const;

/** Writes of one flag go one after the other. */
export const flagWriteScope = (account: string, app: string, key: string) => ({
  id: flagWriteKey(account, app, key).join('/'),
});

/** How often a write that others were quicker than is tried on what they left. */
const TRIES = 5;

const SIMPLE = [
  'enabled',
  'description',
  'default_variation',
  'off_variation',
  'client_side',
  'tags',
  'rules',
] as const;

/** The smallest call that brings the flag from one state to another. */
const askFor = (before: Flag, after: Flag) => {
  const [from, to]: readonly Readonly<Record<string, unknown>>[] = [{ ...before }, { ...after }];
  const changed = SIMPLE.filter((field) => !same(before[field], after[field]));
  const rest = [...new Set([...Object.keys(before), ...Object.keys(after)])].every(
    (field) => SIMPLE.some((simple) => simple === field) || same(from?.[field], to?.[field]),
  );
  return rest && changed.every((field) => after[field] !== undefined)
    ? ({ method: 'PATCH', body: Object.fromEntries(changed.map((field) => [field, after[field]])) } as const)
    : ({ method: 'PUT', body: wholeOf(after, before) } as const);
};

interface Done {
  readonly answer: Answer<StoredFlag>;
  readonly written: Written;
}

/**
 * Sends the change with the version it was made from. Where somebody was quicker, what they did beside it is kept and the change made
 * again on that; where they changed the same, nothing is overwritten.
 */
const commit = async (
  client: QueryClient,
  place: { readonly account: string; readonly app: string; readonly key: string },
  write: FlagWrite,
): Promise<Done> => {
  const { account, app, key } = place;
  const first = cachedFlag(client, account, app, key);
  if (first === undefined) throw new ApiError(404, [], strings.failure.notFound);
  const began = definitionOf(first);
  const wanted = write.change(began);
  let base = first;
  let after = wanted;
  for (let tries = 1; ; tries += 1) {
    const before = definitionOf(base);
    try {
      const answer = await call<StoredFlag>(flagPath(account, app, key), {
        ...askFor(before, after),
        ifMatch: base.version,
        ...(write.comment === undefined ? {} : { comment: write.comment }),
      });
      return { answer, written: { before, after: definitionOf(answer.result) } };
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 412 || tries === TRIES) throw error;
    }
    base = await client.fetchQuery({ ...flagQuery(account, app, key), staleTime: 0 });
    const now = definitionOf(base);
    if (mergeOf(began, now, wanted).conflicts.length > 0) {
      throw new Error(flagPage.write.overtaken(key, base.updated_by));
    }
    after = merged(began, now, wanted, {});
  }
};

/** Writes one flag: shown at once where `useShownFlag` is used, and taken back with an explanation if it fails. */
export const useFlagWrite = (app: string, key: string) => {
  const { account } = useSession();
  const client = useQueryClient();
  const write = useMutation({
    mutationKey: flagWriteKey(account, app, key),
    scope: flagWriteScope(account, app, key),
    onMutate: () =>
      Promise.all([
        client.cancelQueries({ queryKey: flagsKey(account, app) }),
        client.cancelQueries({ queryKey: flagQuery(account, app, key).queryKey }),
      ]),
    mutationFn: (asked: FlagWrite) => commit(client, { account, app, key }, asked),
    onError: (error) => {
      sayFailed(strings.write.failed(key), error);
      void client.invalidateQueries({ queryKey: flagQuery(account, app, key).queryKey });
      void client.invalidateQueries({ queryKey: flagsKey(account, app) });
    },
    onSuccess: ({ answer, written }, asked) => {
      replaceFlag(client, account, app, answer.result);
      void client.invalidateQueries({ queryKey: [account, app, 'changelog'] });
      sayDone(
        asked.said,
        asked.undoable === false ? undefined : () => undo(written, asked.said, asked.undone),
      );
    },
  });
  const undo = (written: Written, said: string, undone?: string): void =>
    write.mutate(undoing(written, said, undone));
  return { write: write.mutate, undo, pending: write.isPending };
};

/** The write that takes another one back, and nothing that came after it. */
const undoing = (written: Written, said: string, undone = flagPage.write.undone(said)): FlagWrite => ({
  change: (now) => {
    const undo = undoOf(written, now);
    if (undo.kind === 'refused') throw new Error(flagPage.write.undoRefused(undo.labels));
    return undo.kind === 'nothing' ? now : undo.flag;
  },
  said: undone,
  comment: flagPage.write.undoComment(said),
  undoable: false,
});

const isFlagWrite = (variables: unknown): variables is FlagWrite =>
  typeof variables === 'object' && variables !== null && 'change' in variables;

/** The flag as it will be once the writes under way are done. */
export const useShownFlag = (app: string, flag: StoredFlag): StoredFlag => {
  const { account } = useSession();
  const underWay = useMutationState({
    filters: { mutationKey: flagWriteKey(account, app, flag.key), exact: true, status: 'pending' },
    select: ({ state }) => state.variables,
  });
  let shown = flag;
  for (const write of underWay) {
    try {
      if (!isFlagWrite(write)) continue;
      const { type, version, bucketing, created_at, updated_at, updated_by } = shown;
      const after = write.change(definitionOf(shown));
      shown = { ...after, type, version, bucketing, created_at, updated_at, updated_by };
    } catch {
      // It will be refused, and says so then.
    }
  }
  return shown;
};

/** Whether a write of the flag is under way. */
export const useWriting = (app: string, key: string): boolean => {
  const { account } = useSession();
  return useIsMutating({ mutationKey: flagWriteKey(account, app, key), exact: true }) > 0;
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
