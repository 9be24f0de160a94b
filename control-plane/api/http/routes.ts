import type { Context, Hono } from 'hono';
import { sha256Hex } from '../../access/secret.ts';
import type { StoredAnswer } from '../../model/commit.ts';
import { Problem } from '../../model/problem.ts';
import { parseText, readJsonText } from './body.ts';
import { type Answer, type Call, type Outcome, render } from './call.ts';
import { authorize, type Caller, identify } from './caller.ts';
import { corsHeaders, preflight } from './cors.ts';
import { DRY_RUN, queryWithDryRun } from './dry-run-query.ts';
import { JSON_TYPE } from './envelope.ts';
import { type ExchangeEnv, failedRequest } from './exchange.ts';
import { failureResponse } from './failure.ts';
import { comment, idempotencyKey, ifMatch, preferredWait } from './headers.ts';
import { refuseOtherMethods } from './methods.ts';
import type { AnyServed, Operation } from './operation.ts';
import { parseQuery } from './parse.ts';
import { API_SECURITY } from './security.ts';
import type { Setting } from './setting.ts';

/** An answer of the API is for its caller alone. */
const PRIVATE = { ...API_SECURITY, 'cache-control': 'private, no-store' } as const;

/** Serves every operation of the table, and answers 405 where only the method is wrong. */
export const bind = (app: Hono<ExchangeEnv>, table: readonly AnyServed[], setting: Setting): void => {
  const methods = new Map<string, Set<string>>();
  for (const served of table) {
    const { operation } = served;
    const path = operation.path.replaceAll(/\{(\w+)\}/g, ':$1');
    const known = methods.get(path) ?? new Set();
    methods.set(path, known.add(operation.method.toUpperCase()));
    app.on(operation.method.toUpperCase(), path, (c) => run(c, served, setting));
    if (operation.crossOrigin === true) {
      app.options(path, (c) => preflight(c.req.raw, placeOf(c.req.param()), setting));
    }
  }
  for (const [path, known] of methods) refuseOtherMethods(app, path, known);
};

type Parameters = Readonly<Record<string, string>>;

const placeOf = (params: Parameters) => ({
  account: params['account_id'] ?? '',
  app: params['app_id'] ?? '',
});

const run = async (
  c: Context<ExchangeEnv>,
  { operation, handle }: AnyServed,
  setting: Setting,
): Promise<Response> => {
  const request = c.req.raw;
  const params: Parameters = c.req.param();
  const headers = { ...PRIVATE, 'x-request-id': c.get('requestId') };
  c.set('operation', operation.id);
  let caller: Caller | null = null;
  try {
    if (operation.needs !== null) {
      caller = await identify(request, c.env, setting);
      c.set('caller', caller.grant);
      permit(caller, isDryRun(operation, request) ? 'read' : operation.needs, params, request);
    }
    checkParameters(params, c.req.path);
    const outcome = await handle(await callOf(request, c.env, params, caller, operation, setting));
    const extra = operation.crossOrigin === true ? await cors(request, caller, params, setting) : {};
    return await conclude(outcome, request, params, { ...headers, ...extra }, setting);
  } catch (error) {
    // A database that cannot be asked about origins must not hide what went wrong first.
    const extra =
      operation.crossOrigin === true ? await cors(request, caller, params, setting).catch(() => ({})) : {};
    return failureResponse(error, failedRequest(c), setting.log, { ...headers, ...extra });
  }
};

const cors = (request: Request, caller: Caller | null, params: Parameters, setting: Setting) =>
  corsHeaders(request.headers.get('origin'), caller?.grant ?? null, placeOf(params), setting);

const permit = (
  caller: Caller,
  needs: NonNullable<Operation['needs']>,
  { account_id: account, app_id: app }: Parameters,
  request: Request,
): void =>
  authorize(
    caller.grant,
    needs,
    { ...(account === undefined ? {} : { account }), ...(app === undefined ? {} : { app }) },
    request.headers.get('origin'),
  );

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
const NOT_A_NAME = /[\u0000-\u001f\u007f]/;

/** No id or key has control characters or half a surrogate pair, and not every database could be asked for one. */
const checkParameters = (params: Parameters, path: string): void => {
  for (const value of Object.values(params)) {
    if (!NOT_A_NAME.test(value) && value.isWellFormed()) continue;
    throw new Problem('not_found', { message: `There is nothing at ${JSON.stringify(path)}.` });
  }
};

const NOBODY = {
  grant: {
    account: '',
    token_id: '',
    name: '',
    permission: 'evaluate',
    app_ids: [],
    allowed_origins: null,
    expires_at: null,
  },
  via: 'token',
  secret: '',
} as const satisfies Caller;

const callOf = async (
  request: Request,
  env: unknown,
  params: Parameters,
  caller: Caller | null,
  operation: Operation<unknown, unknown>,
  setting: Setting,
): Promise<Call<unknown, unknown>> => {
  const who = caller ?? NOBODY;
  const { headers } = request;
  const given = queryOf(request.url);
  const query = parseQuery(queryWithDryRun(operation), given, operation.openQuery === true);
  const matched = operation.ifMatch === undefined ? null : ifMatch(headers);
  if (matched === null && operation.ifMatch === 'required') {
    throw new Problem('precondition_required', {
      message:
        'If-Match is missing; expected the version of the flag that the change was made from, as If-Match: "7".',
    });
  }
  const note = operation.writes === true ? comment(headers) : null;
  const key = operation.writes === true ? idempotencyKey(headers) : null;
  const json = operation.body !== undefined && operation.body.type !== 'application/x-ndjson';
  const text = json ? await readJsonText(request, operation.body?.limit) : '';
  return {
    request,
    env,
    caller: who,
    account: params['account_id'] ?? who.grant.account,
    params,
    query,
    body:
      json && operation.body !== undefined
        ? parseText(text, operation.body.parse, operation.body.numbers)
        : undefined,
    write: {
      actor: { name: who.grant.name, token_id: who.grant.token_id },
      at: new Date(setting.now()).toISOString(),
      comment: note,
      address: setting.address(request, env),
    },
    dryRun: isDryRun(operation, request) ? (operation.dryRun ?? null) : null,
    ifMatch: matched,
    idempotency: key === null ? null : await idempotencyOf(request, key, who, text),
  };
};

/** A key belongs to who sent it: nobody is given the answer to another person's request. */
const idempotencyOf = async (
  request: Request,
  key: string,
  caller: Caller,
  text: string,
): Promise<{ key: string; fingerprint: string }> => {
  const { pathname, search } = new URL(request.url);
  const parts = [request.method, pathname, search, request.headers.get('if-match') ?? '', text];
  return {
    key: `${caller.grant.token_id}/${key}`,
    fingerprint: await sha256Hex(JSON.stringify(parts)),
  };
};

const isDryRun = ({ dryRun }: Operation<unknown, unknown>, { url }: Request): boolean =>
  dryRun !== undefined && queryOf(url)[DRY_RUN] === '1';

/** A parameter given twice counts once, the first time; calls that want lists read the URL themselves. */
const queryOf = (url: string): Record<string, string> => {
  const query: Record<string, string> = Object.create(null);
  const at = url.indexOf('?');
  if (at === -1) return query;
  for (const [name, value] of new URLSearchParams(url.slice(at + 1))) {
    if (!(name in query)) query[name] = value;
  }
  return query;
};

const conclude = async (
  outcome: Outcome,
  request: Request,
  { account_id: account = '' }: Parameters,
  headers: Readonly<Record<string, string>>,
  setting: Setting,
): Promise<Response> => {
  if ('raw' in outcome) {
    const { raw } = outcome;
    const opened = typeof raw !== 'function' ? raw : request.method === 'HEAD' ? null : await raw();
    return new Response(opened, {
      status: outcome.status ?? 200,
      headers: { ...headers, ...outcome.headers },
    });
  }
  if ('repeated' in outcome) {
    return stored(outcome.repeated, { ...headers, 'idempotency-replayed': 'true' });
  }
  const { committed } = outcome;
  if (committed === undefined) return stored(render(outcome), headers);
  await setting.settled({ account, app: committed.app }, committed.version);
  const wait = preferredWait(request.headers);
  if (wait === null || committed.app === null) return stored(render(outcome), headers);
  const waited = await propagated(outcome, account, committed.app, committed.version, wait, setting);
  return stored(render(waited), { ...headers, 'preference-applied': `wait=${wait}` });
};

const stored = (answer: StoredAnswer, headers: Readonly<Record<string, string>>): Response =>
  new Response(answer.body, {
    status: answer.status,
    headers: { ...headers, 'content-type': JSON_TYPE, ...answer.headers },
  });

/** The write is durable whatever the cache says, so a cache that cannot be asked is told in the answer, not instead of it. */
const propagated = async (
  answer: Answer,
  account: string,
  app: string,
  version: number,
  waitSeconds: number,
  { cache, propagation, log }: Setting,
): Promise<Answer> => {
  try {
    const complete = await propagation.reached(account, app, version, waitSeconds * 1_000);
    const edges = await propagation.edges(account, app, version);
    const info = { ...answer.info, propagation: { version, complete, edges } };
    if (cache.receipts) return { ...answer, info };
    const message =
      'The change is stored; how far it has come is not known, because edges do not report here.';
    return { ...answer, info, messages: [...(answer.messages ?? []), { message }] };
  } catch (error) {
    log.warn({ err: error, account, app }, 'cannot ask the flag cache how far a change has come');
    return {
      ...answer,
      info: { ...answer.info, propagation: { version, complete: false, edges: [] } },
      messages: [
        ...(answer.messages ?? []),
        { message: 'The change is stored, but the flag cache cannot be asked how far it has come.' },
      ],
    };
  }
};
