import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readDashboard } from './dashboard-files.ts';

const folder = (files: Readonly<Record<string, string>>): string => {
  const made = mkdtempSync(join(tmpdir(), 'halyard-dashboard-'));
  mkdirSync(join(made, 'assets'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(made, name), text);
  return made;
};
const text = (bytes: Uint8Array | undefined): string | undefined => bytes && new TextDecoder().decode(bytes);

test('a script is read with what the build compressed of it, and may be kept for ever', async () => {
  const files = readDashboard(
    folder({ 'index.html': '<!doctype html>', 'assets/a-1.js': 'js', 'assets/a-1.js.br': 'b' }),
  );
  const script = await files?.('assets/a-1.js');
  expect([text(script?.body), text(script?.br), text(script?.gzip)]).toEqual(['js', 'b', undefined]);
  expect([script?.contentType, script?.immutable]).toEqual(['text/javascript; charset=utf-8', true]);
  const index = await files?.('index.html');
  expect([text(index?.body), index?.immutable]).toEqual(['<!doctype html>', false]);
  expect(await files?.('assets/none.js')).toBe(null);
});

test('a dashboard that was never built is none', () => {
  expect(readDashboard('/there/is/no/such/folder')).toBe(null);
  expect(readDashboard(folder({ 'favicon.svg': '<svg/>' }))).toBe(null);
});
