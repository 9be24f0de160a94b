import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
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

export const must = (ran: Ran): Ran => {
  if (ran.code !== 0) throw new Error(ran.text);
  return ran;
};

/** `npm pack`, which builds first: the file. */
const packRoom = (room: string): string => {
  const into = mkdtempSync(join(tmpdir(), 'halyard-packed-'));
  const { text } = must(run(join(ROOT, room), 'npm', ['pack', '--silent', '--pack-destination', into]));
  const file = text.split('\n').find((line) => line.endsWith('.tgz'));
  if (file === undefined) throw new Error(text);
  return join(into, file);
};

/** The engine and the providers as they are published: the two files. */
export const pack = (): readonly string[] => ['evaluator/engine', 'providers'].map(packRoom);

/** The server with its dashboard as it is published. */
export const packServer = (): string => packRoom('.');

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
