import type { Problem } from '../../model/problem.ts';
import { FAULT, PROBLEMS } from './problems.ts';

export interface WireError {
  readonly code: number;
  readonly message: string;
  readonly pointer?: string;
  readonly version?: number;
}

/** A list's `result_info`; both cursors are the same, older and newer Flagship clients read one each. */
export interface PageInfo {
  readonly count: number;
  readonly cursor: string | null;
  readonly cursors: { readonly after: string | null };
}

export const pageInfo = (count: number, cursor: string | null): PageInfo => ({
  count,
  cursor,
  cursors: { after: cursor },
});

export interface Message {
  readonly message: string;
}

/** The text of a success; `result_info` only where there is one. */
export const success = (
  result: unknown,
  info?: Readonly<Record<string, unknown>> | PageInfo,
  messages: readonly Message[] = [],
): string =>
  JSON.stringify(
    info === undefined
      ? { success: true, errors: [], messages, result }
      : { success: true, errors: [], messages, result, result_info: info },
  );

export const JSON_TYPE = 'application/json; charset=UTF-8';

const failure = (errors: readonly WireError[]): string =>
  JSON.stringify({ success: false, errors, messages: [], result: null });

export const problemResponse = (problem: Problem, extra: Readonly<Record<string, string>>): Response => {
  const { status, code } = PROBLEMS[problem.kind];
  const headers: Record<string, string> = { 'content-type': JSON_TYPE, ...extra };
  if (problem.kind === 'unauthenticated') headers['www-authenticate'] = 'Bearer realm="halyard"';
  if (problem.retryAfter !== undefined) headers['retry-after'] = String(Math.ceil(problem.retryAfter));
  else if (status === 503) headers['retry-after'] = '1';
  const body = failure(
    problem.issues.map((issue) => ({
      code,
      message: issue.message,
      ...(issue.pointer === undefined ? {} : { pointer: issue.pointer }),
      ...(issue.version === undefined ? {} : { version: issue.version }),
    })),
  );
  return new Response(body, { status, headers });
};

/** What went wrong is in the log under the request's id, never in the answer. */
export const faultResponse = (requestId: string, extra: Readonly<Record<string, string>>): Response =>
  new Response(
    failure([{ code: FAULT.code, message: `${FAULT.message} The log has it under request ${requestId}.` }]),
    { status: FAULT.status, headers: { 'content-type': JSON_TYPE, ...extra } },
  );
