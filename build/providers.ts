/**
 * Builds what the package `@halyard/providers` holds, into `providers/dist`, with the engine inside: whoever installs the providers
 * from a file must not be sent to a registry for another package of ours.
 */
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const ENGINE = join(ROOT, 'evaluator', 'engine');
const OUT = join(ROOT, 'providers', 'dist');
/** Each door of the engine, as a file of its build. */
const DOORS = new Map([
  ['@halyard/engine', 'index.js'],
  ['@halyard/engine/shares', 'shares.js'],
]);

const compile = (project: string, ...options: readonly string[]): void => {
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status } = spawnSync(process.execPath, [tsc, '-p', project, ...options], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
};

rmSync(OUT, { recursive: true, force: true });
rmSync(join(ENGINE, 'dist'), { recursive: true, force: true });
// Where the providers' own types find it, and once more for the package.
compile(join(ENGINE, 'tsconfig.build.json'));
compile(join(ENGINE, 'tsconfig.build.json'), '--outDir', join(OUT, 'engine'));
compile(join(ROOT, 'providers', 'tsconfig.build.json'));

for (const name of globSync('**/*.{js,d.ts}', { cwd: OUT })) {
  const file = join(OUT, name);
  const folder = relative(dirname(file), join(OUT, 'engine')).split(sep).join('/');
  const text = readFileSync(file, 'utf8');
  const inside = text.replace(/(["'])(@halyard\/[^"']+)\1/g, (_, quote: string, door: string) => {
    const target = DOORS.get(door);
    if (target === undefined) throw new Error(`${name} imports ${door}, which the package does not hold.`);
    return `${quote}${folder.startsWith('.') ? folder : `./${folder}`}/${target}${quote}`;
  });
  if (inside !== text) writeFileSync(file, inside);
}
