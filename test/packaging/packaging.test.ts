import { spawn } from 'node:child_process';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { APP, CONFIG_TOKEN, constant, RealEdge, switched } from '../providers/real-edge.ts';
import { install, pack, project, ROOT, run } from './packed.ts';
import { ANSWERS, DIRECT, DIRECT_COMMONJS, SERVICE, SERVICE_COMMONJS } from './programs.ts';

const sdkVersion = (name: string): string =>
  `${name}@${JSON.parse(readFileSync(join(ROOT, 'node_modules', name, 'package.json'), 'utf8')).version}`;

let edge: RealEdge;
let packed: readonly string[];

const env = (): Record<string, string> => ({ URL: edge.url, TOKEN: CONFIG_TOKEN, APP });

beforeAll(async () => {
  packed = pack();
  edge = await new RealEdge().create([switched('checkout', true), constant('banner', 'Hello')]);
});
afterAll(() => edge?.close());

/** The edge answers in this process, so whatever asks it must not block this process. */
const ask = async (folder: string, command: string, ...parameters: readonly string[]) => {
  const child = spawn(command, parameters, {
    cwd: folder,
    env: { ...process.env, NODE_OPTIONS: '', NO_COLOR: '1', ...env() },
  });
  let text = '';
  child.stdout.on('data', (data) => {
    text += String(data);
  });
  child.stderr.on('data', (data) => {
    text += String(data);
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  return { code, text };
};

/** The build for this platform, wherever its install script put it, or left it where those may not run. */
const executable = (home: string, ...patterns: readonly string[]): string => {
  const candidates = globSync(patterns, { cwd: home }).map((file) => join(home, file));
  const found = candidates.find((file) => run(home, file, ['--version']).code === 0);
  if (found === undefined) throw new Error(`none of ${patterns.join(', ')} runs`);
  return found;
};

describe('a service in plain JavaScript', () => {
  let folder: string;
  beforeAll(() => {
    folder = project({
      'service.js': SERVICE,
      'direct.js': DIRECT,
      'service.cjs': SERVICE_COMMONJS,
      'direct.cjs': DIRECT_COMMONJS,
    });
    install(folder, ...packed, sdkVersion('@openfeature/server-sdk'));
  });

  test('evaluates through OpenFeature, without the web SDK', async () => {
    expect(existsSync(join(folder, 'node_modules/@openfeature/web-sdk'))).toBe(false);
    expect(await ask(folder, process.execPath, 'service.js')).toEqual({ code: 0, text: ANSWERS });
  });

  test('cannot reach behind the doors', async () => {
    const { code, text } = await ask(
      folder,
      process.execPath,
      '-e',
      "await import('@halyard/providers/in-process/follower.js')",
    );
    expect(code).toBe(1);
    expect(text).toContain('ERR_PACKAGE_PATH_NOT_EXPORTED');
  });

  const node = `node-${process.platform}-${process.arch}`;
  describe.for<[name: string, release: string, patterns: string[], before: string[]]>([
    // Out of support, and said to be: it must not fail with a riddle all the same.
    ['Node 20', `${node}@20`, [`node_modules/${node}/bin/node`], []],
    ['Node 22', `${node}@22`, [`node_modules/${node}/bin/node`], []],
    ['Node 24', `${node}@24`, [`node_modules/${node}/bin/node`], []],
    ['Bun', 'bun@1', ['node_modules/bun/bin/bun.exe', 'node_modules/@oven/*/bin/bun'], []],
    ['Deno', 'deno@2', ['node_modules/@deno/*/deno', 'node_modules/deno/deno'], ['run', '-A']],
  ])('on %s', ([, release, patterns, before]) => {
    let command: string;
    beforeAll(() => {
      const home = project({});
      install(home, release);
      command = executable(home, ...patterns);
    });

    test.for([
      ['the provider', 'service.js'],
      ['the direct client, with a file', 'direct.js'],
      ['the provider, by require,', 'service.cjs'],
      ['the direct client, by require,', 'direct.cjs'],
    ] as const)('%s evaluates and ends', async ([, program]) => {
      expect(await ask(folder, command, ...before, program)).toEqual({ code: 0, text: ANSWERS });
    });
  });
});

test('the direct client needs no SDK', async () => {
  const folder = project({ 'direct.js': DIRECT });
  install(folder, ...packed);
  expect(existsSync(join(folder, 'node_modules/@openfeature'))).toBe(false);
  expect(await ask(folder, process.execPath, 'direct.js')).toEqual({ code: 0, text: ANSWERS });
  expect(JSON.parse(readFileSync(join(folder, 'flags.json'), 'utf8'))).toMatchObject({
    app: APP,
    version: 1,
  });
});

describe('a TypeScript project', () => {
  const TYPED = `import { createClient, type FlagDetails } from '@halyard/providers/client';
import { HalyardProvider } from '@halyard/providers/server';
import { flagManifest, flagTypes } from '@halyard/providers/types';
import { HalyardWebProvider } from '@halyard/providers/web';
import { OpenFeature } from '@openfeature/server-sdk';
import { OpenFeature as Web } from '@openfeature/web-sdk';

OpenFeature.setProvider(new HalyardProvider({ url: '', token: '', app: undefined, mode: 'remote' }));
Web.setProvider(new HalyardWebProvider({ url: '', token: '', eventSource: EventSource, storage: localStorage }));
const details: FlagDetails<boolean> = createClient({ url: '', token: '' }).getBooleanDetails('x', false);
const theme: { background: string } = createClient({ url: '', token: '' }).getObjectValue('x', { background: '' });
export { details, flagManifest, flagTypes, theme };
`;
  let folder: string;
  beforeAll(() => {
    folder = project({ 'typed.ts': TYPED, 'typed.cts': TYPED });
    install(
      folder,
      ...packed,
      sdkVersion('@openfeature/server-sdk'),
      sdkVersion('@openfeature/web-sdk'),
      '@types/node@22', // server-sdk's own types want it
      'typescript@5.9',
    );
  });

  test.for([
    ['nodenext', '{ "module": "nodenext" }', 'typed.ts'],
    ['a bundler', '{ "module": "esnext", "moduleResolution": "bundler" }', 'typed.ts'],
    ['CommonJS', '{ "module": "nodenext" }', 'typed.cts'],
  ] as const)('compiles with every strict setting for %s', ([, options, file]) => {
    const compilerOptions = {
      target: 'es2022',
      lib: ['es2022', 'dom'],
      types: ['node'],
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      skipLibCheck: false,
      noEmit: true,
      ...JSON.parse(options),
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [file] }));
    expect(run(folder, process.execPath, ['node_modules/typescript/bin/tsc', '-p', '.'])).toEqual({
      code: 0,
      text: '',
    });
  });

  test('publint has nothing to say of either package', () => {
    for (const file of packed) {
      const { code, text } = run(ROOT, 'publint', ['run', '--strict', file]);
      expect(text).toContain('All good!');
      expect(code).toBe(0);
    }
  });

  test('are the types wrong? No, for those who use ES modules', () => {
    for (const file of packed) {
      const { code, text } = run(ROOT, 'attw', ['--profile', 'esm-only', file]);
      expect(code, text).toBe(0);
    }
  });
});
