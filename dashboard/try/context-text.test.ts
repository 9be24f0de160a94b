import { expect, it } from 'vitest';
import { readContext, readTestUsers, writeTestUsers } from './context-text.ts';

it.each([
  ['', {}],
  ['user-42', { targetingKey: 'user-42' }],
  [' {"plan": "pro"} ', { plan: 'pro' }],
])('reads %j as a context', (text, context) => {
  expect(readContext(text)).toEqual({ context });
});

it.each(['{"plan":', '["a"]', '"a"', 'a\nb'])('does not read %j as a context', (text) => {
  expect(readContext(text)).toHaveProperty('message');
});

it('keeps test users, and starts without any where storage is damaged or refused', () => {
  const stored = new Map<string, string>();
  const storage = {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => void stored.set(key, value),
  };
  const users = [{ name: 'Ada', text: '{}' }];
  writeTestUsers(storage, users);
  expect(readTestUsers(storage)).toEqual(users);
  expect(readTestUsers({ getItem: () => '{' })).toEqual([]);
  expect(readTestUsers({ getItem: () => '[{"name":1}]' })).toEqual([]);
  const refuses = () => {
    throw new Error('refused');
  };
  expect(readTestUsers({ getItem: refuses })).toEqual([]);
  expect(() => writeTestUsers({ setItem: refuses }, users)).not.toThrow();
});
