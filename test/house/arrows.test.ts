import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');

/** Room → the rooms it may import: the arrows of ARCHITECTURE.md. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  'evaluator/engine': [],
  'evaluator/caches': [],
  'evaluator/edge': ['@halyard/caches', '@halyard/engine'],
  'control-plane': ['@halyard/caches', '@halyard/engine'],
  providers: ['@halyard/engine'],
  dashboard: ['@halyard/control-plane', '@halyard/engine'],
};
const doors = [
  '@halyard/engine',
  '@halyard/caches',
  '@halyard/edge',
  '@halyard/control-plane',
  '@halyard/providers',
  '@halyard/dashboard',
];

/** Lints files in a copy of the house that has its walls and nothing else; file → the rules it breaks. */
const lint = (files: Readonly<Record<string, string>>): ReadonlyMap<string, readonly string[]> => {
  const house = mkdtempSync(join(tmpdir(), 'halyard-house-'));
  const configuration = JSON.parse(readFileSync(join(ROOT, 'biome.json'), 'utf8'));
  writeFileSync(
    join(house, 'biome.json'),
    JSON.stringify({ ...configuration, $schema: undefined, vcs: { enabled: false } }),
  );
  for (const room of ['.', 'test', ...Object.keys(arrows)]) {
    mkdirSync(join(house, room), { recursive: true });
    cpSync(join(ROOT, room, 'package.json'), join(house, room, 'package.json'));
  }
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(house, file)), { recursive: true });
    writeFileSync(join(house, file), text);
  }
  const { stdout } = spawnSync('biome', ['lint', '--reporter=json', '--max-diagnostics=none', '.'], {
    cwd: house,
    encoding: 'utf8',
  });
  const broken = new Map<string, string[]>(Object.keys(files).map((file) => [file, []]));
  for (const { category, location } of JSON.parse(stdout).diagnostics) {
    const path = typeof location.path === 'string' ? location.path : location.path?.file;
    broken.get(path)?.push(category);
  }
  return broken;
};

const importing = (what: string): string => `import { x } from '${what}';\nexport const y = x;\n`;

describe('the arrows between the rooms', () => {
  test.for(Object.entries(arrows))('%s depends on exactly the rooms it may import', ([room, allowed]) => {
    const { dependencies = {}, devDependencies = {} } = JSON.parse(
      readFileSync(join(ROOT, room, 'package.json'), 'utf8'),
    );
    const rooms = Object.keys({ ...dependencies, ...devDependencies }).filter((name) =>
      name.startsWith('@halyard/'),
    );
    expect(rooms.sort()).toEqual(allowed);
  });

  test('the linter refuses every import that has no arrow, and no other', () => {
    const probes = Object.entries(arrows).flatMap(([room, allowed]) =>
      doors
        .filter((door) => !room.endsWith(door.slice('@halyard/'.length)))
        .map((door) => ({
          file: `${room}/probe-${door.slice('@halyard/'.length)}.ts`,
          door,
          allowed: allowed.includes(door),
        })),
    );
    const broken = lint(Object.fromEntries(probes.map(({ file, door }) => [file, importing(door)])));
    for (const { file, allowed } of probes) {
      expect(broken.get(file), file).toEqual(allowed ? [] : ['lint/correctness/noUndeclaredDependencies']);
    }
  });

  test('the linter refuses to climb over a wall', () => {
    const files = {
      'evaluator/edge/probe.ts': importing('../../control-plane/model/problem.ts'),
      'evaluator/edge/streams/probe.ts': importing('../../caches/memory.ts'),
      'control-plane/flags/probe.ts': importing('../../evaluator/engine/model.ts'),
      'providers/web/probe.ts': importing('../../dashboard/api.ts'),
    };
    for (const [file, rules] of lint(files)) {
      expect(rules, file).toEqual(['lint/style/noRestrictedImports']);
    }
  });

  test('the linter refuses Node modules where Workers run the code', () => {
    const text = "import { readFileSync } from 'node:fs';\nexport const y = readFileSync;\n";
    const refused = [
      'evaluator/engine/probe.ts',
      'evaluator/caches/memory.ts',
      'evaluator/edge/probe.ts',
      'control-plane/api/probe.ts',
      'control-plane/access/probe.ts',
      'control-plane/flags/probe.ts',
      'providers/server/probe.ts',
    ];
    const allowed = [
      'evaluator/edge/held/disk.ts',
      'evaluator/caches/redis/index.ts',
      'control-plane/store/sqlite/index.ts',
    ];
    const broken = lint(Object.fromEntries([...refused, ...allowed].map((file) => [file, text])));
    for (const file of refused) expect(broken.get(file), file).toContain('lint/correctness/noNodejsModules');
    for (const file of allowed) expect(broken.get(file), file).toEqual([]);
  });
});
