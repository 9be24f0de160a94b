import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, join, posix } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');

/** Room of the control plane → the rooms of it that it may import: the inner arrows of ARCHITECTURE.md. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  model: [],
  flags: ['model'],
  store: ['flags', 'model'],
  access: ['model', 'store'],
  audit: ['flags', 'model', 'store'],
  importers: ['flags', 'model'],
  observing: ['flags', 'model', 'store'],
  projects: ['access', 'flags', 'model', 'store'],
  replication: ['flags', 'model', 'store'],
  api: ['access', 'audit', 'flags', 'importers', 'model', 'observing', 'projects', 'replication', 'store'],
  workers: ['access', 'api', 'flags', 'model', 'observing', 'projects', 'replication', 'store'],
};

interface Import {
  readonly to: string;
  /** Whether it is there when the program runs. */
  readonly value: boolean;
}

type Sources = ReadonlyMap<string, readonly Import[]>;

const IMPORT = /^(?:import|export)( type)?\b[^;'"]*?from '(\.[^']+)'|\bimport\('(\.[^']+)'\)/gm;

/** What each file imports of the others, by path from the root. */
const sourcesOf = (texts: ReadonlyMap<string, string>): Sources =>
  new Map(
    [...texts].map(([file, text]) => [
      file,
      [...text.matchAll(IMPORT)].flatMap(([, type, from, lazily]) => {
        const to = posix.join(posix.dirname(file), from ?? lazily ?? '');
        return texts.has(to) ? [{ to, value: type === undefined }] : [];
      }),
    ]),
  );

const productTexts = (): ReadonlyMap<string, string> => {
  const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.ts', '*.tsx'], {
    cwd: ROOT,
    encoding: 'utf8',
  })
    .trim()
    .split('\n')
    .filter((file) => !/^test\/|\.test\.tsx?$|\/testing\/|\.d\.ts$/.test(file));
  return new Map(files.map((file) => [file, readFileSync(join(ROOT, file), 'utf8')]));
};

const arrowsBroken = (sources: Sources): readonly string[] =>
  [...sources].flatMap(([file, imports]) => {
    const [room, inner, ...deeper] = file.split('/');
    if (room !== 'control-plane' || inner === undefined || deeper.length === 0) return [];
    return imports.flatMap(({ to }) => {
      const target = to.split('/')[1] ?? '';
      const allowed = target === inner || (ARROWS[inner] ?? []).includes(target);
      return allowed ? [] : [`${file} imports ${to}`];
    });
  });

/** Every group of files that import one another round in a circle. */
const circles = (sources: Sources): readonly string[] => {
  const found: string[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const visit = (file: string, path: readonly string[]): void => {
    if (state.get(file) === 'done') return;
    if (state.get(file) === 'open') {
      found.push([...path.slice(path.indexOf(file)), file].join(' → '));
      return;
    }
    state.set(file, 'open');
    for (const { to, value } of sources.get(file) ?? []) if (value) visit(to, [...path, file]);
    state.set(file, 'done');
  };
  for (const file of sources.keys()) visit(file, []);
  return found;
};

const NAME = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.module|\.config|\.d)?\.tsx?$/;

const misnamed = (sources: Sources): readonly string[] =>
  [...sources.keys()].filter((file) => !NAME.test(basename(file)));

describe('inside the rooms', () => {
  const sources = sourcesOf(productTexts());

  test('the rooms of the control plane import one another along the arrows alone', () => {
    expect(arrowsBroken(sources)).toEqual([]);
  });

  test('every room of the control plane has its arrows', () => {
    const rooms = new Set(
      [...sources.keys()].flatMap((file) => {
        const [room, inner, ...deeper] = file.split('/');
        return room === 'control-plane' && deeper.length > 0 ? [inner ?? ''] : [];
      }),
    );
    expect([...rooms].filter((room) => ARROWS[room] === undefined)).toEqual([]);
  });

  test('no files import one another in a circle', () => {
    expect(circles(sources)).toEqual([]);
  });

  test('files are named in kebab case', () => {
    expect(misnamed(sources)).toEqual([]);
  });

  test('an arrow that is not there, a circle and a misspelt name are seen', () => {
    const probes = sourcesOf(
      new Map([
        ['control-plane/model/probe.ts', "import { x } from '../store/one.ts';\n"],
        [
          'control-plane/store/one.ts',
          "import { y } from './two.ts';\nimport type { T } from '../model/probe.ts';\n",
        ],
        ['control-plane/store/two.ts', "export { x } from './one.ts';\n"],
        ['control-plane/store/badlyNamed.ts', "const later = () => import('../api/three.ts');\n"],
        ['control-plane/api/three.ts', ''],
      ]),
    );
    expect(arrowsBroken(probes)).toEqual([
      'control-plane/model/probe.ts imports control-plane/store/one.ts',
      'control-plane/store/badlyNamed.ts imports control-plane/api/three.ts',
    ]);
    expect(circles(probes)).toEqual([
      'control-plane/store/one.ts → control-plane/store/two.ts → control-plane/store/one.ts',
    ]);
    expect(misnamed(probes)).toEqual(['control-plane/store/badlyNamed.ts']);
  });
});
