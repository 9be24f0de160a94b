/**
 * Builds what the package `halyard` holds, into `dist`: Node strips no types below node_modules, so there the server is JavaScript.
 * Our own packages are inside; other people's stay dependencies that a registry has.
 */
import { cpSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';

const ROOT = join(import.meta.dirname, '..');
const OUT = join(ROOT, 'dist');

const BIN = `#!/usr/bin/env node
import './node-version.js';

// Not a static import: an old Node would fail to load it before it had said anything.
await import('./halyard.js');
`;

rmSync(OUT, { recursive: true, force: true });
await build({
  configFile: false,
  root: ROOT,
  publicDir: false,
  logLevel: 'warn',
  ssr: { resolve: { conditions: ['halyard-source', 'node'] } },
  build: {
    ssr: true,
    outDir: OUT,
    target: 'node26',
    minify: false,
    rolldownOptions: {
      input: {
        halyard: join(ROOT, 'halyard.ts'),
        'node-version': join(ROOT, 'command', 'node-version.js'),
        'writer-thread': join(ROOT, 'control-plane', 'store', 'sqlite', 'writer-thread.ts'),
      },
      // One folder: a file that names its neighbour (the writer's thread, the dashboard) finds it beside itself.
      output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
    },
  },
});
writeFileSync(join(OUT, 'bin.js'), BIN, { mode: 0o755 });

const dashboard = join(ROOT, 'dashboard', 'dist');
if (!existsSync(join(dashboard, 'index.html')))
  throw new Error(`There is no built dashboard in ${dashboard}.`);
cpSync(dashboard, join(OUT, 'dashboard', 'dist'), { recursive: true });
