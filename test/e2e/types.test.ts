import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort, type Started, startHalyard } from '../process/halyard.ts';

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
