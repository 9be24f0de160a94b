import { expect, it } from 'vitest';
import { KEY_PATTERN, keyOf, newBooleanFlag, newFlag, snippetOf } from './new-flag.ts';

it.each([
  ['New checkout!', 'new-checkout'],
  ['  Crème brûlée ', 'creme-brulee'],
  ['already_fine-1', 'already_fine-1'],
  ['***', ''],
  ['x'.repeat(200), 'x'.repeat(128)],
])('suggests a key for the name %j', (name, key) => {
  expect(keyOf(name)).toBe(key);
  if (key !== '') expect(key).toMatch(KEY_PATTERN);
});

it.each([
  ['checkout.v2', true],
  ['team:checkout|beta', true],
  ['.hidden', false],
  ['x'.repeat(129), false],
])('takes %j for a key as the API does: %j', (key, valid) => {
  expect(KEY_PATTERN.test(key)).toBe(valid);
});

it('starts a boolean flag switched off, and on for everyone once switched on', () => {
  expect(newBooleanFlag('f', ' why ')).toEqual({
    key: 'f',
    description: 'why',
    enabled: false,
    variations: { on: true, off: false },
    default_variation: 'off',
    off_variation: 'off',
    rules: [{ priority: 1, conditions: [], serve_variation: 'on', rollout: { percentage: 100 } }],
  });
});

it('invents no variations: a flag of another type has those that somebody named, and serves the first', () => {
  expect(newFlag('f', '', { plain: 'Pay', friendly: 'Pay now' })).toEqual({
    key: 'f',
    enabled: false,
    variations: { plain: 'Pay', friendly: 'Pay now' },
    default_variation: 'plain',
    rules: [],
  });
});

it('asks OpenFeature for the type of the flag', () => {
  expect(snippetOf('limits', 'json')).toBe(
    "const value = await client.getObjectValue('limits', {}, { targetingKey: user.id });",
  );
});
