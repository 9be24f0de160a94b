import { readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const importsOf = (file: string): readonly string[] =>
  [...readFileSync(file, 'utf8').matchAll(/(?:from|import) '([^']+)'/g)].map((match) => match[1] ?? '');

/** Everything that a file brings with it, itself included, by way of relative imports. */
const reach = (file: string, seen = new Set<string>()): ReadonlySet<string> => {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const name of importsOf(file)) if (name.startsWith('.')) reach(resolve(dirname(file), name), seen);
  return seen;
};

test('the shared stores run where there is no Node: they import none of it, and no transaction of Kysely', () => {
  const offences: string[] = [];
  const files = reach(resolve(import.meta.dirname, 'stores.ts'));
  for (const file of files) {
    const name = relative(import.meta.dirname, file);
    for (const imported of importsOf(file)) {
      if (imported.startsWith('node:') || imported === 'pg') offences.push(`${name} imports ${imported}`);
    }
    if (/\.(transaction|startTransaction)\(/.test(readFileSync(file, 'utf8'))) {
      offences.push(`${name} calls a transaction of Kysely`);
    }
  }
  expect(offences).toEqual([]);
  expect(files.size > 20).toBe(true);
});
