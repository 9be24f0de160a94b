import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, freePort, type Started, startCommand } from '../process/halyard.ts';
import { ignoredBy, instructionsOf } from './dockerfile.ts';
import { ROOT } from './tools.ts';

/** The steps of the Dockerfile without a container engine: the image's root is a folder, and its first process that of a namespace. */
const image = mkdtempSync('/var/tmp/halyard-image-');
const instructions = instructionsOf(readFileSync(join(ROOT, 'Dockerfile'), 'utf8'));
const PATH = `${dirname(process.execPath)}:${process.env['PATH']}`;

/** A path of the image, or a command with such paths, as they are here. */
const here = (text: string): string =>
  text.replaceAll(/(^|[\s"])\/(src|out|app|empty|data)\b/g, `$1${image}/$2`);

const put = (files: readonly string[], into: string): void => {
  for (const file of files) {
    mkdirSync(dirname(join(into, file)), { recursive: true });
    copyFileSync(join(ROOT, file), join(into, file));
  }
};

const context = (): readonly string[] => {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const ignored = ignoredBy(readFileSync(join(ROOT, '.dockerignore'), 'utf8'));
  return listed.split('\n').filter((file) => file !== '' && existsSync(join(ROOT, file)) && !ignored(file));
};

let folder = image;
const step = (word: string, rest: string): void => {
  if (word === 'WORKDIR') {
    folder = rest === '/' ? image : here(rest);
    mkdirSync(folder, { recursive: true });
  } else if (word === 'COPY' && rest === '. .') put(context(), folder);
  else if (word === 'COPY') {
    const [from = '', to = ''] = rest.split(' ').slice(-2).map(here);
    if (from !== to) cpSync(from, to, { recursive: true });
  } else if (word === 'RUN') {
    const command = here(rest.replaceAll(/--mount=\S+ /g, ''));
    if (command.startsWith('npm ci')) {
      // The run of the tests began with it; its packages are linked here, with the links between rooms.
      execFileSync('cp', ['-al', join(ROOT, 'node_modules'), folder]);
      return;
    }
    const { status, stdout, stderr } = spawnSync('sh', ['-euc', command], {
      cwd: folder,
      encoding: 'utf8',
      timeout: 100_000,
      env: { ...process.env, PATH, NODE_OPTIONS: '', npm_config_prefer_offline: 'true' },
    });
    expect([command, status, status === 0 ? '' : stdout + stderr]).toEqual([command, 0, '']);
  }
};

const listOf = (word: string): readonly string[] => {
  const rest = instructions.findLast((each) => each.word === word)?.rest ?? '[]';
  return JSON.parse(rest.slice(rest.indexOf('['))).map(here);
};

const environment = (): Record<string, string> => {
  const rest = instructions.findLast(({ word }) => word === 'ENV')?.rest ?? '';
  return Object.fromEntries(rest.split(' ').map((pair) => pair.split('=')));
};

const isRoot = process.getuid?.() === 0;
if (!isRoot) console.warn('Only root may make namespaces: the image’s first process is not tried.');

let running: Started | undefined;

/** As process 1, as the image's user, with nothing to write to but /data and /tmp. */
const start = (env: Record<string, string>): Started => {
  const [user = ''] = instructions.findLast(({ word }) => word === 'USER')?.rest.split(':') ?? [];
  const inside = [
    `mount --bind ${image}/data ${image}/data`,
    'mount -o remount,bind,ro /',
    'mount -t tmpfs tmpfs /tmp',
    `exec setpriv --reuid=${user} --regid=${user} --clear-groups "$@"`,
  ].join(' && ');
  const command = [...listOf('ENTRYPOINT'), ...listOf('CMD')];
  running = startCommand('unshare', ['--mount', '--pid', '--fork', 'sh', '-c', inside, 'sh', ...command], {
    cwd: image,
    env: { ...environment(), ...env, PATH: `${image}/bin:${process.env['PATH']}` },
  });
  return running;
};

const signal = (started: Started): Promise<number | NodeJS.Signals | null> => {
  const { pid } = started.process;
  const [child = ''] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ');
  process.kill(Number(child), 'SIGTERM');
  return started.ended;
};

beforeAll(() => {
  for (const { word, rest } of instructions) step(word, rest);
  mkdirSync(join(image, 'bin'));
  copyFileSync(process.execPath, join(image, 'bin', 'node'));
  execFileSync('chmod', ['755', image]);
  if (isRoot) execFileSync('chown', ['-R', '1000:1000', join(image, 'data')]);
}, 300_000);
afterAll(() => {
  running?.process.kill('SIGKILL');
  rmSync(image, { recursive: true });
});

test('the steps of the Dockerfile leave the server, and none of what it was built with', () => {
  expect(existsSync(join(image, 'app/lib/node_modules/halyard/dist/dashboard/dist/index.html'))).toBe(true);
  expect(existsSync(join(image, 'app/lib/node_modules/halyard/node_modules/vite'))).toBe(false);
  expect(existsSync(join(image, 'src/test/package.json'))).toBe(true);
  expect(existsSync(join(image, 'src/test/deploy'))).toBe(false);
});

describe.runIf(isRoot)('the first process of a container that may write nowhere but to /data', () => {
  test('serves, is found well, and ends by SIGTERM', async () => {
    const port = await freePort();
    const env = { HALYARD_PORT: `${port}` };
    const started = start(env);
    await started.printed(/running on (\S+)/);
    expect(existsSync(join(image, 'data', 'halyard.db'))).toBe(true);
    const [node = '', ...check] = listOf('HEALTHCHECK');
    const health = () => spawnSync(node, check, { env: { PATH, ...env } }).status;
    expect(health()).toBe(0);
    expect(await signal(started)).toBe(0);
    expect(health()).toBe(1);
  });

  test('ends by SIGTERM while it is still starting', async () => {
    // A database that takes the connection and then says nothing.
    const sockets = new Set<{ destroy(): void }>();
    const mute = createServer((socket) => sockets.add(socket));
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    const address = mute.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    const started = start({
      HALYARD_DATABASE_URL: `postgres://halyard@127.0.0.1:${port}/halyard`,
      HALYARD_PORT: '0',
    });
    await eventually('it waits for the database', async () => sockets.size > 0);
    expect(await signal(started)).toBe(143);
    for (const socket of sockets) socket.destroy();
    mute.close();
  });
});
