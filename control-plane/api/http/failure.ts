import { CacheUnavailable } from '@halyard/caches';
import { Problem } from '../../model/problem.ts';
import { faultResponse, problemResponse } from './envelope.ts';
import type { Log } from './setting.ts';

export interface FailedRequest {
  readonly id: string;
  readonly method: string;
  readonly path: string;
}

/** What became of a request that threw: a problem is answered, anything else is a fault of ours and goes to the log. */
export const failureResponse = (
  error: unknown,
  request: FailedRequest,
  log: Log,
  headers: Readonly<Record<string, string>>,
): Response => {
  if (error instanceof Problem) {
    if (error.kind === 'unavailable') log.warn({ ...request, err: error }, 'the database cannot be reached');
    return problemResponse(error, headers);
  }
  if (error instanceof CacheUnavailable) {
    log.warn({ ...request, err: error }, 'the flag cache cannot be reached');
    return problemResponse(
      new Problem('unavailable', { message: 'The flag cache cannot be asked now; try again.' }, 1),
      headers,
    );
  }
  log.error({ ...request, err: error }, 'a request failed for a reason nobody foresaw');
  return faultResponse(request.id, headers);
};
