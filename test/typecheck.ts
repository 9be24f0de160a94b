/** Type-checks every room under its own rules, two at a time, and says which failed. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';

const projects = [
  'tsconfig.json',
  'evaluator/engine/tsconfig.json',
  'evaluator/engine/tsconfig.test.json',
  'evaluator/caches/tsconfig.json',
  'evaluator/edge/tsconfig.json',
  'control-plane/tsconfig.json',
  'providers/tsconfig.json',
  'dashboard/tsconfig.json',
  'test/tsconfig.json',
].filter((project) => existsSync(project));

const check = (project: string): Promise<boolean> =>
  new Promise((resolve) => {
    const tsc = spawn('tsc', ['-p', project], { stdio: 'inherit', shell: false });
    tsc.on('close', (code) => resolve(code === 0));
  });

let ok = true;
for (const project of projects) {
  if (!(await check(project))) {
    console.error(`type errors in ${project}`);
    ok = false;
  }
}
process.exit(ok ? 0 : 1);
