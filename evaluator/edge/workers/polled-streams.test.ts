import { describe, expect, test } from 'vitest';
import { type PolledStreamLimits, PolledStreams } from './polled-streams.ts';

const text = (bytes: string): Uint8Array => new TextEncoder().encode(bytes);

const open = (
  limits: Partial<PolledStreamLimits>,
  refresh: () => Promise<void> = async () => undefined,
  more: { readonly heartbeat?: Uint8Array } = {},
) => {
  const clock = { time: 0 };
  const state = { allowed: true, closed: 0, heartbeats: 0 };
  const streams = new PolledStreams(
    { streamBytes: 10, heartbeatMs: 15_000, lookMs: 1, lifeMs: 600_000, ...limits },
    () => clock.time,
    refresh,
  );
  const reader = streams.open({
    space: 'app/a/b',
    first: text('a first one that is long'),
    ...more,
    stillAllowed: () => state.allowed,
    endsAt: Number.POSITIVE_INFINITY,
    onHeartbeat: () => {
      state.heartbeats += 1;
    },
    onClose: () => {
      state.closed += 1;
    },
  });
  const chunks = reader.body.getReader();
  const next = async (): Promise<string | undefined> => {
    const { done, value } = await chunks.read();
    return done ? undefined : new TextDecoder().decode(value);
  };
  return { clock, state, streams, reader, chunks, next };
};

describe('a stream of an isolate', () => {
  test('hands over what is sent to it, first what it opened with', async () => {
    const { reader, next, streams } = open({});
    reader.send(text('1'));
    reader.send(text('2'));
    expect([await next(), await next(), await next()]).toEqual(['a first one that is long', '1', '2']);
    expect(streams.size).toBe(1);
  });

  test('looks for news by itself', async () => {
    let looked = 0;
    const { reader, next } = open({}, async () => {
      looked += 1;
      if (looked === 3) reader.send(text('news'));
    });
    await next();
    expect(await next()).toBe('news');
    expect(looked).toBe(3);
  });

  test('says something when there was nothing to say for long', async () => {
    const { clock, state, next } = open({}, async () => {
      clock.time += 6_000;
    });
    await next();
    expect(await next()).toBe(':\n\n');
    expect([clock.time, state.heartbeats]).toEqual([18_000, 1]);
  });

  test('says what a page can hear where that is asked for', async () => {
    const heartbeat = text('data: x\n\n');
    const { clock, next } = open(
      {},
      async () => {
        clock.time += 6_000;
      },
      { heartbeat },
    );
    await next();
    expect(await next()).toBe('data: x\n\n');
  });

  test('ends when its token is gone', async () => {
    const { state, streams, next } = open({});
    await next();
    state.allowed = false;
    expect(await next()).toBe(undefined);
    expect([state.closed, streams.size]).toEqual([1, 0]);
  });

  test('ends after its life, whatever there is to tell', async () => {
    const { clock, state, next } = open({}, async () => {
      clock.time += 14_000;
    });
    const seen: (string | undefined)[] = [];
    do seen.push(await next());
    while (seen.at(-1) !== undefined);
    expect(clock.time).toBe(602_000);
    expect(state.closed).toBe(1);
  });

  test('is cut off when its reader does not keep up', async () => {
    const { state, streams, reader, next } = open({});
    reader.send(text('12345'));
    reader.send(text('67890'));
    expect(reader.open).toBe(true);
    reader.send(text('x'));
    expect(reader.open).toBe(false);
    expect([streams.dropped, state.closed]).toEqual([1, 1]);
    await expect(next()).rejects.toThrow('The reader is too slow.');
    reader.send(text('y'));
    expect(streams.dropped).toBe(1);
  });

  test('takes more again once its reader has caught up', async () => {
    const { reader, next } = open({});
    await next();
    for (let i = 0; i < 5; i += 1) {
      reader.send(text('12345678'));
      await next();
    }
    expect(reader.open).toBe(true);
  });

  test('is forgotten when its reader goes', async () => {
    const { state, streams, chunks, next } = open({});
    await next();
    await chunks.cancel();
    expect([state.closed, streams.size]).toEqual([1, 0]);
  });
});
