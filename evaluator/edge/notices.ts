import type { Hono, Context as HonoContext } from 'hono';
import type { Account } from './account.ts';
import type { Gate, Refused } from './admission.ts';
import type { Apps } from './apps.ts';
import { corsHeaders } from './cors.ts';
import { type Streams, streamHeaders } from './event-streams.ts';
import type { HeldApp } from './held-app.ts';
import type { EdgeOptions } from './options.ts';
import { refusal } from './refusal.ts';
import type { Ticket, Tickets } from './tickets.ts';

export interface NoticeOptions {
  readonly gate: Gate;
  readonly account: Account;
  readonly apps: Apps;
  readonly streams: Streams;
  readonly tickets: Tickets;
  readonly now: () => number;
  readonly freshen: EdgeOptions['freshen'];
}

/**
 * A page evaluates first and opens its stream a moment later. What changed in between would be missed, so a newcomer is told of a
 * change this recent.
 */
const JUST_NOW_MS = 5_000;
const OPENED = new TextEncoder().encode(':\n\n');
/**
 * An `EventSource` tells a page of no comment, so a page could not tell a quiet stream from one that a proxy holds back. Clients of
 * OFREP pass over a type that they do not know.
 */
const ALIVE = new TextEncoder().encode('data: {"type":"alive"}\n\n');

/**
 * OFREP's event streams (ADR-0008): notices that the app changed, nothing else. The ticket in the URL opens the stream; one that is
 * open ends when the token is revoked or, where revocation cannot be seen, with the ticket.
 */
export const noticeRoutes = (app: Hono, options: NoticeOptions): void => {
  app.get('/apps/:app/ofrep/v1/stream', (c) => answer(c, options));
};

const answer = async (c: HonoContext, options: NoticeOptions): Promise<Response> => {
  const { account, apps, gate, tickets, now } = options;
  const { headers } = c.req.raw;
  const id = c.req.param('app') ?? '';
  const ticket = await tickets.check(c.req.query('ticket') ?? '', now());
  const refused = ticket === null ? noTicket(options, headers, id) : judge(options, ticket, headers, id);
  if (refused !== null || ticket === null) {
    return refusal(refused ?? gate.refuse(401, 'This ticket is not valid.', headers, id), null);
  }
  const app = apps.held(id) ?? (await apps.load(id));
  if (app === null)
    return refusal(gate.refuse(503, `The app ${id} cannot be loaded now.`, headers, id), null);
  await options.freshen?.(app.space);
  const origin = headers.get('origin');
  const cors = origin !== null && account.allowsOrigin(origin, id) ? corsHeaders(origin) : {};
  const answered = { headers: { ...streamHeaders(app.headers), ...cors } };
  // Hono answers it by this route and drops the body: a stream that was opened for it would never end.
  if (c.req.method === 'HEAD') return new Response(null, answered);
  const body = notify(app, headers.get('last-event-id'), options, () => {
    if (app.closed) return false;
    return ticket.replicated ? account.token(ticket.tokenId) !== null : ticket.expiresAt > now();
  });
  return new Response(body, answered);
};

const noTicket = ({ gate, account }: NoticeOptions, headers: Headers, id: string): Refused =>
  account.secret === null
    ? gate.refuse(503, 'This edge has not loaded its account yet.', headers, id)
    : gate.refuse(401, 'This ticket is not valid: evaluate again for a new one.', headers, id);

const judge = (
  { gate, account }: NoticeOptions,
  ticket: Ticket,
  headers: Headers,
  id: string,
): Refused | null => {
  if (ticket.app !== id) return gate.refuse(403, 'This ticket is for another app.', headers, id);
  if (!account.apps.has(id)) return gate.refuse(404, `There is no app ${id}.`, headers, id);
  if (!ticket.replicated) return null;
  const caller = account.token(ticket.tokenId);
  if (caller === null) return gate.refuse(401, 'The token of this ticket is revoked.', headers, id);
  const origin = headers.get('origin');
  if (caller.origins !== null && origin !== null && !caller.origins.has(origin)) {
    return gate.refuse(403, `The token of this ticket is not for the origin ${origin}.`, headers, id);
  }
  return null;
};

const notify = (
  app: HeldApp,
  seen: string | null,
  { streams, now }: NoticeOptions,
  stillAllowed: () => boolean,
): ReadableStream<Uint8Array> => {
  const notice = (): void => reader.send(app.config.noticeFrame);
  const missed = seen === null ? now() - app.changedAt < JUST_NOW_MS : seen !== app.revision;
  const stop = app.listen({ commit: notice, reset: notice });
  const reader = streams.open({
    space: app.space,
    first: missed ? app.config.noticeFrame : OPENED,
    heartbeat: ALIVE,
    stillAllowed,
    onHeartbeat: () => undefined,
    onClose: stop,
  });
  return reader.body;
};
