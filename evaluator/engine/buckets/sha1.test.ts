import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { sha1Start } from './sha1.ts';

it('SHA-1 is that of the platform, of any text', () => {
  const texts = [
    '',
    'abc',
    'x'.repeat(55),
    'x'.repeat(56),
    'x'.repeat(63),
    'x'.repeat(64),
    'x'.repeat(1000),
    'é€𝄞',
    'a\ud800b',
  ];
  for (let n = 0; n < 200; n += 1) texts.push(`key-${n}.salt.user-${n * 7919}`);
  for (const text of texts) {
    const digest = createHash('sha1').update(text, 'utf8').digest();
    expect(sha1Start(text), text).toEqual([digest.readUInt32BE(0), digest.readUInt32BE(4)]);
  }
});
