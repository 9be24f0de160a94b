import { expect, it } from 'vitest';
import { flagSearchOf, isFiltered } from './flag-search.ts';

it.each([
  [{}, {}],
  [{ tag: 'a' }, { tag: ['a'] }],
  [{ tag: ['a', 'b', 'a', ''] }, { tag: ['a', 'b'] }],
  [
    { q: 42, state: 'enabled', type: 'json', by: 'ada', sort: 'updated' },
    { q: '42', state: 'enabled', type: 'json', by: 'ada', sort: 'updated' },
  ],
  [{ state: 'on', type: 'text', sort: 'key', q: '', by: null }, {}],
])('reads %j out of the address', (address, search) => {
  expect(flagSearchOf(address)).toEqual(search);
});

it('calls a list that is only sorted not filtered', () => {
  expect([isFiltered({ sort: 'updated' }), isFiltered({ tag: ['a'] })]).toEqual([false, true]);
});
