import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// Where `npm run dev` finds the API: a server started by `npm start`.
const server = 'http://127.0.0.1:4280';

export default defineConfig({
  base: '/dashboard/',
  plugins: [react()],
  resolve: { conditions: ['halyard-source', 'module', 'browser', 'development|production'] },
  css: { transformer: 'lightningcss' },
  build: {
    target: 'es2023',
    // The policy allows no data: script or style, and small files are cached better as files.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: { proxy: { '/client': server, '/ofrep': server, '/apps': server, '/openapi.json': server } },
});
