import { fileURLToPath } from 'node:url';
import { build } from 'vite';

/** One module of plain JavaScript from a Worker's entry, for workerd to run. */
export const bundleWorker = async (entry: URL): Promise<string> => {
  const made = await build({
    configFile: false,
    logLevel: 'silent',
    resolve: { conditions: ['halyard-source', 'workerd', 'worker', 'browser', 'module', 'import'] },
    build: {
      write: false,
      minify: false,
      target: 'es2024',
      lib: { entry: fileURLToPath(entry), formats: ['es'] },
      rolldownOptions: { external: [/^cloudflare:/] },
    },
  });
  const [output] = Array.isArray(made) ? made : [];
  const [chunk] = output?.output ?? [];
  if (chunk?.type !== 'chunk') throw new Error(`${entry} made no chunk`);
  return chunk.code;
};
