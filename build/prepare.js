// What `npm ci` makes beside node_modules. Plain JavaScript: it runs on whatever Node npm itself runs on.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname ?? '.', '..');

/** An install without development dependencies has nothing to build with; the built dashboard then comes from elsewhere. */
const canBuild = () => {
  try {
    createRequire(join(ROOT, 'dashboard', 'package.json')).resolve('vite/package.json');
    return true;
  } catch {
    return false;
  }
};

if (process.env['npm_command'] === 'pack' || process.env['npm_command'] === 'publish') {
  // `prepack` has built it a moment ago.
} else if (canBuild()) {
  const { status } = spawnSync('npm', ['run', 'build', '--workspace', 'dashboard'], {
    cwd: ROOT,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  process.exitCode = status ?? 1;
} else {
  console.log('The dashboard is not built: that takes the development dependencies.');
}
