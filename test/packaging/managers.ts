import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { install, project, type Ran, run } from './packed.ts';

/** A package manager, as npm installs it, and how it adds a file to a project and runs what a package brings. */
export interface Manager {
  readonly name: string;
  readonly release: string;
  readonly program: string;
  /** What a project of it holds besides its package.json. */
  readonly files: Readonly<Record<string, string>>;
  add(file: string): readonly string[];
  readonly exec: readonly string[];
}

const file = (path: string): string => `file:${path}`;

export const MANAGERS: readonly Manager[] = [
  {
    name: 'npm',
    release: 'npm@11',
    program: 'npm/bin/npm-cli.js',
    files: {},
    add: (path) => ['install', '--no-audit', '--no-fund', '--prefer-offline', path],
    exec: ['exec', '--offline', '--'],
  },
  {
    name: 'pnpm',
    release: 'pnpm@10',
    program: 'pnpm/bin/pnpm.cjs',
    files: {},
    add: (path) => ['add', '--ignore-workspace', path],
    exec: ['exec'],
  },
  {
    name: 'Yarn 1',
    release: 'yarn@1',
    program: 'yarn/bin/yarn.js',
    files: {},
    add: (path) => ['add', '--non-interactive', file(path)],
    exec: ['--silent', 'run'],
  },
  {
    name: 'Yarn 4',
    release: '@yarnpkg/cli-dist@4',
    program: '@yarnpkg/cli-dist/bin/yarn.js',
    files: { '.yarnrc.yml': 'nodeLinker: node-modules\nenableTelemetry: false\n', 'yarn.lock': '' },
    add: (path) => ['add', path],
    exec: ['run'],
  },
  {
    name: 'Bun',
    release: 'bun@1',
    program: 'bun/bin/bun.exe',
    files: {},
    add: (path) => ['add', path],
    exec: ['x'],
  },
];

/** The manager's program in a folder of its own; or why it cannot be had here. */
export const obtain = ({ release, program }: Manager): { run: Run } | { missing: string } => {
  try {
    const home = project({
      'package.json': '{ "private": true, "allowScripts": { "bun": true } }',
    });
    install(home, release);
    const path = join(home, 'node_modules', program);
    if (!existsSync(path)) return { missing: `${release} has no ${program}` };
    const [command, ...before] = program.endsWith('.exe') ? [path] : [process.execPath, path];
    const works = run(home, command ?? path, [...before, '--version']);
    if (works.code !== 0) return { missing: `${release} does not run: ${works.text}` };
    return { run: (cwd, parameters) => run(cwd, command ?? path, [...before, ...parameters]) };
  } catch (error) {
    return { missing: `${release} cannot be installed: ${String(error)}` };
  }
};

export type Run = (cwd: string, parameters: readonly string[]) => Ran;
