import { mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, get, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Miniflare } from 'miniflare';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { bundleWorker } from './bundle.ts';

const ROOT = join(import.meta.dirname, '../..');
const GUIDE = readFileSync(join(ROOT, 'docs/providers.md'), 'utf8');
const snippet = (language: string, name: string): string => {
  const [, text] = new RegExp(`^\`\`\`${language} ${name}\\n(.*?)^\`\`\``, 'ms').exec(GUIDE) ?? [];
  if (text === undefined) throw new Error(`the guide has no snippet ${name}`);
  return text;
};

/** The guide's own settings, without their comments. */
const CONFIGURATION: {
  readonly compatibility_date: string;
  readonly compatibility_flags: string[];
} = JSON.parse(snippet('jsonc', 'worker-configuration').replace(/^\s*\/\/.*$/gm, ''));

/** An edge that keeps everybody waiting while it is told to. */
const held = new Set<ServerResponse>();
let hold = false;
let asked = 0;
const edge = createServer((request, response) => {
  request.resume().on('end', () => {
    asked += 1;
    if (hold) held.add(response);
    else answer(response);
  });
});
const answer = (response: ServerResponse): void => {
  response.setHeader('content-type', 'application/json');
  response.end('{"key":"new-checkout","value":true,"variant":"on","reason":"STATIC"}');
};
const letGo = (): void => {
  hold = false;
  for (const response of held) answer(response);
  held.clear();
};

const bundles = new Map<string, string>();
beforeAll(async () => {
  await new Promise<void>((resolve) => edge.listen(0, '127.0.0.1', resolve));
  const folder = mkdtempSync(join(tmpdir(), 'halyard-worker-'));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'worker.ts'), snippet('ts', 'worker'));
  const external = [/^node:/];
  bundles.set('the guide’s Worker', await bundleWorker(join(folder, 'worker.ts'), { external }));
  bundles.set(
    'a Worker with a provider per request',
    await bundleWorker('test/workers/in-each-request.ts', { external }),
  );
});
afterAll(() => edge.close());

/** A new isolate; asked over real connections, by what a browser or a proxy would send. */
const isolate = async (name: string, compatibilityDate: string) => {
  const miniflare = new Miniflare({
    modules: [{ type: 'ESModule', path: 'worker.js', contents: bundles.get(name) ?? '' }],
    compatibilityDate,
    compatibilityFlags: CONFIGURATION.compatibility_flags,
    bindings: {
      FLAGS_URL: `http://127.0.0.1:${(edge.address() as AddressInfo).port}`,
      FLAGS_APP: 'shop',
      FLAGS_TOKEN: 'hly_evaluate',
    },
  });
  const { origin } = await miniflare.ready;
  return {
    origin,
    ask: async (): Promise<string> => (await fetch(origin)).text(),
    [Symbol.asyncDispose]: () => miniflare.dispose(),
  };
};

/** Asks, and hangs up while the Worker waits for the edge. */
const cancelled = async (origin: string): Promise<void> => {
  hold = true;
  const before = asked;
  const request = get(origin);
  const closed = new Promise((resolve) => request.on('error', resolve));
  await vi.waitFor(() => expect(asked).toBeGreaterThan(before), { timeout: 10_000, interval: 5 });
  request.destroy();
  await closed;
  hold = false;
};

const distinct = async (answers: readonly Promise<string>[]): Promise<string[]> => [
  ...new Set(await Promise.all(answers)),
];

describe.for([
  ['the guide’s Worker', CONFIGURATION.compatibility_date],
  ['the guide’s Worker', '2024-09-23'],
  ['a Worker with a provider per request', CONFIGURATION.compatibility_date],
] as const)('%s (%s)', ([name, date]) => {
  test('answers later requests after the first, and never the default for ever', async () => {
    await using worker = await isolate(name, date);
    for (let i = 0; i < 5; i += 1) expect(await worker.ask()).toBe('the new checkout');
  });

  test('answers 150 requests at once after a first one that was cancelled', async () => {
    await using worker = await isolate(name, date);
    await cancelled(worker.origin);
    expect(await worker.ask()).toBe('the new checkout');
    const answers = Array.from({ length: 150 }, worker.ask);
    expect(await distinct(answers)).toEqual(['the new checkout']);
    letGo();
  });

  test('answers 150 requests that wait for the edge at the same time', async () => {
    await using worker = await isolate(name, date);
    hold = true;
    const answers = Array.from({ length: 150 }, worker.ask);
    await vi.waitFor(() => expect(held.size).toBe(150), { timeout: 10_000, interval: 5 });
    letGo();
    expect(await distinct(answers)).toEqual(['the new checkout']);
  });
});

test('a Worker with a provider per request logs no error for closing the one before', async () => {
  await using worker = await isolate(
    'a Worker with a provider per request',
    CONFIGURATION.compatibility_date,
  );
  await cancelled(worker.origin);
  await Promise.all(Array.from({ length: 20 }, worker.ask));
  letGo();
  expect(await (await fetch(`${worker.origin}/logged`)).json()).toEqual([]);
});

test('the guide says which flag the SDK needs: without it the Worker does not start', async () => {
  expect(CONFIGURATION.compatibility_flags).toEqual(['nodejs_compat']);
  expect(bundles.get('the guide’s Worker')).toContain('node:events');
});
