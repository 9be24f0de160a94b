import type { Context } from '@halyard/engine';
import type { Hono, Context as HonoContext } from 'hono';
import type { Durations } from '../durations.ts';
import type { Gate, Refused } from '../entry/admission.ts';
import { FIXED_HEADERS } from '../entry/fixed-headers.ts';
import { seenByPage } from '../entry/seen-by-page.ts';
import type { Apps } from '../held/apps.ts';
import type { HeldApp } from '../held/held-app.ts';
import { MAX_CONTEXT_BYTES, readRequest, TOO_LARGE } from './evaluation-request.ts';

/** The codes of the management API for the same statuses: Flagship clients know no others. */
const CODES: Readonly<Record<number, number>> = {
  400: 1001,
  401: 1002,
  403: 1003,
  404: 1004,
  413: 1009,
  422: 1011,
  429: 1013,
  500: 1500,
  503: 1014,
};

export interface FlagshipOptions {
  readonly gate: Gate;
  readonly apps: Apps;
  readonly account: string;
  /** Null: nothing is counted here. */
  readonly measuring: Durations | null;
}

const PATH = '/client/v4/accounts/:account/flagship/apps/:app/evaluate';

/**
 * Flagship's evaluation call. By GET every query parameter but `flagKey` is an attribute, as text, and a repeated one is a list; by
 * POST the body is `{flagKey, context?}`.
 */
export const flagshipRoutes = (app: Hono, options: FlagshipOptions): void => {
  const get = (c: HonoContext) => answer(c, options, async () => questionIn(c.req.raw.url));
  const post = (c: HonoContext) => answer(c, options, () => questionOf(c.req.raw));
  const { measuring } = options;
  app.get(PATH, measuring?.measured('one', get) ?? get);
  app.post(PATH, measuring?.measured('one', post) ?? post);
};

type Question =
  | { readonly kind: 'asked'; readonly flagKey: string; readonly context: Context }
  | { readonly kind: 'bad'; readonly status: 400 | 413; readonly message: string };

const answer = async (
  c: HonoContext,
  { gate, apps, account }: FlagshipOptions,
  understand: () => Promise<Question>,
): Promise<Response> => {
  const { headers } = c.req.raw;
  const admission = await gate.admit(c, c.req.param('app'), 'evaluate');
  if (admission.kind === 'refused') return refused(admission);
  const { app, caller, cors } = admission;
  if (c.req.param('account') !== account) {
    return refused(gate.refuse(403, 'This token belongs to another account.', headers, null));
  }
  const question = await understand();
  if (question.kind === 'bad') return problem(question.status, question.message, app, cors);
  const { flagKey, context } = question;
  const flag = apps.flagOf(app, flagKey);
  if (flag === undefined || (caller.origins !== null && !flag.clientSide)) {
    app.count('FLAG_NOT_FOUND');
    return problem(404, `There is no flag ${flagKey}.`, app, cors);
  }
  const evaluated = flag.evaluate(context);
  app.tally.evaluated(evaluated, flagKey);
  const evaluation = caller.origins === null ? evaluated : seenByPage(evaluated, app.compiled);
  if (evaluation.kind === 'failed') {
    app.count(evaluation.code);
    return problem(
      evaluation.code === 'PARSE_ERROR' ? 422 : 500,
      `${evaluation.code}: ${evaluation.message}`,
      app,
      cors,
    );
  }
  app.count(evaluation.reason);
  const { reason, metadata } = evaluation;
  const body = {
    flagKey,
    // Flagship's SDK wants a value; null makes it use the caller's default.
    value: evaluation.kind === 'served' ? evaluation.value : null,
    variant: evaluation.kind === 'served' ? evaluation.variant : undefined,
    reason,
    ...(Object.keys(metadata).length > 0 ? { metadata } : {}),
  };
  return new Response(JSON.stringify(body), { headers: { ...app.headers, ...cors } });
};

const questionIn = (url: string): Question => {
  const at = url.indexOf('?');
  const text = at === -1 ? '' : url.slice(at + 1);
  if (text.length > MAX_CONTEXT_BYTES) return TOO_LARGE;
  const query = new URLSearchParams(text);
  const flagKey = query.get('flagKey');
  if (flagKey === null) {
    return {
      kind: 'bad',
      status: 400,
      message: 'flagKey is missing; expected ?flagKey={the key of a flag}.',
    };
  }
  const attributes = new Map<string, string | string[]>();
  for (const [name, value] of query) {
    if (name === 'flagKey') continue;
    const before = attributes.get(name);
    if (before === undefined) attributes.set(name, value);
    else if (typeof before === 'string') attributes.set(name, [before, value]);
    else before.push(value);
  }
  return { kind: 'asked', flagKey, context: Object.fromEntries(attributes) };
};

const questionOf = async (request: Request): Promise<Question> => {
  const [parameter] = new URL(request.url).searchParams.keys();
  if (parameter !== undefined) {
    // As the control plane has it: an attribute that was put beside the body would be passed over.
    const message = `${JSON.stringify(parameter)} is not a query parameter of this call; expected none.`;
    return { kind: 'bad', status: 400, message };
  }
  const asked = await readRequest(request);
  if (asked.kind === 'bad') return asked;
  const { flagKey, context: _, ...others } = asked.body;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) {
    return {
      kind: 'bad',
      status: 400,
      message: `${unknown} is not known here; expected flagKey and context.`,
    };
  }
  if (typeof flagKey !== 'string') {
    return {
      kind: 'bad',
      status: 400,
      message: 'flagKey is missing or not a string; expected the key of a flag.',
    };
  }
  return { kind: 'asked', flagKey, context: asked.context };
};

const envelope = (status: number, message: string): string =>
  JSON.stringify({
    success: false,
    errors: [{ code: CODES[status] ?? 1500, message }],
    messages: [],
    result: null,
  });

const problem = (
  status: number,
  message: string,
  app: HeldApp,
  cors: Readonly<Record<string, string>> | null,
): Response => new Response(envelope(status, message), { status, headers: { ...app.headers, ...cors } });

const refused = ({ status, message, headers }: Refused): Response =>
  new Response(envelope(status, message), {
    status,
    headers: { ...FIXED_HEADERS, ...headers, 'content-type': 'application/json' },
  });
