import type { FlagTest } from '@halyard/engine';
import { useQuery } from '@tanstack/react-query';
import { ApiError, type Ask, call } from '../api.ts';
import { appsQuery } from '../queries.ts';
import { useSession } from '../session/session.ts';

interface Exposure {
  readonly share: number;
  readonly cohorts: readonly { readonly size: number }[];
}

export interface ExposureChange {
  readonly before: Exposure;
  readonly after: Exposure;
}

export type ShownAnswer = (Partial<FlagTest['expect']> & { readonly errorCode?: string }) | null;

/** What a write would do, as `?dry_run=1` answers it. */
interface DryRun {
  readonly affects: readonly {
    readonly flag: string;
    readonly rules: readonly string[];
    readonly exposure: ExposureChange;
  }[];
  readonly exposure: ExposureChange;
  readonly tests: readonly { readonly flag: string; readonly name: string; readonly message: string }[];
  readonly answers: readonly {
    readonly context: string;
    readonly flag: string;
    readonly before: ShownAnswer;
    readonly after: ShownAnswer;
  }[];
}

export interface Tried {
  /** What follows `/client/v4`. */
  readonly path: string;
  readonly ask: Ask;
}

export interface Reaches extends DryRun {
  /** What the server remarks, such as rules that can never be reached. */
  readonly hints: readonly string[];
}

/** Asks the server what a write would do, and does nothing. */
export const useReach = (app: string, { path, ask }: Tried) => {
  const { account } = useSession();
  return useQuery({
    queryKey: [account, app, 'dry-run', path, ask.method, ask.ifMatch, ask.body],
    queryFn: async ({ signal }): Promise<Reaches> => {
      const { result, messages } = await call<DryRun>(`${path}?dry_run=1`, { ...ask, signal });
      return { ...result, hints: messages.map(({ message }) => message) };
    },
    staleTime: 0,
    gcTime: 0,
  });
};

/** Whether the app refuses what makes a test fail; where it does not say, it warns. */
export const useBlocking = (app: string): boolean => {
  const { account } = useSession();
  return useQuery(appsQuery(account)).data?.find(({ id }) => id === app)?.tests === 'block';
};

/** Why a write that was tried must not be sent: the server would refuse it. */
export const isRefused = ({ data, error }: ReturnType<typeof useReach>, blocking: boolean): boolean =>
  (error instanceof ApiError && error.status === 400) ||
  (blocking && data !== undefined && data.tests.length > 0);
