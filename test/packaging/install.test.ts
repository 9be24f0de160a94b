import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { freePort, startCommand } from '../process/halyard.ts';
import { MANAGERS, obtain } from './managers.ts';
import { install, must, pack, packServer, project, ROOT, run } from './packed.ts';

/** The Node of this test before all others, as on a machine that has it. */
const PATH = `${dirname(process.execPath)}:${process.env['PATH']}`;
const MEGABYTE = 1_000_000;

let server: string;
let packed: readonly string[];
beforeAll(() => {
  packed = pack();
  server = packServer();
}, 300_000);

const namesIn = (file: string): readonly string[] =>
  execFileSync('tar', ['-tzf', file], { encoding: 'utf8' }).split('\n');

const manifestIn = (file: string) =>
  JSON.parse(execFileSync('tar', ['-xzOf', file, 'package/package.json'], { encoding: 'utf8' }));

/** Starts what was installed, asks it for its dashboard, starts it once more, and stops it as Ctrl-C in a terminal does. */
const startsAndStops = async (command: string, parameters: readonly string[], cwd: string): Promise<void> => {
  for (const welcome of [
    /Dashboard {4}(\S+)#link=/,
    /Dashboard {4}(\S+)\n {2}Signed out\? {2}halyard link /,
  ]) {
    const port = await freePort();
    const started = startCommand(command, [...parameters, 'start', '--port', String(port)], {
      cwd,
      env: { PATH },
      group: true,
    });
    try {
      const [, url] = await started.printed(welcome);
      expect(await (await fetch(`${url}`)).text()).toContain('<div id="root">');
      expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
    } finally {
      // npx itself ends by the signal, whatever its child answers.
      expect([0, 'SIGINT']).toContain(await started.kill('SIGINT'));
      expect(started.stderr()).toContain('Stopping: answers under way are finished.');
    }
  }
};

describe('each package is whole when it is packed', () => {
  test('with its licence, a README, where it comes from, and the Node that it needs', () => {
    for (const [file, node] of [
      [packed[0], '>=22'],
      [packed[1], '>=22'],
      [server, '>=26'],
    ] as const) {
      const names = namesIn(file ?? '');
      expect(names).toEqual(expect.arrayContaining(['package/LICENSE', 'package/README.md']));
      expect(manifestIn(file ?? '')).toMatchObject({
        license: 'Apache-2.0',
        repository: { type: 'git' },
        engines: { node },
      });
      expect(manifestIn(file ?? '').private).toBe(undefined);
    }
  });

  test('without a dependency on a package of ours, which no registry may have', () => {
    for (const file of [...packed, server]) {
      const { dependencies = {}, peerDependencies = {} } = manifestIn(file);
      const ours = Object.keys({ ...dependencies, ...peerDependencies }).filter((name) =>
        name.startsWith('@halyard/'),
      );
      expect(ours, file).toEqual([]);
    }
  });

  test('without sources, tests, or anything else that is not used', () => {
    for (const file of [...packed, server]) {
      const strangers = namesIn(file).filter(
        (name) => !/^(package\/(LICENSE|README\.md|package\.json|dist\/.*)|)$/.test(name),
      );
      expect(strangers, file).toEqual([]);
      expect(namesIn(file).filter((name) => /\.test\.|(?<!\.d)\.ts$/.test(name))).toEqual([]);
    }
  });

  test('the dependencies of halyard are those of the rooms in it', () => {
    const read = (room: string) => JSON.parse(readFileSync(join(ROOT, room, 'package.json'), 'utf8'));
    const rooms = ['evaluator/engine', 'evaluator/caches', 'evaluator/edge', 'control-plane'];
    const needed = Object.fromEntries(
      rooms.flatMap((room) =>
        Object.entries(read(room).dependencies ?? {}).filter(([name]) => !name.startsWith('@halyard/')),
      ),
    );
    expect(read('.').dependencies).toMatchObject(needed);
    expect(read('providers').dependencies).toEqual(read('evaluator/engine').dependencies);
  });
});

describe('halyard, installed for production', () => {
  let folder: string;
  beforeAll(() => {
    folder = project({});
    must(
      run(folder, 'npm', ['install', '--omit=dev', '--no-audit', '--no-fund', '--prefer-offline', server]),
    );
  }, 300_000);

  test('holds no build tool and no second Node, and at most 60 MB', () => {
    const files = globSync('node_modules/**', { cwd: folder, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    const bytes = files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
    console.log(`halyard installs ${(bytes / MEGABYTE).toFixed(1)} MB in ${files.length} files`);
    expect(bytes).toBeLessThan(60 * MEGABYTE);
    const names = globSync('node_modules/{*,@*/*}', { cwd: folder }).map((name) => name.slice(13));
    const tools =
      /^(node|vite|typescript|esbuild|rolldown|wrangler|workerd|miniflare|vitest|@biomejs\/.*|react)$/;
    expect(names.filter((name) => tools.test(name))).toEqual([]);
  });

  test('npx halyard start serves the dashboard and stops with Ctrl-C', () =>
    startsAndStops('npx', ['--offline', 'halyard'], folder));

  test('every other command is there', () => {
    const ask = (...parameters: readonly string[]) =>
      run(folder, 'npx', ['--offline', 'halyard', ...parameters], { PATH });
    expect(ask('--version').text.trim()).toBe(manifestIn(server).version);
    expect(ask('backup', 'copy.db')).toMatchObject({ code: 0 });
    expect(ask('audit', 'verify').text).toMatch(/entries verified/);
    expect(ask('token', 'list')).toMatchObject({ code: 0 });
    expect(ask('types', '--help').text).toContain('--manifest');
  });

  test('an older Node is told which one is needed', () => {
    const home = project({});
    install(home, `node-${process.platform}-${process.arch}@22`);
    const old = join(home, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin/node');
    expect(run(folder, old, ['node_modules/halyard/dist/bin.js', 'start'])).toEqual({
      code: 2,
      text: expect.stringMatching(/^Halyard needs Node 26 or later; this is Node 22\./),
    });
  });
});

test('a clone installs without development dependencies, and its server starts', async () => {
  const clone = project({});
  const names = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
  });
  for (const name of names.toString().split('\0')) {
    if (name !== '' && existsSync(join(ROOT, name))) cpSync(join(ROOT, name), join(clone, name));
  }
  const { text } = must(
    run(clone, 'npm', ['ci', '--omit=dev', '--no-audit', '--no-fund', '--prefer-offline']),
  );
  expect(text).toContain('The dashboard is not built: that takes the development dependencies.');
  expect(existsSync(join(clone, 'node_modules/node'))).toBe(false);
  expect(existsSync(join(clone, 'node_modules/vite'))).toBe(false);
  const port = await freePort();
  const started = startCommand('npm', ['start', '--', '--port', String(port)], { cwd: clone, env: { PATH } });
  try {
    await started.printed(/is running on/);
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
  } finally {
    expect(await started.kill('SIGTERM'), started.stderr()).toBe(0);
  }
});

test('npm i -g puts halyard on the path, and it starts', async () => {
  const prefix = project({});
  const folder = project({});
  must(
    run(folder, 'npm', [
      'install',
      '-g',
      '--prefix',
      prefix,
      '--no-audit',
      '--no-fund',
      '--prefer-offline',
      server,
    ]),
  );
  await startsAndStops(join(prefix, 'bin', 'halyard'), [], folder);
});

describe('the packages install from files, one after another, in any order', () => {
  const PROBE = `import { compile } from '@halyard/engine';
import { createClient } from '@halyard/providers/client';
import { flagTypes } from '@halyard/providers/types';
console.log(typeof compile, typeof createClient, typeof flagTypes);
`;
  describe.for(MANAGERS)('with $name', (manager) => {
    const found = { value: null as ReturnType<typeof obtain> | null };
    beforeAll(() => {
      found.value = obtain(manager);
    }, 120_000);

    test.for(['engine, providers, halyard', 'halyard, providers, engine'])('%s', (order, { skip }) => {
      if (found.value === null || 'missing' in found.value) return skip(found.value?.missing);
      const files = [...packed, server];
      const folder = project({ 'probe.js': PROBE, ...manager.files });
      for (const file of order.startsWith('engine') ? files : files.toReversed()) {
        must(found.value.run(folder, manager.add(file)));
      }
      expect(run(folder, process.execPath, ['probe.js'])).toEqual({
        code: 0,
        text: 'function function function\n',
      });
      const { code, text } = found.value.run(folder, [...manager.exec, 'halyard', '--version']);
      expect(code, text).toBe(0);
      expect(text.split('\n')).toContain(manifestIn(server).version);
    });
  });
});

test('the README of the engine holds a program that runs', () => {
  const [, program] =
    readFileSync(join(ROOT, 'evaluator/engine/README.md'), 'utf8').match(/```ts\n([\s\S]*?)```/) ?? [];
  const folder = project({ 'program.js': program ?? '' });
  install(folder, packed[0] ?? '');
  expect(run(folder, process.execPath, ['program.js'])).toEqual({
    code: 0,
    text: expect.stringContaining("reason: 'TARGETING_MATCH'"),
  });
});
