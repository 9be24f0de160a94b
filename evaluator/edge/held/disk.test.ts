import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accountSpace, appSpace } from '@halyard/caches';
import { createMemoryCache } from '@halyard/caches/memory';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createEdge, type LastGood } from '../index.ts';
import { ACCOUNT, APP, NOON, onFlag } from '../testing/suites/world.ts';
import { cuttable, silent, startWorld } from '../testing/world.ts';
import { openDisk } from './disk.ts';

let directory: string;
const warnings: string[] = [];
const log = {
  warn: (fields: object, message: string) => warnings.push(`${message} ${JSON.stringify(fields)}`),
};

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'halyard-disk-'));
  warnings.length = 0;
});
afterEach(() => rm(directory, { recursive: true }));

const SPACE = appSpace(ACCOUNT, APP);
const snapshot = {
  version: 7,
  entries: new Map([
    ['a', '{"ä":1}'],
    ['__proto__', 'x'],
  ]),
};

const onlyFile = async (): Promise<string> => join(directory, (await readdir(directory))[0] ?? '');

/** A disk that takes its time, as one does on a machine that has much to do. */
const slow = (disk: LastGood): LastGood => ({
  load: async (space) => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    return disk.load(space);
  },
  save: (space, snapshot, at) => disk.save(space, snapshot, at),
  remove: (space) => disk.remove(space),
  stillCurrent: (at) => disk.stillCurrent(at),
});

describe('the last good configuration on disk', () => {
  test('comes back as it was', async () => {
    const disk = await openDisk(directory, { log });
    await disk.save(SPACE, snapshot, NOON);
    expect(await (await openDisk(directory, { log })).load(SPACE)).toEqual({ snapshot, at: NOON });
    expect(await disk.load('another')).toBe(null);
    await disk.remove(SPACE);
    expect(await disk.load(SPACE)).toBe(null);
    expect(warnings).toEqual([]);
  });

  test('is as old as the time it was last known to be current', async () => {
    const disk = await openDisk(directory, { log });
    await disk.save(SPACE, snapshot, NOON);
    await disk.stillCurrent(NOON + 5_000);
    expect((await disk.load(SPACE))?.at).toBe(NOON + 5_000);
  });

  test('is readable by its owner only, and leaves no other file behind', async () => {
    const disk = await openDisk(join(directory, 'new'), { log });
    await Promise.all([disk.save(SPACE, snapshot, 1), disk.save(SPACE, { ...snapshot, version: 8 }, 2)]);
    const files = await readdir(join(directory, 'new'));
    expect(files.length).toBe(1);
    expect((await stat(join(directory, 'new', files[0] ?? ''))).mode & 0o777).toBe(0o600);
    expect((await disk.load(SPACE))?.snapshot.version).toBe(8);
  });

  test.each([
    ['damaged', (text: string) => text.replace('ä', 'a'), 'its checksum is wrong'],
    ['cut short', (text: string) => text.slice(0, 30), 'it is cut short'],
    ['empty', () => '', 'it is cut short'],
    [
      'of a format to come',
      (text: string) => text.replace('"format":1', '"format":2'),
      'it has the format 2; expected 1',
    ],
    [
      'of another space',
      (text: string) => text.replace('app/default/shop', 'app/default/shot'),
      'it is of the space app/default/shot',
    ],
  ])('is not taken when it is %s, and the log says why', async (_how, damage, reason) => {
    const disk = await openDisk(directory, { log });
    await disk.save(SPACE, snapshot, NOON);
    const file = await onlyFile();
    await writeFile(file, damage(await readFile(file, 'utf8')));
    expect(await disk.load(SPACE)).toBe(null);
    expect(warnings).toEqual([
      `The last good configuration on disk is not taken. ${JSON.stringify({ space: SPACE, reason })}`,
    ]);
  });

  test('of a directory that cannot be made is refused at once', async () => {
    await writeFile(join(directory, 'file'), '');
    await expect(openDisk(join(directory, 'file', 'below'), { log })).rejects.toThrow('ENOTDIR');
  });
});

describe('an edge with a disk', () => {
  test('restarted while everything is down serves what it had, and says how old that is', async () => {
    const cache = cuttable(createMemoryCache({ now: () => NOON }));
    const world = await startWorld({ a: onFlag('a') }, { cache, disk: await openDisk(directory, { log }) });
    await world.commit({ a: onFlag('a', { default_variation: 'off' }) });
    expect((await world.evaluate('/a', {})).status).toBe(200);
    await world.edge.close();

    cache.cut();
    const restarted = createEdge({
      cache,
      account: ACCOUNT,
      id: 'edge-2',
      now: () => NOON + 90_000,
      log: silent,
      disk: slow(await openDisk(directory, { log })),
    });
    await restarted.start();
    expect(restarted.ready()).toBe(true);
    const evaluate = (secret: string): Promise<Response> | Response =>
      restarted.app.request('/ofrep/v1/evaluate/flags/a', {
        method: 'POST',
        headers: { authorization: `Bearer ${secret}` },
      });
    const response = await evaluate('evaluate');
    expect(await response.json()).toMatchObject({ value: false });
    expect(response.headers.get('halyard-version')).toBe('2');
    expect(response.headers.get('halyard-stale')).toBe('90');
    // It may be a token that was made after this was written.
    expect((await evaluate('stranger')).status).toBe(503);
    await restarted.close();
  });

  test('takes the cache over the disk where the cache answers', async () => {
    const disk = await openDisk(directory, { log });
    await disk.save(SPACE, { version: 9, entries: new Map() }, NOON);
    const world = await startWorld({ a: onFlag('a') }, { disk });
    const response = await world.evaluate('/a', {});
    expect(response.status).toBe(200);
    expect(response.headers.get('halyard-version')).toBe('1');
    expect(response.headers.get('halyard-stale')).toBe(null);
    await world.edge.close();
  });

  test('serves from disk while the cache answers but is empty', async () => {
    const disk = await openDisk(directory, { log });
    const world = await startWorld({ a: onFlag('a') }, { disk });
    await world.evaluate('/a', {});
    await world.edge.close();

    const empty = createMemoryCache({ now: () => NOON });
    const edge = createEdge({ cache: empty, account: ACCOUNT, id: 'e', now: () => NOON, log: silent, disk });
    await edge.start();
    const response = await edge.app.request('/ofrep/v1/evaluate/flags/a', {
      method: 'POST',
      headers: { authorization: 'Bearer evaluate' },
    });
    expect(response.status).toBe(200);
    expect(response.headers.get('halyard-stale')).toBe('0');
    await edge.close();
  });

  test('forgets an app that was deleted', async () => {
    const disk = await openDisk(directory, { log });
    const world = await startWorld({ a: onFlag('a') }, { disk });
    await disk.save(SPACE, snapshot, NOON);
    await world.accountCommit([{ key: `app/${APP}`, value: null }]);
    const deadline = performance.now() + 10_000;
    while ((await disk.load(SPACE)) !== null && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(await disk.load(SPACE)).toBe(null);
    await world.edge.close();
    expect(await disk.load(SPACE)).toBe(null);
    expect(await disk.load(accountSpace(ACCOUNT))).not.toBe(null);
  });
});
