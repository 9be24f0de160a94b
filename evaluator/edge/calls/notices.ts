import type { Hono, Context as HonoContext } from 'hono';
import type { Gate, Refused, Visit } from '../entry/admission.ts';
import { mayFrom } from '../entry/caller.ts';
import { corsHeaders } from '../entry/cors.ts';
import { refusal } from '../entry/refusal.ts';
import type { StreamRoom } from '../entry/stream-room.ts';
import type { Ticket, Tickets } from '../entry/tickets.ts';
import type { Account } from '../held/account.ts';
import type { Apps } from '../held/apps.ts';
import type { HeldApp } from '../held/held-app.ts';
import type { EdgeOptions } from '../options.ts';
import { type OpenStream, type Streams, streamHeaders } from './event-streams.ts';

export interface NoticeOptions {
  readonly gate: Gate;
  readonly account: Account;
  readonly apps: Apps;
  readonly room: StreamRoom;
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
  const { account, apps, gate, room, tickets, now } = options;
  const { headers } = c.req.raw;
  const id = c.req.param('app') ?? '';
  const found = await tickets.check(c.req.query('ticket') ?? '', now());
  if (found === null) return refusal(noTicket(options, c, id), null);
  const ticket = judge(options, found, headers, id);
  if ('kind' in ticket) return refusal(ticket, null);
  const app = apps.held(id) ?? (await apps.load(id));
  if (app === null)
    return refusal(gate.refuse(503, `The app ${id} cannot be loaded now.`, headers, id), null);
  await options.freshen?.(app.space);
  const origin = headers.get('origin');
  const cors = origin !== null && account.allowsOrigin(origin, id) ? corsHeaders(origin) : {};
  const answered = { headers: { ...streamHeaders(app.headers), ...cors } };
  // Hono answers it by this route and drops the body: a stream that was opened for it would never end.
  if (c.req.method === 'HEAD') return new Response(null, answered);
  const leave = room.take(ticket.tokenId);
  if (leave === null) return refusal(gate.refuse(503, room.full, headers, id, room.retrySeconds), null);
  const body = notify(app, headers.get('last-event-id'), options, {
    stillAllowed: () => !app.closed && lives(options, ticket),
    endsAt: ticket.replicated
      ? (account.token(ticket.tokenId)?.expiresAt ?? Number.POSITIVE_INFINITY)
      : ticket.expiresAt,
    onClose: leave,
  });
  return new Response(body, answered);
};

/** A token of which this edge knows that it lives outlives its tickets; of another, a ticket is the last word. */
const lives = ({ account, now }: NoticeOptions, { tokenId, replicated, expiresAt }: Ticket): boolean =>
  replicated ? account.token(tokenId) !== null : expiresAt > now() && account.otherMayLive(tokenId);

const noTicket = ({ gate, account }: NoticeOptions, visit: Visit, id: string): Refused =>
  account.secret === null
    ? gate.refuse(503, 'This edge has not loaded its account yet.', visit.req.raw.headers, id)
    : gate.refuseGuess(401, 'This ticket is not valid: evaluate again for a new one.', visit, id);

const judge = (options: NoticeOptions, ticket: Ticket, headers: Headers, id: string): Ticket | Refused => {
  const { gate, account } = options;
  if (ticket.app !== id) return gate.refuse(403, 'This ticket is for another app.', headers, id);
  if (!account.apps.has(id)) return gate.refuse(404, `There is no app ${id}.`, headers, id);
  if (!lives(options, ticket)) {
    return gate.refuse(401, 'The token of this ticket is revoked.', headers, id);
  }
  const origins = account.token(ticket.tokenId)?.origins ?? null;
  const origin = headers.get('origin');
  if (origins !== null && origin !== null && !mayFrom(origins, origin)) {
    return gate.refuse(403, `The token of this ticket is not for the origin ${origin}.`, headers, id);
  }
  return ticket;
};

const notify = (
  app: HeldApp,
  seen: string | null,
  { streams, now }: NoticeOptions,
  { onClose, ...terms }: Pick<OpenStream, 'stillAllowed' | 'endsAt' | 'onClose'>,
): ReadableStream<Uint8Array> => {
  const notice = (): void => reader.send(app.config.noticeFrame);
  const missed = seen === null ? now() - app.changedAt < JUST_NOW_MS : seen !== app.revision;
  const stop = app.listen({ commit: notice, reset: notice });
  const reader = streams.open({
    space: app.space,
    first: missed ? app.config.noticeFrame : OPENED,
    heartbeat: ALIVE,
    ...terms,
    onHeartbeat: () => undefined,
    onClose: () => {
      stop();
      onClose();
    },
  });
  return reader.body;
};
