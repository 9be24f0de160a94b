import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SmallEdge } from '../in-process/testing/small-edge.ts';

let edge: SmallEdge;
beforeEach(async () => {
  edge = await new SmallEdge().start();
});
afterEach(() => edge.stop());

/** Runs a program as an application would; resolves with what it printed and how it ended. */
const run = async (program: string): Promise<{ readonly text: string; readonly code: number | null }> => {
  const child = spawn(
    process.execPath,
    ['--conditions=halyard-source', '--input-type=module-typescript', '-e', program],
    { cwd: import.meta.dirname, env: { ...process.env, URL: edge.url, TOKEN: SmallEdge.TOKEN } },
  );
  let text = '';
  child.stdout.on('data', (data) => {
    text += String(data);
  });
  child.stderr.on('data', (data) => {
    text += String(data);
  });
  const [code] = await once(child, 'close');
  return { text, code };
};

test.for([
  [
    'the provider',
    `import { HalyardProvider } from '@halyard/providers/server';
import { OpenFeature } from '@openfeature/server-sdk';
await OpenFeature.setProviderAndWait(new HalyardProvider({ url: process.env.URL, token: process.env.TOKEN, app: 'shop' }));
console.log(await OpenFeature.getClient().getBooleanValue('x', true));
await OpenFeature.close();`,
  ],
  [
    'the direct client',
    `import { createClient } from '@halyard/providers/client';
const flags = createClient({ url: process.env.URL, token: process.env.TOKEN, app: 'shop' });
await flags.ready();
console.log(flags.getBooleanValue('x', true));
await flags.close();`,
  ],
  [
    'the provider whose edge is down',
    `import { HalyardProvider } from '@halyard/providers/server';
import { OpenFeature } from '@openfeature/server-sdk';
await OpenFeature.setProviderAndWait(new HalyardProvider({ url: 'http://127.0.0.1:9', token: 't', app: 'shop', startTimeoutMs: 100 })).catch(() => {});
console.log(await OpenFeature.getClient().getBooleanValue('x', true));
await OpenFeature.close();`,
  ],
])('a process ends by itself once %s is closed', { timeout: 20_000 }, async ([, program = '']) => {
  expect(await run(program)).toEqual({ text: 'true\n', code: 0 });
});
