import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FAULT, PROBLEMS } from './problems.ts';

test('the documentation lists every code with its status and meaning', () => {
  const page = readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', 'api.md'), 'utf8');
  const rows = [...Object.values(PROBLEMS), { ...FAULT, when: FAULT.message }];
  const listed = [...page.matchAll(/^\| (\d{4}) \| (\d{3}) \| (.*) \|$/gm)].map(([, code, status, when]) => [
    code,
    status,
    when,
  ]);
  expect(listed).toEqual(
    rows
      .sort((a, b) => a.code - b.code)
      .map(({ code, status, when }) => [String(code), String(status), when]),
  );
});
