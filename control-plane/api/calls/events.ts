import { type Revision, revisionIn } from '@halyard/caches';
import { createCredentialWatch } from '../../access/credential-watch.ts';
import { EventData } from '../document/schemas.ts';
import type { Call } from '../http/call.ts';
import { createEventStream } from '../http/event-stream.ts';
import { OpenStreams } from '../http/open-streams.ts';
import { type AnyServed, serve } from '../http/operation.ts';
import { APP, appOf } from '../http/paths.ts';
import type { Setting } from '../http/setting.ts';
import { existingApp, noSuchApp } from './apps.ts';
import type { Follower } from './event-feed.ts';
import { createEventFeeds } from './event-feeds.ts';

const HEARTBEAT_MS = 15_000;

export const eventOperations = (setting: Setting): readonly AnyServed[] => {
  const { eventsOfToken, events } = setting.streamLimits;
  const feeds = createEventFeeds(setting);
  const open = new OpenStreams('event streams', { ofToken: eventsOfToken, inAll: events });
  const credentials = createCredentialWatch(setting.authenticator);
  setting.ending.addEventListener('abort', () => credentials.close());

  const follow = async (
    { account, caller, request }: Pick<Call, 'account' | 'caller' | 'request'>,
    app: string,
  ): Promise<ReadableStream<Uint8Array>> => {
    const ends: (() => void)[] = [open.take(caller.grant.token_id)];
    const endAll = (): void => {
      for (const each of ends.splice(0)) each();
    };
    const stream = createEventStream({ idleMs: setting.streamLimits.idleMs, onEnd: endAll });
    const follower: Follower = {
      event: (event, revision) => stream.send(`id: ${revision}\ndata: ${JSON.stringify(event)}\n\n`),
      end: stream.end,
    };
    stream.send(': following\n\n');
    try {
      const following = await feeds.follow({ account, app }, seenBy(request), follower);
      if (following === null) throw noSuchApp(app);
      const watching = credentials.watch(caller, stream.end);
      const beat = setInterval(() => stream.send(': alive\n\n'), HEARTBEAT_MS);
      ends.push(
        () => void following.close(),
        () => void watching.close(),
        () => clearInterval(beat),
        () => setting.ending.removeEventListener('abort', stream.end),
      );
      setting.ending.addEventListener('abort', stream.end);
      if (setting.ending.aborted) stream.end();
      // It may have ended while it was opened, before there was all of this to end.
      if (stream.ended()) endAll();
      return stream.body;
    } catch (error) {
      stream.end();
      throw error;
    }
  };

  return [
    serve(
      {
        id: 'streamEvents',
        tag: 'Propagation',
        summary: 'Follow an app live',
        description:
          'Server-sent events without a name: `commit` for every commit, `propagation` when edges applied one, `reload` when too much was missed. `id` names the app’s version and its history; `Last-Event-ID` resumes, or is answered with `reload`. A reader that falls behind is cut off and resumes; the stream ends with the token or session.',
        method: 'get',
        path: `${APP}/events`,
        needs: 'read',
        answers: { schema: EventData, enveloped: false, type: 'text/event-stream' },
        problems: ['not_found', 'busy'],
      },
      async (call) => {
        const app = appOf(call);
        await existingApp(setting, call.account, app);
        return {
          raw: () => follow(call, app),
          headers: { 'content-type': 'text/event-stream; charset=UTF-8', 'x-accel-buffering': 'no' },
        };
      },
    ),
  ];
};

const UNKNOWN: Revision = { epoch: null, version: 0 };

/** What the reader has, which may be nothing that is known here; null: it has seen none. */
const seenBy = ({ headers }: Request): Revision | null => {
  const seen = headers.get('last-event-id') ?? '';
  return seen === '' ? null : (revisionIn(seen) ?? UNKNOWN);
};
