import { expect, test } from 'vitest';
import { createFailures } from './failures.ts';

const clock = { ms: 0 };
const exhausted = (...addresses: readonly string[]) => {
  const failures = createFailures(() => clock.ms);
  for (let attempt = 0; attempt < 50; attempt++) {
    expect(failures.count(addresses[attempt % addresses.length] ?? '')).toBe(0);
  }
  return failures;
};

test('an address has fifty attempts, and one comes back a second', () => {
  const failures = exhausted('203.0.113.7');
  expect(failures.count('203.0.113.7')).toBe(1);
  expect(failures.count('203.0.113.8')).toBe(0);
  clock.ms += 1_000;
  expect(failures.count('203.0.113.7')).toBe(0);
  expect(failures.count('203.0.113.7')).toBe(1);
});

test.for([
  ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9'],
  ['2001:db8::1', '2001:db8:0:0:1::'],
  ['fe80::1%eth0', 'fe80::2'],
])('%s and %s share one /64', ([one, two]) => {
  expect(exhausted(one ?? '', two ?? '').count(two ?? '')).toBe(1);
});

test('another /64 is somebody else', () => {
  expect(exhausted('2001:db8:1:2::1').count('2001:db8:1:3::1')).toBe(0);
});

test('remembers a bounded number of addresses', () => {
  const failures = exhausted('203.0.113.7');
  for (let n = 0; n < 10_000; n++) failures.count(`10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`);
  expect(failures.count('203.0.113.7')).toBe(0);
});
