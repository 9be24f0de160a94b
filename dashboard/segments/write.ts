import { type QueryClient, useMutation, useQueryClient } from '@tanstack/react-query';
import {
  type Answer,
  ApiError,
  appPath,
  call,
  type SegmentState,
  type StoredSegment,
  segmentPath,
} from '../api.ts';
import { segmentQuery, segmentsKey } from '../queries.ts';
import { useSession } from '../session/session.ts';
import { sayDone, sayFailed } from '../shell/notify.tsx';
import { flagPage } from '../strings/flag-page.ts';
import { segmentPage as words } from '../strings/segment-page.ts';
import { segmentStrings } from '../strings/segments.ts';
import { segmentAsk } from './ask.ts';
import { segmentStateOf } from './draft.ts';
import { mergeSegments } from './merge.ts';

const written = (client: QueryClient, account: string, app: string, segment: StoredSegment): void => {
  client.setQueryData(segmentQuery(account, app, segment.key).queryKey, segment);
  void client.invalidateQueries({ queryKey: segmentsKey(account, app) });
  void client.invalidateQueries({ queryKey: [account, app, 'changelog'] });
};

/** Creates a segment; the error is the form's to show. */
export const useCreateSegment = (app: string) => {
  const { account } = useSession();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (segment: Pick<SegmentState, 'key' | 'description'>) =>
      call<StoredSegment>(`${appPath(account, app)}/segments`, { method: 'POST', body: segment }),
    onSuccess: ({ result }) => written(client, account, app, result),
  });
};

/** How often an undo that others were quicker than is tried on what they left. */
const TRIES = 5;

/** Takes a write back from how the segment is now: what came after it stays, and where that is of the same field nothing is done. */
const takeBack = async (
  client: QueryClient,
  place: { readonly account: string; readonly app: string },
  { before, after }: Written,
): Promise<Answer<StoredSegment>> => {
  const query = segmentQuery(place.account, place.app, before.key);
  for (let tries = 1; ; tries += 1) {
    const now = await client.fetchQuery({ ...query, staleTime: 0 });
    const { segment, conflicts } = mergeSegments(after, segmentStateOf(now), before);
    if (conflicts.length > 0)
      throw new Error(flagPage.write.overtaken(segmentStrings.live(now.key), now.updated_by));
    const { at, ask } = segmentAsk(now, segment, now.version);
    try {
      const path = segmentPath(place.account, place.app, now.key);
      return await call<StoredSegment>(`${path}${at}`, { ...ask, comment: words.undoComment });
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 412 || tries === TRIES) throw error;
    }
  }
};

interface Written {
  readonly before: SegmentState;
  readonly after: SegmentState;
}

/** Saves an edited segment, and offers to take that back. */
export const useSaveSegment = (app: string, key: string) => {
  const { account } = useSession();
  const client = useQueryClient();
  const undo = useMutation({
    mutationFn: (write: Written) => takeBack(client, { account, app }, write),
    onError: (error) => sayFailed(words.notUndone(key), error),
    onSuccess: ({ result }) => {
      written(client, account, app, result);
      sayDone(words.undone(key));
    },
  });
  return useMutation({
    mutationFn: ({ base, after, comment }: { base: StoredSegment; after: SegmentState; comment: string }) => {
      const { at, ask } = segmentAsk(base, after, base.version);
      return call<StoredSegment>(`${segmentPath(account, app, key)}${at}`, { ...ask, comment });
    },
    onSuccess: ({ result }, { base, after }) => {
      written(client, account, app, result);
      sayDone(words.saved(key), () => undo.mutate({ before: segmentStateOf(base), after }));
    },
    onError: async (error) => {
      if (!(error instanceof ApiError) || error.status !== 412) return;
      await client.fetchQuery({ ...segmentQuery(account, app, key), staleTime: 0 });
    },
  });
};
