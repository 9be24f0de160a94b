import { spawnSync } from 'node:child_process';
import { mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Flag, FlagValue } from '@halyard/engine';
import { describe, expect, test } from 'vitest';
import { flagManifest, flagTypes } from './index.ts';

const flag = (key: string, variations: Record<string, FlagValue>, more: Partial<Flag> = {}): Flag => ({
  key,
  enabled: true,
  variations,
  default_variation: Object.keys(variations)[0] ?? '',
  rules: [],
  ...more,
});

const FLAGS = [
  flag('new-checkout', { on: true, off: false }, { off_variation: 'off', description: 'The new checkout' }),
  flag('banner', { hello: 'Hello', bye: 'Bye' }),
  flag('limit', { low: 10, high: 20 }),
  flag('price', { low: 10, high: 20.5 }),
  flag('theme', { dark: { background: 'black' } }),
  flag('a-list', { one: [1] }),
  flag('another', { on: true }),
  flag('shop.new:v2|eu', { on: true }),
];

describe('the types of flags', () => {
  test('are OpenFeature’s own key types, restated', () => {
    expect(
      flagTypes(FLAGS.slice(0, 2)),
    ).toBe(`// Written by \`halyard types\`; write it again when flags are added or deleted.
// Needs TypeScript 5.5 or later and "skipLibCheck": true.
import '@openfeature/core';

declare module '@openfeature/core' {
  export type BooleanFlagKey =
    | "new-checkout";
  export type StringFlagKey =
    | "banner";
  export type NumberFlagKey = never;
  export type ObjectFlagKey = never;
}
`);
  });

  test('make the clients of both SDKs refuse an unknown key and a call of another type', {
    timeout: 60_000,
  }, () => {
    const project = mkdtempSync(join(tmpdir(), 'halyard-types-'));
    const root = join(import.meta.dirname, '..', '..');
    symlinkSync(join(root, 'node_modules'), join(project, 'node_modules'));
    const write = (name: string, text: string): void => writeFileSync(join(project, name), text);
    write('package.json', '{ "type": "module" }');
    write(
      'tsconfig.json',
      JSON.stringify({
        compilerOptions: {
          target: 'es2024',
          module: 'nodenext',
          strict: true,
          noEmit: true,
          skipLibCheck: true,
          types: [],
        },
      }),
    );
    write('flags.d.ts', flagTypes(FLAGS));
    write(
      'good.ts',
      `import { OpenFeature } from '@openfeature/server-sdk';
import { OpenFeature as Web } from '@openfeature/web-sdk';
const server = OpenFeature.getClient();
const web = Web.getClient();
await server.getBooleanValue('new-checkout', false, { plan: 'free' });
await server.getBooleanValue('shop.new:v2|eu', false);
await server.getStringDetails('banner', '');
web.getNumberValue('limit', 1);
web.getObjectValue('theme', {});
`,
    );
    const tsc = () =>
      spawnSync(
        process.execPath,
        [join(root, 'node_modules/typescript/bin/tsc'), '-p', '.', '--pretty', 'false'],
        {
          cwd: project,
          encoding: 'utf8',
        },
      ).stdout;
    expect(tsc()).toBe('');
    write(
      'bad.ts',
      `import { OpenFeature } from '@openfeature/server-sdk';
import { OpenFeature as Web } from '@openfeature/web-sdk';
await OpenFeature.getClient().getBooleanValue('new-chekout', false);
Web.getClient().getBooleanValue('banner', false);
`,
    );
    const errors = tsc();
    expect(errors).toContain(`bad.ts(3,47): error TS2345: Argument of type '"new-chekout"'`);
    expect(errors).toContain(`bad.ts(4,33): error TS2345: Argument of type '"banner"'`);
    expect(errors).not.toContain('good.ts');
  });
});

test('the manifest is what the OpenFeature CLI reads', () => {
  expect(flagManifest(FLAGS)).toEqual({
    $schema:
      'https://raw.githubusercontent.com/open-feature/cli/refs/heads/main/schema/v0/flag-manifest.json',
    flags: {
      'a-list': { flagType: 'object', defaultValue: [1] },
      another: { flagType: 'boolean', defaultValue: true },
      banner: { flagType: 'string', defaultValue: 'Hello' },
      limit: { flagType: 'integer', defaultValue: 10 },
      'new-checkout': { flagType: 'boolean', defaultValue: false, description: 'The new checkout' },
      price: { flagType: 'float', defaultValue: 10 },
      'shop.new:v2|eu': { flagType: 'boolean', defaultValue: true },
      theme: { flagType: 'object', defaultValue: { background: 'black' } },
    },
  });
});
