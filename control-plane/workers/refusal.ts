import { problemResponse } from '../api/http/envelope.ts';
import { API_SECURITY } from '../api/http/security.ts';
import type { Log } from '../api/http/setting.ts';
import { Problem } from '../model/problem.ts';

/** What an object answers that cannot open its database or ask the account: why, instead of breaking off. */
export const orRefusal = async (
  answer: () => Promise<Response>,
  log: Pick<Log, 'warn'>,
): Promise<Response> => {
  try {
    return await answer();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    log.warn({ err: error }, 'an object cannot do its work now');
    return problemResponse(new Problem('unavailable', { message: error.message }, 1), API_SECURITY);
  }
};
