import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const out = await mkdtemp(join(tmpdir(), 'halyard-worker-'));
afterAll(() => rm(out, { recursive: true }));

test.each([
  ['evaluator', 'evaluator/edge/wrangler.jsonc', 320_000],
  ['control plane', 'control-plane/wrangler.jsonc', 1_500_000],
])(
  'the Worker of the %s (%s) takes at most %i bytes, and nothing of a server’s process',
  async (what, config, most) => {
    const folder = join(out, what);
    await promisify(execFile)(
      process.execPath,
      [
        join(root, 'node_modules/wrangler/bin/wrangler.js'),
        'deploy',
        '--dry-run',
        '--config',
        join(root, config),
        '--outdir',
        folder,
      ],
      { cwd: root, env: { ...process.env, WRANGLER_SEND_METRICS: 'false' } },
    );
    const code = await readFile(join(folder, 'worker.js'));
    const bytes = code.byteLength;
    console.log(`the Worker of the ${what}: ${bytes} bytes minified, ${gzipSync(code).byteLength} gzipped`);
    expect(bytes).toBeLessThanOrEqual(most);
    expect(code.toString()).toContain('cloudflare:workers');
    expect(code.toString()).not.toMatch(/prom-client|pino|["'`]node:/);
  },
);
