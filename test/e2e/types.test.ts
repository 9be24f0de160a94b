import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort, type Started, startHalyard } from '../process/halyard.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const GUIDE = readFileSync(join(ROOT, 'docs/providers.md'), 'utf8');
/** What a person has who calls it: nothing that the tests were started with. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(HALYARD_|npm_|INIT_CWD$|NODE_|VITEST)/.test(name)),
);

const cwd = mkdtempSync(join(tmpdir(), 'halyard-types-'));
let server: Started;
let url: string;
let token: string;
const calls: Started[] = [];

beforeAll(async () => {
  server = startHalyard(['start', '--port', '0'], { cwd });
  [, url = ''] = await server.printed(/running on (\S+)/);
  [, token = ''] = await server.printed(/Admin token {2}(hly_\S+)/);
});

afterAll(async () => {
  for (const call of calls) await call.kill('SIGKILL');
  await server.kill('SIGKILL');
});

const types = async (parameters: readonly string[], env: Record<string, string> = {}) => {
  const call = startHalyard(['types', ...parameters], {
    cwd,
    env: { HALYARD_URL: url, HALYARD_TOKEN: token, ...env },
  });
  calls.push(call);
  const code = await call.ended;
  return { code, stdout: call.stdout(), stderr: call.stderr() };
};

test('halyard types prints the declarations of an app named by its name', async () => {
  const { code, stdout } = await types(['--app', 'example']);
  expect(code).toBe(0);
  expect(stdout).toContain("declare module '@openfeature/core'");
  expect(stdout).toMatch(/BooleanFlagKey =\s+\| "new-checkout";/);
});

test('the guide’s command writes the declarations where it was called, without what npm prints', async () => {
  const [, command = ''] = /^```sh types\n(.*?)\n```/ms.exec(GUIDE) ?? [];
  expect(command).toContain('halyard types');
  const project = mkdtempSync(join(tmpdir(), 'halyard-project-'));
  const line = command.replace('../halyard', ROOT).replace('APP', 'example');
  const { stdout } = await promisify(execFile)('sh', ['-c', line], {
    cwd: project,
    env: { ...environment, HALYARD_URL: url, HALYARD_TOKEN: token },
  });
  const file = join(project, 'flags.d.ts');
  expect(stdout).toMatch(/Wrote .*flags\.d\.ts: \d+ flags\.\n/);
  const text = readFileSync(file, 'utf8');
  expect(text).toMatch(/^\/\/ Written by `halyard types`/);
  expect(text).toMatch(/BooleanFlagKey =\s+\| "new-checkout";/);
});

test('halyard types --out says where it cannot write', async () => {
  const file = join(cwd, 'no', 'such', 'folder.d.ts');
  const { code, stderr } = await types(['--app', 'example', '--out', file]);
  expect(code).toBe(2);
  expect(stderr).toContain(`${file} cannot be written: ENOENT`);
});

test('halyard types --manifest prints what the OpenFeature CLI reads', async () => {
  const { code, stdout } = await types(['--app', 'example', '--manifest']);
  expect(code).toBe(0);
  expect(JSON.parse(stdout).flags['new-checkout']).toMatchObject({ flagType: 'boolean' });
});

test.for([
  [['--app', 'nowhere'], {}, /There is no app "nowhere" in the account "default"\./],
  [[], {}, /--app is missing/],
  [['--app', 'example'], { HALYARD_URL: '' }, /HALYARD_URL/],
  [['--app', 'example'], { HALYARD_TOKEN: 'hly_unknown' }, /refused: .*token/],
] as const)('halyard types %o %o says what is missing', async ([parameters, env, says]) => {
  const { code, stdout, stderr } = await types(parameters, env);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(says);
});

test('halyard types says when nobody answers', async () => {
  const nobody = `http://127.0.0.1:${await freePort()}`;
  const { code, stderr } = await types(['--app', 'example'], { HALYARD_URL: nobody });
  expect(code).toBe(2);
  expect(stderr).toContain(`${nobody} cannot be reached`);
});
