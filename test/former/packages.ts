import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');

/** The last commit whose readers know neither segments nor rules in another form. */
const COMMIT = '0a80e4d';

/** Whether this checkout has that commit: a shallow clone and a packed source have not. */
export const hasFormer = (): boolean =>
  spawnSync('git', ['cat-file', '-e', `${COMMIT}^{commit}`], { cwd: ROOT }).status === 0;

export interface Former {
  /** A file as it was. */
  readonly file: (path: string) => string;
  readonly remove: () => void;
}

const WORKSPACES = {
  engine: 'evaluator/engine',
  caches: 'evaluator/caches',
  edge: 'evaluator/edge',
  'control-plane': 'control-plane',
  providers: 'providers',
} as const;

/** That commit in a folder of its own, with the workspaces side by side as they were installed, and what others wrote as it is here. */
export const checkOutFormer = (): Former => {
  const folder = mkdtempSync(join(tmpdir(), 'halyard-former-'));
  const archive = execFileSync('git', ['archive', COMMIT], { cwd: ROOT, maxBuffer: 64 * 1024 * 1024 });
  execFileSync('tar', ['x', '-C', folder], { input: archive });
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, '@halyard'), { recursive: true });
  for (const [name, path] of Object.entries(WORKSPACES)) {
    symlinkSync(join(folder, path), join(modules, '@halyard', name));
  }
  for (const name of readdirSync(join(ROOT, 'node_modules'))) {
    if (name !== '@halyard' && !name.startsWith('.')) {
      symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
    }
  }
  return {
    file: (path) => join(folder, path),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
};
