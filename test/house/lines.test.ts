import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');
const MOST = 300;

/** May be longer still. */
const EXCEPTED = new Set([
  'control-plane/api/client.ts',
  'control-plane/api/document/schemas.ts',
  'control-plane/store/port.ts',
  'control-plane/store/sql/plan.ts',
  'providers/web/provider.ts',
]);

const linesOf = (text: string): number => text.split('\n').length - (text.endsWith('\n') ? 1 : 0);

const longer = (texts: ReadonlyMap<string, string>): readonly string[] =>
  [...texts].flatMap(([file, text]) => (linesOf(text) > MOST && !EXCEPTED.has(file) ? [file] : []));

const productTexts = (): ReadonlyMap<string, string> => {
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.ts', '*.tsx'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const files = listed
    .trim()
    .split('\n')
    .filter((file) => !/^test\/|\.test\.tsx?$|\/testing\//.test(file));
  return new Map(files.map((file) => [file, readFileSync(join(ROOT, file), 'utf8')]));
};

test(`no product file has more than ${MOST} lines, those named here apart`, () => {
  expect(longer(productTexts())).toEqual([]);
});

test('a file of one line more is found', () => {
  const lines = (count: number): string => 'export {};\n'.repeat(count);
  expect(
    longer(
      new Map([
        ['full.ts', lines(MOST)],
        ['over.ts', lines(MOST + 1)],
      ]),
    ),
  ).toEqual(['over.ts']);
});
