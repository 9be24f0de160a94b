import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { flagTypes } from '@halyard/providers/types';
import { beforeAll, describe, expect, test } from 'vitest';
import { install, project, ROOT, run } from './packed.ts';

const GUIDE = readFileSync(join(ROOT, 'docs/providers.md'), 'utf8');
const FLAG = {
  key: 'new-checkout',
  enabled: true,
  variations: { on: true, off: false },
  default_variation: 'on',
  rules: [],
};
const PROGRAM = `import { OpenFeature } from '@openfeature/server-sdk';
const flags = OpenFeature.getClient();
export const right = flags.getBooleanValue('new-checkout', false);
export const wrong = flags.getBooleanValue('new-chekout', false);
`;

describe('the declarations of halyard types', () => {
  let folder: string;
  beforeAll(() => {
    const compilerOptions = {
      target: 'es2022',
      module: 'nodenext',
      strict: true,
      noEmit: true,
      skipLibCheck: true,
    };
    folder = project({
      'tsconfig.json': JSON.stringify({ compilerOptions, files: ['program.ts', 'flags.d.ts'] }),
      'program.ts': PROGRAM,
    });
    install(
      folder,
      '@openfeature/server-sdk@1',
      'typescript-5.4@npm:typescript@5.4',
      'typescript-5.5@npm:typescript@5.5',
      'typescript-5.9@npm:typescript@5.9',
    );
    writeFileSync(join(folder, 'flags.d.ts'), flagTypes([FLAG]));
  });

  const errors = (typescript: string): string =>
    run(folder, process.execPath, [join(typescript, 'bin/tsc'), '-p', '.', '--pretty', 'false']).text;

  test.for([
    ['5.5', 'node_modules/typescript-5.5'],
    ['5.9', 'node_modules/typescript-5.9'],
    ['of this repository', join(ROOT, 'node_modules/typescript')],
  ] as const)('make TypeScript %s refuse an unknown key', ([, typescript]) => {
    expect(errors(typescript)).toMatch(
      /^program\.ts\(4,\d+\): error TS2345: Argument of type '"new-chekout"' is not assignable[^\n]*\n$/,
    );
  });

  test('check nothing on TypeScript 5.4, so they and the guide name 5.5 as the least', () => {
    expect(errors('node_modules/typescript-5.4')).toBe('');
    expect(flagTypes([FLAG])).toContain('// Needs TypeScript 5.5 or later');
    expect(GUIDE).toContain('so the project needs TypeScript 5.5 or later');
  });
});
