import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

// Where `npm run dev` finds the API: a server started by `npm start`.
const server = 'http://127.0.0.1:4280';

/** Writes each script and style beside itself as `.br` and `.gz`, so that no server compresses them again for every reader. */
const compressed = (): Plugin => ({
  name: 'compressed',
  apply: 'build',
  writeBundle({ dir }) {
    if (dir === undefined) throw new Error('The build has no output folder.');
    const assets = join(dir, 'assets');
    for (const name of readdirSync(assets)) {
      if (!/\.(js|css)$/.test(name)) continue;
      const file = join(assets, name);
      const body = readFileSync(file);
      writeFileSync(`${file}.br`, brotliCompressSync(body));
      writeFileSync(`${file}.gz`, gzipSync(body, { level: 9 }));
    }
  },
});

export default defineConfig(({ command }) => ({
  // A build does not know the path that the server is reached under: the server writes it into the index.
  base: command === 'build' ? './' : '/dashboard/',
  plugins: [react(), compressed()],
  resolve: { conditions: ['halyard-source', 'module', 'browser', 'development|production'] },
  css: { transformer: 'lightningcss' },
  build: {
    target: 'es2023',
    // The policy allows no data: script or style, and small files are cached better as files.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // A few large files: dozens of small ones cost the first load more than their bytes. Libraries change less often than we do.
            { name: 'libraries', tags: ['$initial'], test: /[\\/]node_modules[\\/]/ },
            { name: 'main', tags: ['$initial'] },
            { name: 'shared', minShareCount: 2 },
          ],
        },
      },
    },
  },
  server: { proxy: { '/client': server, '/ofrep': server, '/apps': server, '/openapi.json': server } },
}));
