import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';

const MOST_BYTES = 300_000;
const root = join(import.meta.dirname, '../..');
const out = await mkdtemp(join(tmpdir(), 'halyard-worker-'));
afterAll(() => rm(out, { recursive: true }));

test('the evaluator’s Worker takes at most 300 kB, and nothing of a server’s process', async () => {
  await promisify(execFile)(
    process.execPath,
    [
      join(root, 'node_modules/wrangler/bin/wrangler.js'),
      'deploy',
      '--dry-run',
      '--config',
      join(root, 'evaluator/edge/wrangler.jsonc'),
      '--outdir',
      out,
    ],
    { cwd: root, env: { ...process.env, WRANGLER_SEND_METRICS: 'false' } },
  );
  const code = await readFile(join(out, 'worker.js'));
  const bytes = code.byteLength;
  console.log(`the evaluator's Worker: ${bytes} bytes minified, ${gzipSync(code).byteLength} gzipped`);
  expect(bytes).toBeLessThanOrEqual(MOST_BYTES);
  expect(code.toString()).toContain('cloudflare:workers');
  expect(code.toString()).not.toMatch(/prom-client|pino|["'`]node:/);
});
