import { join, resolve } from 'node:path';
import { build } from 'vite';

export interface BundleOptions {
  /** Modules that the runtime brings. */
  readonly external?: readonly (string | RegExp)[];
}

/** One module of plain JavaScript for workerd, as wrangler makes it. `entry`: its path, from the root of the repository. */
export const bundleWorker = async (entry: string, { external = [] }: BundleOptions = {}): Promise<string> => {
  const made = await build({
    configFile: false,
    logLevel: 'error',
    resolve: {
      conditions: ['halyard-source', 'workerd', 'worker', 'browser', 'module', 'import', 'default'],
    },
    build: {
      write: false,
      minify: false,
      target: 'es2024',
      lib: { entry: resolve(join(import.meta.dirname, '../..'), entry), formats: ['es'] },
      rolldownOptions: {
        external: ['cloudflare:workers', ...external],
        output: { codeSplitting: false },
      },
    },
  });
  const [output] = Array.isArray(made) ? made : [];
  const [chunk] = output?.output ?? [];
  if (chunk?.type !== 'chunk') throw new Error(`${entry} made no chunk`);
  return chunk.code;
};
