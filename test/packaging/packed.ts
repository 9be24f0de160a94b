import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..', '..');

export interface Ran {
  readonly code: number | null;
  readonly text: string;
}

export const run = (
  cwd: string,
  command: string,
  parameters: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Ran => {
  const { status, stdout, stderr } = spawnSync(command, parameters, {
    cwd,
    encoding: 'utf8',
    timeout: 300_000,
    env: { ...process.env, NODE_OPTIONS: '', NO_COLOR: '1', ...env },
  });
  return { code: status, text: `${stdout}${stderr}` };
};

const must = (ran: Ran): Ran => {
  if (ran.code !== 0) throw new Error(ran.text);
  return ran;
};

/** Builds the engine and the providers as they are published, and packs them: the two files. */
export const pack = (): readonly string[] => {
  const into = mkdtempSync(join(tmpdir(), 'halyard-packed-'));
  return ['evaluator/engine', 'providers'].map((room) => {
    const folder = join(ROOT, room);
    rmSync(join(folder, 'dist'), { recursive: true, force: true });
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    must(run(folder, process.execPath, [tsc, '-p', 'tsconfig.build.json']));
    const { text } = must(run(folder, 'npm', ['pack', '--silent', '--pack-destination', into]));
    const file = text.split('\n').find((line) => line.endsWith('.tgz'));
    if (file === undefined) throw new Error(text);
    return join(into, file);
  });
};

/** Files of an empty project; an empty folder to begin with. */
export const project = (files: Readonly<Record<string, string>>): string => {
  const folder = mkdtempSync(join(tmpdir(), 'halyard-project-'));
  for (const [name, text] of Object.entries({
    'package.json': '{ "name": "project", "private": true, "type": "module" }',
    ...files,
  })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
};

export const install = (folder: string, ...packages: readonly string[]): void => {
  must(run(folder, 'npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', ...packages]));
};
