import { expect, test } from 'vitest';
import type { Token } from '../model/token.ts';
import { createAuthenticator } from './authentication.ts';
import { sha256Hex } from './secret.ts';

const setting = async () => {
  const clock = { ms: Date.UTC(2026, 0, 1) };
  const asked: string[] = [];
  const token: Token = {
    id: 't',
    hash: await sha256Hex('secret'),
    account: 'acme',
    name: 'ada',
    permission: 'write',
    app_ids: null,
    allowed_origins: null,
    expires_at: null,
    created_at: '2026-01-01T00:00:00.000Z',
    created_by: 'ground',
    last_used_at: null,
    revoked_at: null,
  };
  const stored: { token: Token | null; slow: Promise<void> | null } = { token, slow: null };
  const errors: unknown[] = [];
  const authenticator = createAuthenticator({
    accounts: {
      async tokenByHash(hash) {
        asked.push(hash);
        const found = stored.token;
        await stored.slow;
        return found?.hash === hash ? found : null;
      },
      token: async () => stored.token,
      session: async () => null,
      tokenUsed: () => Promise.reject(new Error('the disk is full')),
    },
    now: () => clock.ms,
    onError: (error) => errors.push(error),
  });
  return { clock, asked, stored, authenticator, errors, token };
};

test('asks the store once in two seconds for a token in use', async () => {
  const { authenticator, asked, clock } = await setting();
  for (let request = 0; request < 100; request++) {
    expect(await authenticator.token('secret')).toMatchObject({ token_id: 't' });
    clock.ms += 19;
  }
  expect(asked).toHaveLength(1);
  clock.ms += 200;
  await authenticator.token('secret');
  expect(asked).toHaveLength(2);
});

test('an unknown secret is asked for every time, so that guesses take no memory', async () => {
  const { authenticator, asked } = await setting();
  expect(await authenticator.token('guess')).toBeNull();
  expect(await authenticator.token('guess')).toBeNull();
  expect(asked).toHaveLength(2);
});

test('an answer that was on its way when the token was revoked is not remembered', async () => {
  const { authenticator, stored, token } = await setting();
  let release = (): void => {};
  stored.slow = new Promise((resolve) => {
    release = resolve;
  });
  const early = authenticator.token('secret');
  await new Promise((resolve) => setTimeout(resolve, 5));
  stored.token = { ...token, revoked_at: '2026-01-01T00:00:00.000Z' };
  authenticator.forget();
  release();
  await early;
  expect(await authenticator.token('secret')).toBeNull();
});

test('a last use that cannot be written refuses nobody', async () => {
  const { authenticator, errors } = await setting();
  expect(await authenticator.token('secret')).not.toBeNull();
  await new Promise((resolve) => setTimeout(resolve, 0));
  expect(errors).toEqual([new Error('the disk is full')]);
});
