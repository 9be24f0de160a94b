import { revisionIn } from '@halyard/caches';
import type { Hono, Context as HonoContext } from 'hono';
import type { Durations } from '../durations.ts';
import type { Admission, Admitted, Gate } from '../entry/admission.ts';
import { refusal } from '../entry/refusal.ts';
import { seenByPage } from '../entry/seen-by-page.ts';
import { type Tickets, ticketPeriod } from '../entry/tickets.ts';
import type { Apps } from '../held/apps.ts';
import type { HeldApp } from '../held/held-app.ts';
import type { BulkAnswers } from './bulk-answers.ts';
import { bulkQuestionOf, textOf } from './bulk-question.ts';
import { fingerprint, notModified } from './etag.ts';
import { type EvaluationRequest, readRequest } from './evaluation-request.ts';
import { failure, fragmentOf } from './fragments.ts';
import { answerCompressed } from './gzip.ts';

/** A page that is hidden this long closes its stream (ADR-0008). */
const INACTIVITY_SECONDS = 120;
const TOLD = 'flagConfigEtag';

export interface OfrepOptions {
  readonly gate: Gate;
  readonly apps: Apps;
  readonly answers: BulkAnswers;
  readonly tickets: Tickets;
  /** Null: nothing is counted here. */
  readonly measuring: Durations | null;
  readonly now: () => number;
  readonly catchUpMs: number;
  /** In front of every path this edge names, without a slash at the end. */
  readonly basePath: string;
}

/** The OpenFeature Remote Evaluation Protocol, 0.3: one flag, and all of them. */
export const ofrepRoutes = (app: Hono, options: OfrepOptions): void => {
  const { measuring } = options;
  const one = (c: HonoContext): Promise<Response> => answerSingle(c, options);
  const all = (c: HonoContext): Promise<Response> => answerBulk(c, options);
  const single = measuring?.measured('one', one) ?? one;
  const bulk = measuring?.measured('all', all) ?? all;
  for (const base of ['/ofrep/v1', '/apps/:app/ofrep/v1']) {
    app.post(`${base}/evaluate/flags/:key`, single);
    app.post(`${base}/evaluate/flags`, bulk);
  }
};

const answerSingle = async (c: HonoContext, { gate, apps, catchUpMs }: OfrepOptions): Promise<Response> => {
  const request = c.req.raw;
  const key = c.req.param('key') ?? '';
  const deciding = gate.admit(c, c.req.param('app'), 'evaluate');
  const admission = deciding instanceof Promise ? await deciding : deciding;
  if (admission.kind === 'refused') return refusal(admission, key);
  const { app, caller, cors } = admission;

  const asked = await readRequest(request);
  if (asked.kind === 'bad') return badRequest(asked, key, app, cors);
  if (request.url.includes(TOLD) && !(await caughtUp(request.url, app, catchUpMs))) {
    return behind(app, key, cors);
  }
  const headers = cors === null ? app.headers : { ...app.headers, ...cors };
  const flag = apps.flagOf(app, key);
  if (flag === undefined || (caller.origins !== null && !flag.clientSide)) {
    app.count('FLAG_NOT_FOUND');
    return new Response(failure(key, 'FLAG_NOT_FOUND', `There is no flag ${key}.`), { status: 404, headers });
  }
  const evaluated = flag.evaluate(asked.context);
  app.tally.evaluated(evaluated, key);
  const evaluation = caller.origins === null ? evaluated : seenByPage(evaluated, app.compiled);
  const body = fragmentOf(flag, evaluation);
  if (evaluation.kind === 'failed') {
    app.count(evaluation.code);
    return new Response(body, { status: 400, headers });
  }
  app.count(evaluation.reason);
  return new Response(body, { headers });
};

const answerBulk = async (c: HonoContext, options: OfrepOptions): Promise<Response> => {
  const { gate, now, catchUpMs } = options;
  const request = c.req.raw;
  const deciding = gate.admit(c, c.req.param('app'), 'evaluate');
  const admission: Admission = deciding instanceof Promise ? await deciding : deciding;
  if (admission.kind === 'refused') return refusal(admission, null);
  const { app, caller, cors } = admission;

  const asked = await readRequest(request);
  if (asked.kind === 'bad') return badRequest(asked, null, app, cors);
  const query = request.url.indexOf('?');
  const parameters = query === -1 ? null : new URLSearchParams(request.url.slice(query));
  if (parameters?.has(TOLD) && !(await caughtUp(request.url, app, catchUpMs))) return behind(app, null, cors);

  // Before anything is read of the app: what follows is one version, without a pause.
  const ticket = (await options.tickets.issue(app.id, caller, now())) ?? null;
  const asking = bulkQuestionOf(parameters, caller);
  const question = textOf(asking, app.id, caller, asked.text);
  const print = fingerprint(question);
  // The ticket's end, because it differs with the period and with the secret: no 304 goes to a client whose ticket is dead.
  const etag = `"${app.revision}-${ticket?.slice(-8) ?? ticketPeriod(now())}-${print}"`;
  const headers = {
    ...app.headers,
    // A page may keep the answer, and must ask whether it still holds.
    'cache-control': 'private, no-cache',
    etag,
    ...cors,
  };
  const unchanged = notModified(request.headers, headers);
  if (unchanged !== null) return unchanged;
  const streams = ticket === null || asking.bootstrap ? '' : eventStreams(options, app, ticket);
  const { flags, outcomes, slots } = options.answers.answer(
    app,
    options.apps.flagsOf(app),
    question,
    print,
    asked.context,
    asking,
  );
  for (const [outcome, count] of outcomes) app.count(outcome, count);
  app.tally.delivered(slots);
  return answerCompressed(
    request.headers,
    `{"flags":[${flags}]${streams},"metadata":{"version":${app.version}}}`,
    headers,
  );
};

const eventStreams = ({ basePath }: OfrepOptions, app: HeldApp, ticket: string): string => {
  const requestUri = `${basePath}/apps/${encodeURIComponent(app.id)}/ofrep/v1/stream?ticket=${ticket}`;
  return `,"eventStreams":[${JSON.stringify({
    type: 'sse',
    endpoint: { requestUri },
    inactivityDelaySec: INACTIVITY_SECONDS,
  })}]`;
};

/** A page told of a version by another edge must not be answered an older one by this edge. */
const caughtUp = async (url: string, app: HeldApp, catchUpMs: number): Promise<boolean> => {
  const revision = revisionIn(new URLSearchParams(url.slice(url.indexOf('?'))).get(TOLD));
  return revision === null || app.reaches(revision, catchUpMs);
};

const behind = (app: HeldApp, key: string | null, cors: Admitted['cors']): Response =>
  new Response(failure(key, 'GENERAL', `This edge is still at version ${app.version} of the app.`), {
    status: 503,
    headers: { ...app.headers, ...cors, 'retry-after': '1' },
  });

const badRequest = (
  { status, code, message }: Extract<EvaluationRequest, { kind: 'bad' }>,
  key: string | null,
  app: HeldApp,
  cors: Admitted['cors'],
): Response => new Response(failure(key, code, message), { status, headers: { ...app.headers, ...cors } });
