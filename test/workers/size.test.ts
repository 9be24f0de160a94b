import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { bundleWorker } from './bundle.ts';

const MOST_BYTES = 300_000;

test('the evaluator’s Worker takes at most 300 kB, and nothing of a server’s process', async () => {
  const code = await bundleWorker('evaluator/edge/workers/worker.ts', { minify: true });
  const bytes = Buffer.byteLength(code);
  console.log(`the evaluator's Worker: ${bytes} bytes minified, ${gzipSync(code).byteLength} gzipped`);
  expect(bytes).toBeLessThanOrEqual(MOST_BYTES);
  expect(code).toContain('cloudflare:workers');
  expect(code).not.toMatch(/prom-client|pino|["'`]node:/);
});
