import { expect, it } from 'vitest';
import { listMembers } from './list-members.ts';

it.each([
  ['pasted with commas', ['10.0.0.0/8, 2001:db8::/32,'], [], ['10.0.0.0/8', '2001:db8::/32']],
  ['pasted from a column', ['se\nno\r\ndk\n'], [], ['se', 'no', 'dk']],
  ['with one twice', ['a', 'b;a'], ['a'], ['a', 'b']],
  [
    'with a comma in a member that was there',
    ['Lovelace, Ada', 'x, y'],
    ['Lovelace, Ada'],
    ['Lovelace, Ada', 'x', 'y'],
  ],
  ['emptied', [' , '], ['a'], []],
  [
    'saved by a spreadsheet',
    ['\uFEFFid\r\n"Lovelace, Ada"\r\n"say ""hi"""\r\n'],
    [],
    ['id', 'Lovelace, Ada', 'say "hi"'],
  ],
  ['with a quote inside a member', ['O"Brien, 5" pipe, "open'], [], ['O"Brien', '5" pipe', '"open']],
])('reads a list %s', (_, given, before, members) => {
  expect(listMembers(given, before)).toEqual(members);
});
