import type { Hono, Context as HonoContext } from 'hono';
import type { Gate, Refused } from './admission.ts';
import type { Apps } from './apps.ts';
import type { HeldApp } from './held-app.ts';

/** The codes of the management API for the same statuses: Flagship clients know no others. */
const CODES: Readonly<Record<number, number>> = {
  400: 1001,
  401: 1002,
  403: 1003,
  404: 1004,
  422: 1011,
  500: 1500,
  503: 1014,
};

export interface FlagshipOptions {
  readonly gate: Gate;
  readonly apps: Apps;
  readonly account: string;
}

/** Flagship's evaluation call. Every query parameter but `flagKey` is an attribute, as text; a repeated one is a list. */
export const flagshipRoutes = (app: Hono, options: FlagshipOptions): void => {
  app.get('/client/v4/accounts/:account/flagship/apps/:app/evaluate', (c) => answer(c, options));
};

const answer = async (c: HonoContext, { gate, apps, account }: FlagshipOptions): Promise<Response> => {
  const { headers } = c.req.raw;
  const admission = await gate.admit(headers, c.req.param('app'), 'evaluate');
  if (admission.kind === 'refused') return refused(admission);
  const { app, caller, cors } = admission;
  if (c.req.param('account') !== account) {
    return refused(gate.refuse(403, 'This token belongs to another account.', headers, null));
  }
  const { flagKey, context } = understand(new URL(c.req.url).searchParams);
  if (flagKey === null)
    return problem(400, 'flagKey is missing; expected ?flagKey={the key of a flag}.', app, cors);

  const flag = apps.flagOf(app, flagKey);
  if (flag === undefined || (caller.origins !== null && !flag.clientSide)) {
    app.count('FLAG_NOT_FOUND');
    return problem(404, `There is no flag ${flagKey}.`, app, cors);
  }
  const evaluation = flag.evaluate(context);
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
  const { value, variant, reason, metadata } = evaluation;
  const body = { flagKey, value, variant, reason, ...(Object.keys(metadata).length > 0 ? { metadata } : {}) };
  return new Response(JSON.stringify(body), { headers: { ...app.headers, ...cors } });
};

const understand = (
  query: URLSearchParams,
): { readonly flagKey: string | null; readonly context: Readonly<Record<string, unknown>> } => {
  const attributes = new Map<string, string | string[]>();
  for (const [name, value] of query) {
    if (name === 'flagKey') continue;
    const before = attributes.get(name);
    attributes.set(name, before === undefined ? value : [before, value].flat());
  }
  return { flagKey: query.get('flagKey'), context: Object.fromEntries(attributes) };
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
    headers: { ...headers, 'content-type': 'application/json' },
  });
