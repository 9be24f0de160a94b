import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@halyard/control-plane/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Started, startHalyard } from '../process/halyard.ts';

const GUIDE = readFileSync(join(import.meta.dirname, '..', '..', 'docs/environments.md'), 'utf8');

const cwd = mkdtempSync(join(tmpdir(), 'halyard-promoting-'));
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

const halyard = async (parameters: readonly string[]) => {
  const call = startHalyard(parameters, { cwd, env: { HALYARD_URL: url, HALYARD_TOKEN: token } });
  calls.push(call);
  const code = await call.ended;
  return { code, stdout: call.stdout().trimEnd(), stderr: call.stderr().trimEnd() };
};

/** A command of the guide. */
const shown = (name: string) => {
  const [, command = ''] = new RegExp(`^\`\`\`sh ${name}\\n(.*?)\\n\`\`\``, 'ms').exec(GUIDE) ?? [];
  expect(command).toMatch(/^halyard /);
  return halyard(
    [...command.matchAll(/"([^"]*)"|(\S+)/g)].slice(1).map(([, quoted, word]) => quoted ?? word ?? ''),
  );
};

test('the guide’s flag goes from staging to production, and exit codes say what is left to do', async () => {
  const client = createClient({ baseUrl: url, account: 'default', token });
  const { environments } = await client.createProject({
    name: 'web',
    environments: [{ key: 'staging' }, { key: 'production', production: true }],
  });
  expect(await shown('compare')).toMatchObject({ code: 0 });
  const [staging] = environments;
  await client.createFlag(staging?.app_id ?? '', {
    key: 'new-checkout',
    enabled: true,
    variations: { on: true, off: false },
    default_variation: 'off',
    rules: [{ priority: 1, conditions: [], serve_variation: 'on', rollout: { percentage: 25 } }],
  });

  const differs = await shown('compare');
  expect([differs.code, differs.stdout.split('\n').at(0)]).toEqual([2, 'only_from flag new-checkout']);
  expect(differs.stdout).toContain('1 of 1 flags and segments differ between staging and production.');

  const plan = await shown('plan');
  expect(plan.code).toBe(2);
  expect(plan.stdout).toContain('asked    flag new-checkout, reaches 0 % → 0 %');
  expect(plan.stdout).toContain('1 definition would change in production.');

  const done = await shown('promote');
  expect([done.code, done.stderr]).toEqual([0, '']);
  expect(done.stdout).toContain('1 definition changed in production, which is now at version ');
  expect(await shown('compare')).toMatchObject({
    code: 0,
    stdout: '0 of 1 flags and segments differ between staging and production.',
  });
  const flag = await client.getFlag(environments[1]?.app_id ?? '', 'new-checkout');
  expect([flag.enabled, flag.rules.length]).toEqual([false, 1]);
});

test('a failure is 1, so that nobody takes it for a difference', async () => {
  const nothing = await halyard(['compare']);
  expect([nothing.code, nothing.stderr]).toEqual([
    1,
    '--project is missing; name the project by its id or name.\n--from is missing; name the environment to take from.\n--to is missing; name the environment to compare with or to promote to.',
  ]);
  const unknown = await halyard(['compare', '--project', 'nobody', '--from', 'a', '--to', 'b']);
  expect([unknown.code, unknown.stderr]).toEqual([
    1,
    expect.stringContaining('There is no project "nobody"'),
  ]);
  const both = ['promote', '--project', 'web', '--from', 'staging', '--to', 'production'];
  expect((await halyard(both)).stderr).toBe(
    'Name what to promote: either --key (as often as needed) or --tag.',
  );
});
