import { createClient } from '@halyard/providers/client';
import { HalyardProvider } from '@halyard/providers/server';
import { HalyardWebProvider } from '@halyard/providers/web';
import { OpenFeature } from '@openfeature/server-sdk';
import { OpenFeature as WebOpenFeature } from '@openfeature/web-sdk';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openWorkerEdge, stopWorkerd } from '../workers/worker-edge.ts';
import { type AnyEdge, APP, CONFIG_TOKEN, constant, PAGE_TOKEN, RealEdge, switched } from './real-edge.ts';

const PAGE = 'https://shop.example';
const undecided = { off_variation: null, metadata: { team: 'growth' } };
const needs = (key: string, flag: string): object =>
  switched(key, true, { ...undecided, prerequisites: [{ flag, variations: ['on'] }] });

/** Off, each in its way, and without a value for that; and a key as wide as keys may be. */
const FLAGS = [
  switched('undecided', false, undecided),
  needs('needs-undecided', 'undecided'),
  switched('hidden', false, { client_side: false }),
  needs('needs-hidden', 'hidden'),
  constant('shop.banner:v2|eu', 'Hello'),
];
const METADATA: Readonly<Record<string, object>> = {
  undecided: { team: 'growth', flagSetId: APP },
  'needs-undecided': { team: 'growth', flagSetId: APP, prerequisite: 'undecided' },
  'needs-hidden': { team: 'growth', flagSetId: APP, prerequisite: 'hidden' },
};
const KEYS = Object.keys(METADATA);
const WIDE = 'shop.banner:v2|eu';

/** The caller's value, the reason and the metadata; no variant and no error. */
const left = (key: string, value: unknown, metadata = METADATA[key]): object => ({
  flagKey: key,
  value,
  reason: 'DISABLED',
  flagMetadata: metadata,
});

let edge: AnyEdge;
const HOMES = [
  ['in a process', () => new RealEdge().create(FLAGS, PAGE)],
  ['in workerd', () => openWorkerEdge(FLAGS, PAGE)],
] as const;

afterEach(async () => {
  await OpenFeature.clearProviders();
  await WebOpenFeature.clearProviders();
  await edge.close();
});
afterAll(stopWorkerd);

describe.for(HOMES)('a flag that is off without a value, at an edge %s', ([, open]) => {
  beforeEach(async () => {
    edge = await open();
  });

  test.for(['in-process', 'remote'] as const)(
    'leaves the value to who asks our server provider (%s)',
    async (mode) => {
      const options = { url: edge.url, app: APP, pollMs: 200 };
      await OpenFeature.setProviderAndWait(
        mode === 'remote'
          ? new HalyardProvider({ ...options, token: CONFIG_TOKEN, mode })
          : new HalyardProvider({ ...options, token: CONFIG_TOKEN }),
      );
      const flags = OpenFeature.getClient();
      for (const key of KEYS) {
        for (const fallback of [true, false]) {
          expect(await flags.getBooleanDetails(key, fallback)).toEqual(left(key, fallback));
        }
        // There is no value that could be of another type.
        expect(await flags.getStringDetails(key, 'mine')).toEqual(left(key, 'mine'));
      }
      expect(await flags.getStringValue(WIDE, '')).toBe('Hello');
    },
  );

  test('leaves the value to who asks the client', async () => {
    const client = createClient({ url: edge.url, token: CONFIG_TOKEN, app: APP });
    expect(await client.ready()).toBe(true);
    for (const key of KEYS) {
      expect(client.getBooleanDetails(key, true)).toEqual(left(key, true));
      expect(client.getBooleanValue(key, false)).toBe(false);
    }
    expect(client.getStringValue(WIDE, '')).toBe('Hello');
    await client.close();
  });

  test('leaves the value to a page, which is not told of a flag that is not for pages', async () => {
    const asPage: typeof fetch = (input, init) => {
      const headers = new Headers(init?.headers);
      headers.set('origin', PAGE);
      return fetch(input, { ...init, headers });
    };
    await WebOpenFeature.setProviderAndWait(
      new HalyardWebProvider({ url: edge.url, token: PAGE_TOKEN, app: APP, storage: null, fetch: asPage }),
    );
    const flags = WebOpenFeature.getClient();
    for (const key of KEYS) {
      const metadata = key === 'needs-hidden' ? { team: 'growth', flagSetId: APP } : METADATA[key];
      expect(flags.getBooleanDetails(key, true)).toEqual(left(key, true, metadata));
      expect(flags.getBooleanDetails(key, false)).toEqual(left(key, false, metadata));
    }
    expect(flags.getBooleanDetails('hidden', true)).toMatchObject({ errorCode: 'FLAG_NOT_FOUND' });
    expect(flags.getStringValue(WIDE, '')).toBe('Hello');
  });
});
