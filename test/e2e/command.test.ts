import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { eventually, freePort } from '../process/halyard.ts';

const ROOT = join(import.meta.dirname, '..', '..');

const halyard = (...parameters: string[]) => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--conditions=halyard-source', 'halyard.js', ...parameters],
    { cwd: ROOT, encoding: 'utf8' },
  );
  return { status, stdout, stderr };
};

const answers = async (port: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/healthz`).then(
    (answer) => answer.ok,
    () => false,
  );

/** Processes whose command line holds the text, by Linux's own list. */
const withCommandLine = (text: string): readonly string[] =>
  execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(text) && !line.includes('ps -eo'));

test('SIGTERM to npm start does not leave the server running', async () => {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'halyard-npm-'));
  const npm = spawn('npm', ['start', '--', '--port', String(port), '--no-example'], {
    cwd: ROOT,
    env: { ...process.env, HALYARD_DATABASE_URL: `file:${folder}/halyard.db`, HALYARD_LOG: 'silent' },
    stdio: 'ignore',
  });
  const ended = once(npm, 'exit');
  await eventually('npm start answers', () => answers(port));
  expect(withCommandLine(`--port ${port}`).length).toBeGreaterThan(0);
  npm.kill('SIGTERM');
  await ended;
  await eventually('nothing is left of it', async () => withCommandLine(`--port ${port}`).length === 0);
  expect(await answers(port)).toBe(false);
});

const oldNode = ['/usr/bin/node', '/usr/local/bin/node'].find((node) => {
  if (!existsSync(node)) return false;
  const { stdout } = spawnSync(node, ['--version'], { encoding: 'utf8' });
  return Number(/^v(\d+)/.exec(stdout)?.[1] ?? '26') < 26;
});

describe('a Node that is too old', () => {
  test.skipIf(oldNode === undefined)('gets a sentence, not a crash', () => {
    const { status, stdout, stderr } = spawnSync(oldNode ?? '', ['halyard.js', 'start'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(
      /^Halyard needs Node 26 or later; this is Node \d+\.\S+ at \S+\. See https:\S+\n$/,
    );
  });

  test('is told by a file that any Node can read', () => {
    // Whatever else it is given, it gets no further than the check.
    const check = readFileSync(join(ROOT, 'command', 'node-version.js'), 'utf8');
    const as20 = `Object.defineProperty(process, 'versions', { value: { node: '20.1.0' } });\n${check}`;
    const { status, stderr } = spawnSync(process.execPath, ['-e', as20], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([2, expect.stringContaining('this is Node 20.1.0')]);
  });
});

test('says its version, the same as the package', () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  expect(halyard('--version')).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
  expect(halyard('start', '-v').stdout).toBe(`${version}\n`);
});

test('helps with each command by itself', () => {
  const general = halyard('--help');
  expect([general.status, general.stderr]).toEqual([0, '']);
  const commands = [...general.stdout.matchAll(/^ {2}halyard ([a-z][a-z-]*) /gm)].map(
    ([, name]) => name ?? '',
  );
  expect(commands).toEqual(expect.arrayContaining(['start', 'edge', 'token', 'backup', 'restore']));
  for (const command of commands.filter((name) => name !== 'help')) {
    const { status, stdout } = halyard(command, '--help');
    expect([command, status, stdout.split('\n')[0]]).toEqual([
      command,
      0,
      expect.stringMatching(new RegExp(`^halyard ${command}( |$)`)),
    ]);
  }
  expect(halyard('help', 'token').stdout).toContain('token create --name NAME');
  expect(halyard('help', 'tokn')).toMatchObject({
    status: 2,
    stderr: '"tokn" is not a command of halyard; see "halyard help".\n',
  });
});
