import { expect, test } from 'vitest';
import { Problem } from '../model/problem.ts';
import { openSqliteStores } from '../store/sqlite/index.ts';
import { quiet } from '../store/testing/quiet-log.ts';
import { accountsElsewhere, answerCall } from './accounts-elsewhere.ts';
import type { AccountStub } from './stubs.ts';

const AT = '2026-01-01T00:00:00.000Z';
const write = { actor: { name: 'ada', token_id: 't1' }, at: AT, comment: null };
const app = { id: 'shop', name: 'shop', client_side_default: true };

/** The other object, with what it answers as it travels: cloned. */
const stubOf = (ask: AccountStub['ask']): AccountStub => ({
  ask: async (...given) => structuredClone(await ask(...given)),
  fetch: () => Promise.reject(new Error('not asked')),
  head: async () => null,
  used: async () => {},
});

test('the account is asked in its own object, and a refusal is the same one here', async () => {
  const { accounts, close } = await openSqliteStores(':memory:', { now: () => Date.parse(AT), log: quiet });
  const elsewhere = accountsElsewhere(() => stubOf((call, given) => answerCall(accounts, call, given)));
  await elsewhere.ensureAccount('acme', AT);
  expect(await elsewhere.createApp('acme', app, write)).toEqual(await accounts.app('acme', 'shop'));
  expect(await elsewhere.app('acme', 'nowhere')).toBe(null);
  const refused = elsewhere.createApp('acme', { ...app, id: 'another' }, write);
  await expect(refused).rejects.toEqual(
    new Problem('conflict', {
      pointer: '/name',
      message: 'An app named shop exists in the account; choose another name.',
    }),
  );
  await close();
});

test('an account that does not answer is unavailable, not absent', async () => {
  const elsewhere = accountsElsewhere(() =>
    stubOf(() => Promise.reject(new Error('Network connection lost.'))),
  );
  await expect(elsewhere.tokenByHash('x')).rejects.toEqual(
    new Problem(
      'unavailable',
      { message: 'The account cannot be asked now (Network connection lost.); try again.' },
      1,
    ),
  );
});

test('a fault of the account is not taken for a refusal', async () => {
  const { accounts, close } = await openSqliteStores(':memory:', { now: () => Date.parse(AT), log: quiet });
  const faulty = { ...accounts, tokens: () => Promise.reject(new TypeError('x is not a function')) };
  await expect(answerCall(faulty, 'tokens', ['acme'])).rejects.toThrow(TypeError);
  await close();
});
