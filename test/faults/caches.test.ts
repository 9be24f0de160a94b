import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { appSpace } from '@halyard/caches';
import { openDisk } from '@halyard/edge/disk';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  connectCache,
  FLAGS,
  type Load,
  type LoadedEdge,
  loadOn,
  startEdge,
  startWriter,
  type Writer,
} from './fleet.ts';
import { faultsIn } from './history.ts';
import { type ServerProcess, startServer, type Technology, waitFor } from './server-process.ts';
import { startProxy, type TcpProxy } from './tcp-proxy.ts';

const has = (command: string): boolean => spawnSync(command, ['--version']).error === undefined;
const inCi = process.env['CI'] === 'true';
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe.each<[Technology, string]>([
  ['redis', 'redis-server'],
  ['nats', 'nats-server'],
])('with %s as the flag cache', (technology, command) => {
  // In CI a missing server is a failure: the tests run and say so.
  const suite = inCi || has(command) ? describe : describe.skip;

  suite('edges under load', () => {
    let server: ServerProcess;
    let proxy: TcpProxy;
    let writer: Writer;
    let writerCache: Awaited<ReturnType<typeof connectCache>>;
    let edges: LoadedEdge[];
    let load: Load;

    beforeEach(async () => {
      server = await startServer(technology);
      proxy = await startProxy(server.port);
      writerCache = await connectCache(technology, server.port);
      writer = await startWriter(writerCache);
      await waitFor(
        async () => (await writerCache.head(appSpace('default', 'shop')))?.version === 1,
        'the first filling',
      );
      // One edge speaks to the server itself, one through the proxy.
      edges = await Promise.all([
        startEdge('direct', await connectCache(technology, server.port)),
        startEdge('proxied', await connectCache(technology, proxy.port)),
      ]);
      for (const edge of edges) expect((await edge.ask()).values.length).toBe(FLAGS);
      load = loadOn(edges);
    });

    afterEach(async () => {
      await load.stop();
      await writer.close();
      for (const edge of edges) await edge.close();
      await writerCache.close();
      await proxy.close();
      await server.end();
    });

    const commit = async (times: number): Promise<void> => {
      for (let i = 0; i < times; i += 1) {
        writer.commit();
        await sleep(5);
      }
    };
    const stale = (id: string): boolean => load.history.findLast(({ edge }) => edge === id)?.stale !== null;
    /** Another commit, everybody at the head, and nothing wrong in all that was recorded. */
    const expectWhole = async (what: string, withinMs?: number): Promise<void> => {
      writer.commit();
      const took = await waitFor(
        () =>
          edges.every(({ id }) => {
            const last = load.history.findLast(({ edge }) => edge === id);
            return last?.version === writer.version && last.stale === null;
          }),
        `every edge at version ${writer.version}`,
        withinMs,
      );
      console.log(`${technology}, ${what}: converged after ${took} ms, ${load.history.length} answers`);
      await load.stop();
      expect(faultsIn(load.history, writer.version)).toEqual([]);
    };

    test('follow every commit whole', async () => {
      await commit(50);
      await expectWhole('nothing wrong');
    });

    test('answer while the cache is killed, and follow when it is back with its data', async () => {
      await commit(5);
      await server.kill();
      await commit(10);
      await waitFor(() => stale('direct') && stale('proxied'), 'both edges to say that they are stale');
      await server.restart('kept');
      await expectWhole('killed, data kept');
    });

    test('answer while the cache is killed, and follow when it is back empty', async () => {
      await commit(5);
      await server.kill();
      await commit(10);
      await waitFor(() => stale('direct') && stale('proxied'), 'both edges to say that they are stale');
      await server.restart('lost');
      await expectWhole('killed, data lost');
    });

    test('answer while the cache stands still, say how old they are, and follow when it goes on', async () => {
      await commit(5);
      server.pause();
      await commit(10);
      await waitFor(() => stale('direct') && stale('proxied'), 'both edges to say that they are stale');
      await sleep(1_000);
      server.resume();
      await expectWhole('paused');
    });

    test('answer while their connection is cut, and catch up', async () => {
      await commit(5);
      proxy.cut();
      await commit(20);
      await waitFor(() => stale('proxied'), 'the edge that is cut off to say so');
      expect(stale('direct')).toBe(false);
      proxy.heal();
      await expectWhole('cut');
    });

    test('notice a connection on which nothing comes through', async () => {
      await commit(5);
      proxy.swallow();
      await commit(20);
      await waitFor(() => stale('proxied'), 'the edge that hears nothing to say so');
      proxy.heal();
      await expectWhole('swallowed');
    });

    test('mend a connection that was half closed', async () => {
      await commit(5);
      proxy.halfClose();
      await commit(20);
      await expectWhole('half closed');
    });

    test('follow a burst', async () => {
      for (let i = 0; i < 10_000; i += 1) writer.commit();
      await expectWhole('burst of 10,000', 90_000);
    });

    test('follow while the clock of an edge jumps', async () => {
      let jumped = 0;
      const edge = await startEdge('jumping', await connectCache(technology, server.port), {
        now: () => Date.now() + jumped,
      });
      const jumping = loadOn([edge]);
      try {
        for (const jump of [3_600_000, -7_200_000, 86_400_000 * 400, 0]) {
          jumped = jump;
          await commit(5);
          await waitFor(() => jumping.history.at(-1)?.version === writer.version, 'the edge to follow');
          const live = await writerCache.edges(appSpace('default', 'shop'));
          expect(live.map(({ edge: id }) => id)).toContain('jumping');
        }
        await jumping.stop();
        expect(jumping.history.filter(({ stale }) => stale !== null)).toEqual([]);
        expect(faultsIn(jumping.history, writer.version)).toEqual([]);
      } finally {
        await jumping.stop();
        await edge.close();
      }
      await expectWhole('a jumping clock');
    });

    test('start from disk while the cache is down, and follow when it is back', async () => {
      const directory = await mkdtemp(join(tmpdir(), 'halyard-faults-'));
      const disk = await openDisk(directory, { log: { warn: () => undefined } });
      const first = await startEdge('first', await connectCache(technology, server.port), { disk });
      expect((await first.ask()).status).toBe(200);
      await first.close();
      await server.kill();
      const second = await startEdge('second', await connectCache(technology, server.port), { disk });
      const bare = await startEdge('bare', await connectCache(technology, server.port));
      try {
        const answered = await second.ask();
        expect(answered).toMatchObject({ status: 200, version: 1, values: Array(FLAGS).fill(1) });
        expect(answered.stale).not.toBe(null);
        expect((await bare.ask()).status).toBe(503);
        await server.restart('lost');
        writer.commit();
        await waitFor(async () => (await second.ask()).version === 2, 'the edge from disk to follow');
        await waitFor(async () => (await bare.ask()).version === 2, 'the edge without a disk to follow');
        await expectWhole('restarted from disk');
      } finally {
        await second.close();
        await bare.close();
        await rm(directory, { recursive: true });
      }
    });

    test('serve all flags but one whose entry in the cache is damaged', async () => {
      await load.stop();
      const space = appSpace('default', 'shop');
      await writer.close();
      await writerCache.publish(space, {
        version: writer.version + 1,
        changes: [{ key: 'flag-0', value: '{"key":"flag-0","variations":' }],
      });
      for (const edge of edges) {
        await waitFor(async () => (await edge.ask()).version === 2, 'the damaged commit');
        expect((await edge.ask()).values.toSorted()).toEqual([-1, 1, 1, 1, 1]);
      }
    });
  });
});
