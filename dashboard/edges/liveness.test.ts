import { expect, it } from 'vitest';
import type { Propagation } from '../api.ts';
import { type Known, livenessOf } from './liveness.ts';

const edge = (id: string, applied: number | null, lag_ms = 0) => ({
  id,
  applied_version: applied,
  lag_ms,
  last_seen: '2026-11-24T16:02:11.000Z',
});
const silent = (id: string, applied_version: number, last_seen = '2026-11-24T16:02:11.000Z') => ({
  id,
  applied_version,
  last_seen,
});
const known = (propagation: Propagation, more: Partial<Known> = {}): Known => ({
  writing: false,
  reachable: true,
  commit: 301,
  propagation,
  ...more,
});
const everywhere: Propagation = { version: 301, edges: [edge('a', 301, 38), edge('b', 301, 12)] };

it('is green when every edge has this flag’s own commit, with how long that took', () => {
  expect(livenessOf(known(everywhere))).toEqual({
    tone: 'good',
    text: 'Live on 2 of 2 edges, 38 ms',
    silent: [],
  });
});

it('is about this flag’s own commit: a later commit of another flag takes nothing away', () => {
  const later: Propagation = { version: 305, edges: [edge('a', 302, 900), edge('b', 301, 900)] };
  expect(livenessOf(known(later))).toMatchObject({ tone: 'good', text: 'Live on 2 of 2 edges' });
});

it.each([
  ['a write is under way', { writing: true }, 'Sending …'],
  ['the server does not answer', { reachable: false }, 'Not known: the server does not answer'],
  ['nobody has said which commit is meant', { commit: null }, 'Asking the edges …'],
] as const)('is grey and never green while %s', (_title, more, text) => {
  expect(livenessOf(known(everywhere, more))).toMatchObject({ tone: 'waiting', text });
});

it('is amber while edges have not got it', () => {
  const some: Propagation = {
    version: 301,
    edges: [edge('a', 301), edge('b', 301), edge('c', 301), edge('d', 300, 80), edge('idle', null)],
  };
  expect(livenessOf(known(some))).toMatchObject({ tone: 'partial', text: 'Live on 3 of 4 edges …' });
});

it('is red while a cut-off edge may still serve the flag as it was', () => {
  const cut = { ...everywhere, silent_edges: [silent('c', 300)] };
  const { tone, text, silent: ids } = livenessOf(known(cut));
  expect(tone).toBe('bad');
  expect(text).toMatch(/^1 edge silent since \d\d:02:11, may still serve version 300$/);
  expect(ids).toEqual(['c']);
  const two = { ...cut, silent_edges: [silent('c', 300), silent('d', 298, '2026-11-24T16:01:00.000Z')] };
  expect(livenessOf(known(two)).text).toMatch(
    /^2 edges silent since \d\d:01:00, may still serve version 298$/,
  );
});

it('is not green either while an edge that had the change is silent', () => {
  const cut = { ...everywhere, silent_edges: [silent('c', 301)] };
  const { tone, text } = livenessOf(known(cut));
  expect(tone).toBe('partial');
  expect(text).toMatch(/^Live on 2 of 2 edges; 1 edge silent since \d\d:02:11 had it too$/);
});

it('claims nothing where no edge is connected', () => {
  expect(livenessOf(known({ version: 301, edges: [edge('idle', null)] }))).toMatchObject({
    tone: 'waiting',
    text: 'No edges are connected',
  });
});

it.each([
  [300, 'partial', 'Publishing …'],
  [301, 'good', 'Published'],
  [null, 'partial', 'Publishing …'],
] as const)(
  'goes by the flag cache where edges do not report (it has %s)',
  (published_version, tone, text) => {
    expect(livenessOf(known({ version: 301, edges: [], published_version }))).toMatchObject({ tone, text });
  },
);
