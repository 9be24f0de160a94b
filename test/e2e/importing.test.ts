import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { table } from '../moving/table.ts';
import { type Started, startHalyard } from '../process/halyard.ts';

const GUIDE = readFileSync(join(import.meta.dirname, '..', '..', 'docs/moving-in.md'), 'utf8');

const cwd = mkdtempSync(join(tmpdir(), 'halyard-importing-'));
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
  const env = { HALYARD_URL: url, HALYARD_TOKEN: token, INIT_CWD: cwd };
  const call = startHalyard(parameters, { cwd, env });
  calls.push(call);
  const code = await call.ended;
  return { code, stdout: call.stdout(), stderr: call.stderr() };
};

/** A command of the guide, for the app that is there. */
const shown = (name: string) => {
  const [, command = ''] = new RegExp(`^\`\`\`sh ${name}\\n(.*?)\\n\`\`\``, 'ms').exec(GUIDE) ?? [];
  expect(command).toMatch(/^halyard import /);
  return halyard(command.replace('APP', 'example').split(' ').slice(1));
};

const flag = { on: true, variations: [true, false], fallthrough: { variation: 0 }, offVariation: 1 };
const document = { flags: { kept: flag, mixed: { ...flag, variations: [1, true] } } };

test('the guide’s plan says what an import would do and changes nothing; its import does it', async () => {
  writeFileSync(join(cwd, 'flags.json'), JSON.stringify(document));
  const report = [
    'refused  mixed',
    '           /flags/mixed/variations/1: the values are of the types number and boolean; expected one type',
    '2 flags of launchdarkly: 1 exact, 0 differ, 1 refused.',
  ];
  const plan = await shown('plan');
  expect(plan.stdout.trimEnd().split('\n')).toEqual([
    ...report,
    '1 would be created, 0 updated, 0 unchanged.',
  ]);
  const done = await shown('import');
  expect(done.stdout.trimEnd().split('\n')).toEqual([...report, '1 created, 0 updated, 0 unchanged.']);
  expect([plan.code, done.code]).toEqual([0, 0]);
});

test('the guide’s YAML and its flags of Flagship are taken', async () => {
  writeFileSync(
    join(cwd, 'flags.yaml'),
    'flags:\n  yes:\n    state: ENABLED\n    variants: {on: true}\n    defaultVariant: on\n',
  );
  expect((await shown('flagd')).stdout).toContain('1 flag of flagd: 1 exact');
  const moved = { key: 'moved', enabled: true, variations: { on: true }, default_variation: 'on', rules: [] };
  writeFileSync(join(cwd, 'flags.json'), JSON.stringify([moved]));
  expect((await shown('flagship')).stdout).toContain('1 flag of flagship: 1 exact');
});

test('halyard import says everything that is missing, what it cannot read, and what the server refuses', async () => {
  const nothing = await halyard(['import']);
  expect(nothing.code).toBe(2);
  expect(nothing.stderr).toContain(
    '--from is missing; expected one of launchdarkly, unleash, flagd, growthbook, flagship.\n--app is missing; name the app by its id or name.\nName the one file to import.',
  );
  const from = ['import', '--from', 'growthbook', '--app', 'example'];
  expect((await halyard([...from, 'none.json'])).stderr).toContain('none.json cannot be read: ENOENT');
  writeFileSync(join(cwd, 'flags.json'), JSON.stringify({ encryptedFeatures: 'x' }));
  const refused = await halyard([...from, 'flags.json']);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('/encryptedFeatures is "x"; expected a payload that is not encrypted');
});

test('the guide shows the proof as it is now', async () => {
  expect(GUIDE).toContain(await table());
});
