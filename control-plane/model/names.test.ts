import { expect, test } from 'vitest';
import { expectedOfName, foldName, freeName } from './names.ts';

test.each([
  ['Ada Lovelace'],
  ['Zoë'],
  ['李小龍'],
  ['ci-deploy (production)'],
  ['💡 lights'],
  ['halyards'],
  ['Мария'],
  ['Δημήτρης'],
  ['α-tester'],
  ['Мария (ops)'],
  ['5 µs'],
])('%s is a name', (name) => {
  expect(expectedOfName(name)).toBe(null);
});

test.each([
  ['', 'a name of 1 to 128 characters'],
  ['x'.repeat(129), 'a name of 1 to 128 characters'],
  ['a\u0000b', 'a name without control characters (it holds U+0000)'],
  ['a\u2028b', 'a name without control characters (it holds U+2028)'],
  ['ada\u200b', 'a name without invisible characters (it holds U+200B)'],
  ['\u202eadA', 'a name without invisible characters (it holds U+202E)'],
  ['a\u2066da', 'a name without invisible characters (it holds U+2066)'],
  ['ada\u3164', 'a name without invisible characters (it holds U+3164)'],
  ['a\u2800da', 'a name without invisible characters (it holds U+2800)'],
  ['a\u00adda', 'a name without invisible characters (it holds U+00AD)'],
  ['ada\ufe0f', 'a name without invisible characters (it holds U+FE0F)'],
  ['ada\u{e0041}', 'a name without invisible characters (it holds U+E0041)'],
  ['ada\u00a0lovelace', 'a name without unusual spaces (it holds U+00A0)'],
  ['аdmin', 'words of one alphabet each ("аdmin" mixes Latin with Cyrillic or Greek letters)'],
  ['the αdmin', 'words of one alphabet each ("αdmin" mixes Latin with Cyrillic or Greek letters)'],
  ['a\ud800', 'a name without half characters (unpaired surrogates)'],
  [' ada', 'a name without a space at its beginning or end'],
  ['halyard', 'another name, because the audit trail uses this one for Halyard itself'],
  ['HALYARD', 'another name, because the audit trail uses this one for Halyard itself'],
  ['ｈalyard', 'another name, because the audit trail uses this one for Halyard itself'],
  ['Halyard  command', 'another name, because the audit trail uses this one for Halyard itself'],
])('%j is not a name', (name, mistake) => {
  expect(expectedOfName(name)).toBe(mistake);
});

test.each([
  ['Ada', 'ADA'],
  ['Ada', 'ａｄａ'],
  ['ada', 'a\u200bda'],
  ['ﬁn', 'fin'],
  ['Straße', 'STRASSE'],
  ['ΟΔΟΣ', 'οδος'],
  ['é', 'e\u0301'],
  ['COPE', 'СОРЕ'],
  ['BETH', 'ΒΕΤΗ'],
  ['a b', 'a  b'],
  ['a b', 'a\u00a0b'],
])('%s and %s look alike', (one, other) => {
  expect(foldName(one)).toBe(foldName(other));
});

test.each([
  ['ada', 'adam'],
  ['a b', 'ab'],
  ['e', 'é'],
  ['Maria', 'Мария'],
])('%s and %s do not look alike', (one, other) => {
  expect(foldName(one)).not.toBe(foldName(other));
});

test('a name that is taken gets the next free number', () => {
  expect(freeName('admin', [])).toBe('admin');
  expect(freeName('admin', ['ADMIN', 'admin 2'])).toBe('admin 3');
});
