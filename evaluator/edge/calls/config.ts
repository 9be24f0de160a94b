import { compareEpochs, type Revision, revisionIn } from '@halyard/caches';
import type { Hono, Context as HonoContext } from 'hono';
import type { Gate } from '../entry/admission.ts';
import { refusal } from '../entry/refusal.ts';
import type { StreamRoom } from '../entry/stream-room.ts';
import type { Account } from '../held/account.ts';
import type { HeldApp } from '../held/held-app.ts';
import { notModified } from './etag.ts';
import { type OpenStream, type Streams, streamHeaders } from './event-streams.ts';
import { answerCompressed } from './gzip.ts';

export interface ConfigOptions {
  readonly gate: Gate;
  readonly account: Account;
  readonly room: StreamRoom;
  readonly streams: Streams;
}

/** The configuration of an app and its stream, for providers that evaluate in process. A token of one app need not name it. */
export const configRoutes = (app: Hono, options: ConfigOptions): void => {
  for (const base of ['', '/apps/:app']) {
    app.get(`${base}/config`, (c) => answerConfig(c, options));
    app.get(`${base}/stream`, (c) => answerStream(c, options));
  }
};

const answerConfig = async (c: HonoContext, { gate }: ConfigOptions): Promise<Response> => {
  const request = c.req.raw;
  const admission = await gate.admit(c, c.req.param('app'), 'config');
  if (admission.kind === 'refused') return refusal(admission, null);
  const { app, cors } = admission;
  const etag = `"${app.revision}"`;
  const headers = {
    ...app.headers,
    'cache-control': 'private, no-cache',
    etag,
    ...cors,
  };
  const unchanged = notModified(request.headers, headers);
  if (unchanged !== null) return unchanged;
  if (c.req.method === 'HEAD') return new Response(null, { headers });
  return answerCompressed(request.headers, app.config.document, headers);
};

const answerStream = async (
  c: HonoContext,
  { gate, account, room, streams }: ConfigOptions,
): Promise<Response> => {
  const { headers } = c.req.raw;
  const admission = await gate.admit(c, c.req.param('app'), 'config');
  if (admission.kind === 'refused') return refusal(admission, null);
  const { app, caller, cors } = admission;
  const answered = { headers: { ...streamHeaders(app.headers), ...cors } };
  // Hono answers it by this route and drops the body: a stream that was opened for it would never end.
  if (c.req.method === 'HEAD') return new Response(null, answered);
  const id = caller.grant.token_id;
  const leave = room.take(id);
  if (leave === null) return refusal(gate.refuse(503, room.full, headers, app.id, room.retrySeconds), null);
  const body = follow(app, revisionIn(headers.get('last-event-id')), streams, {
    stillAllowed: () => {
      if (app.closed) return false;
      if (caller.replicated) return account.token(id) !== null;
      return account.otherMayLive(id) && gate.stillGood(headers);
    },
    endsAt: caller.expiresAt,
    onClose: leave,
  });
  return new Response(body, answered);
};

/**
 * The stream of one reader who has `seen` a revision (null: nothing). It is sent what it misses one by one where that is still known,
 * else a snapshot, and then every commit. A version alone does not say of which history it is: that reader is sent a snapshot.
 */
const follow = (
  app: HeldApp,
  seen: Revision | null,
  streams: Streams,
  { onClose, ...terms }: Pick<OpenStream, 'stillAllowed' | 'endsAt' | 'onClose'>,
): ReadableStream<Uint8Array> => {
  const { config } = app;
  let at: Revision | null = seen === null || seen.epoch === null ? null : seen;

  /** Everything between the reader's revision and ours. A reader that is ahead of this edge is left waiting for it to catch up. */
  const missing = (): readonly Uint8Array[] => {
    const order = at === null ? 'behind' : orderOf(at, config.history?.epoch);
    if (order === 'ahead' || (order === 'same' && at !== null && at.version >= config.version)) return [];
    const frames = at !== null && order === 'same' ? config.framesAfter(at.version) : null;
    at = { epoch: config.history?.epoch ?? null, version: config.version };
    return frames ?? [config.snapshotFrame];
  };
  const sendMissing = (): void => {
    for (const frame of missing()) reader.send(frame);
  };

  const stop = app.listen({
    commit: sendMissing,
    reset: () => {
      // Where nothing says of which history the versions are, these are others.
      if (config.history === undefined) at = null;
      sendMissing();
    },
  });
  const reader = streams.open({
    space: app.space,
    first: joined(missing()),
    ...terms,
    onHeartbeat: () => {
      // Still ahead of an edge that is not behind: what it read is not there any more.
      if (app.staleSeconds !== null || at === null) return;
      if (orderOf(at, config.history?.epoch) === 'same' && at.version <= config.version) return;
      at = null;
      sendMissing();
    },
    onClose: () => {
      stop();
      onClose();
    },
  });
  return reader.body;
};

/** Where a reader's epoch is, seen from this edge's (undefined: a former release's). */
const orderOf = ({ epoch }: Revision, ours: string | undefined): 'ahead' | 'same' | 'behind' => {
  if (epoch === null || ours === undefined) return epoch === null && ours === undefined ? 'same' : 'behind';
  const order = compareEpochs(epoch, ours);
  return order === 0 ? 'same' : order > 0 ? 'ahead' : 'behind';
};

const CONNECTED = new TextEncoder().encode(':\n\n');

/** Never empty: the first bytes tell the reader, and proxies between, that the stream is open. */
const joined = (frames: readonly Uint8Array[]): Uint8Array => {
  const all = frames.length === 0 ? [CONNECTED] : frames;
  if (all.length === 1 && all[0] !== undefined) return all[0];
  const bytes = new Uint8Array(all.reduce((sum, frame) => sum + frame.byteLength, 0));
  let offset = 0;
  for (const frame of all) {
    bytes.set(frame, offset);
    offset += frame.byteLength;
  }
  return bytes;
};
