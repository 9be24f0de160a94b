import { expect, it } from 'vitest';
import { proofOf } from './proof.ts';

it.each([
  [' hly_abc ', { token: 'hly_abc' }],
  ['https://flags.example/dashboard/sign-in#link=hll_abc', { link: 'hll_abc' }],
  ['hll_abc', { link: 'hll_abc' }],
  ['an-admin-token#1', { token: 'an-admin-token#1' }],
])('takes %j for what it is', (pasted, proof) => {
  expect(proofOf(pasted)).toEqual(proof);
});
