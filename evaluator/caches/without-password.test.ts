import { expect, test } from 'vitest';
import { withoutPassword, withoutPasswords } from './without-password.ts';

test.for([
  ['postgres://root@127.0.0.1/test', 'postgres://root@127.0.0.1/test'],
  ['postgres://root:hunter2@127.0.0.1/test', 'postgres://root:…@127.0.0.1/test'],
  ['postgres://root:hun@ter2@127.0.0.1/test', 'postgres://root:…@127.0.0.1/test'],
  ['postgres://root:hun/ter#2?@127.0.0.1:5432/test', 'postgres://root:…@127.0.0.1:5432/test'],
  ['postgres//root:hunter2@127.0.0.1/test', 'postgres//root:…@127.0.0.1/test'],
  ['postgres:root:hunter2@127.0.0.1', 'postgres:root:…@127.0.0.1'],
  ['postgres://127.0.0.1/test?user=a&password=hunter2', 'postgres://127.0.0.1/test?user=a&password=…'],
  ['redis://:hunter2@cache:6379', 'redis://:…@cache:6379'],
  ['redis://:hunter2', 'redis://…'],
  ['redis://default:hunter2:6379', 'redis://…'],
  ['nats://s3cr3t-token@bus:4222', 'nats://…@bus:4222'],
  ['nats://a:hunter2@one,nats://b:hunter2@two', 'nats://a:…@two'],
  ['redis://[::1]:6379/0', 'redis://[::1]:6379/0'],
  ['redis://cache:6379', 'redis://cache:6379'],
  ['mysql://x', 'mysql://x'],
  ['memory:', 'memory:'],
  ['file:./data/halyard.db', 'file:./data/halyard.db'],
  ['flags.example.com', 'flags.example.com'],
] as const)('%s is shown as %s', ([url, shown]) => {
  expect(withoutPassword(url)).toBe(shown);
});

test('the URLs of a longer text are shown without their passwords, and the rest as it is', () => {
  expect(withoutPasswords("input: 'postgres://u:hunter2@db/x', mail a@b")).toBe(
    "input: 'postgres://u:…@db/x', mail a@b",
  );
  expect(withoutPasswords('https://nodejs.org/ says a@b')).toBe('https://nodejs.org/ says a@b');
});
