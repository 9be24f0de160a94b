import { failure } from '../calls/fragments.ts';
import type { Refused } from './admission.ts';
import { FIXED_HEADERS } from './fixed-headers.ts';

/** A refusal as OFREP answers errors; the configuration and the streams answer theirs alike. `key`: the flag asked for, if one was. */
export const refusal = ({ status, message, headers }: Refused, key: string | null): Response => {
  // OFREP's schema of a 404 for one flag knows no other code.
  const code = status === 404 && key !== null ? 'FLAG_NOT_FOUND' : 'GENERAL';
  return new Response(failure(key, code, message), {
    status,
    headers: { ...FIXED_HEADERS, ...headers, 'content-type': 'application/json' },
  });
};
