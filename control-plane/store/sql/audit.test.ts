import { hash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { ChangelogEntry } from '../../model/changelog.ts';
import { type ChainVerdict, hashedText, verifyChain, verifyChainBackwards } from './audit.ts';

const sha256 = (text: string): string => hash('sha256', text);

const chain = (length: number): ChangelogEntry[] => {
  const entries: ChangelogEntry[] = [];
  for (let n = 1; n <= length; n += 1) {
    const entry = {
      id: String(n),
      flag_key: 'a',
      event: 'update' as const,
      after: {
        key: 'a',
        enabled: n % 2 === 0,
        variations: { on: true, off: false },
        default_variation: 'off',
        rules: [],
        bucketing: { hash: 'murmur3' as const, salt: 'x/a' },
      },
      diff: { enabled: { from: n % 2 !== 0, to: n % 2 === 0 } },
      version: n,
      app_version: n,
      at: '2026-01-01T00:00:00.000Z',
      actor: { name: 'ann', token_id: 't' },
      comment: null,
    };
    entries.push({ ...entry, hash: sha256(hashedText(entry, entries.at(-1)?.hash ?? null)) });
  }
  return entries;
};

/** Either way round the verdict is the same. */
const verdictOn = async (entries: readonly ChangelogEntry[]): Promise<ChainVerdict> => {
  const verdict = await verifyChain(entries, sha256);
  const newestFirst = (async function* () {
    yield* entries.toReversed();
  })();
  expect(await verifyChainBackwards(newestFirst, hashedText, sha256)).toEqual(verdict);
  return verdict;
};

const tampered = (entries: readonly ChangelogEntry[], at: number, change: object): ChangelogEntry[] =>
  entries.map((entry, n) => (n === at ? { ...entry, ...change } : entry));

describe('the hash chain', () => {
  test('is over the RFC 8785 form: sorted names, no spaces, the previous hash beside the entry', () => {
    const [first] = chain(1);
    if (first === undefined) throw new Error('The chain has an entry.');
    expect(hashedText(first, null)).toBe(
      '{"entry":{"actor":{"name":"ann","token_id":"t"},"after":{"bucketing":{"hash":"murmur3","salt":"x/a"},"default_variation":"off","enabled":false,"key":"a","rules":[],"variations":{"off":false,"on":true}},"app_version":1,"at":"2026-01-01T00:00:00.000Z","comment":null,"diff":{"enabled":{"from":true,"to":false}},"event":"update","flag_key":"a","id":"1","version":1},"previous":null}',
    );
    expect(first.hash).toBe(sha256(hashedText(first, null)));
  });

  test('is whole when nothing was touched, by either implementation of SHA-256', async () => {
    const entries = chain(4);
    const verdict = { ok: true, length: 4, last: entries[3]?.hash };
    expect(await verifyChain(entries)).toEqual(verdict);
    expect(await verdictOn(entries)).toEqual(verdict);
    expect(await verdictOn([])).toEqual({ ok: true, length: 0, last: null });
  });

  test.each([
    ['another actor', { actor: { name: 'eve', token_id: 't' } }],
    ['another date', { at: '2026-01-02T00:00:00.000Z' }],
    ['an added comment', { comment: '' }],
    ['another state', { after: { ...chain(1)[0]?.after, enabled: true } }],
    ['a removed diff', { diff: undefined }],
    ['another version', { version: 7 }],
    ['a hash made up', { hash: '0'.repeat(64) }],
  ])('breaks at the entry with %s', async (_, change) => {
    const verdict = await verdictOn(tampered(chain(5), 2, change));
    expect(verdict.ok).toBe(false);
    if (!verdict.ok) expect([verdict.length, verdict.broken.id]).toEqual([2, '3']);
  });

  test('breaks after an entry that was taken out, put in or exchanged', async () => {
    const entries = chain(5);
    const [one, two, three, four, five] = entries;
    if (!one || !two || !three || !four || !five) throw new Error('The chain has five entries.');
    for (const [broken, id] of [
      [[one, two, four, five], '4'],
      [[one, two, two, three], '2'],
      [[one, three, two], '3'],
      [[two, three], '2'],
    ] as const) {
      const verdict = await verdictOn(broken);
      expect(verdict.ok ? null : verdict.broken.id).toBe(id);
    }
  });

  test('rehashing a changed entry moves the break to the next one', async () => {
    const entries = chain(3);
    const [first] = entries;
    if (first === undefined) throw new Error('The chain has an entry.');
    const forged = { ...first, comment: 'forged' };
    const verdict = await verifyChain(
      [{ ...forged, hash: sha256(hashedText(forged, null)) }, ...entries.slice(1)],
      sha256,
    );
    expect(verdict.ok ? null : verdict.broken.id).toBe('2');
  });
});
