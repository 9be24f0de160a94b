/**
 * What a thousand tests of flags cost a commit that reaches them: ten flags with a hundred tests each depend on the one that is written.
 * The same commits over the same flags without tests are the base.
 */
import type { FlagDefinition } from '../../control-plane/model/flag.ts';
import type { AppStore } from '../../control-plane/store/port.ts';
import { openSqliteStores } from '../../control-plane/store/sqlite/index.ts';

const COMMITS = 200;
const WARM = 50;
const ACCOUNT = 'default';

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const write = { actor: { name: 'bench', token_id: '' }, at: new Date(0).toISOString(), comment: null };

const base: FlagDefinition = {
  key: 'base',
  enabled: true,
  variations: { on: true, off: false },
  default_variation: 'off',
  rules: [],
  bucketing: { hash: 'murmur3', salt: `${ACCOUNT}/base` },
};

const dependent = (n: number, tests: number): FlagDefinition => ({
  ...base,
  key: `dependent-${n}`,
  bucketing: { hash: 'murmur3', salt: `${ACCOUNT}/dependent-${n}` },
  rules: [
    {
      id: 'ramp',
      priority: 1,
      conditions: [
        { attribute: 'plan', operator: 'equals', value: 'pro' },
        { flag: 'base', operator: 'serves', value: ['off'] },
      ],
      serve_variation: 'on',
      rollout: { percentage: 25 },
    },
  ],
  tests: Array.from({ length: tests }, (_, test) => ({
    name: `test ${test}`,
    context: { targetingKey: `user-${test}`, plan: test % 2 === 0 ? 'pro' : 'free' },
    // Half of them pin the point, as tests of a ramp do.
    ...(test % 2 === 0 ? { at: { ramp: 10 } } : {}),
    expect: { variant: test % 2 === 0 ? 'on' : 'off' },
  })),
});

const put = (app: AppStore, after: FlagDefinition, event: 'create' | 'update') =>
  app.commit({
    keys: [after.key],
    decide: () => ({ changes: [{ event, key: after.key, after }], answer: null }),
    write,
  });

const median = (times: readonly number[]): number =>
  times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;

const commitMs = async (tests: number): Promise<number> => {
  const stores = await openSqliteStores(':memory:', { now: Date.now, log: quiet });
  await stores.accounts.ensureAccount(ACCOUNT, write.at);
  await stores.accounts.createApp(ACCOUNT, { id: 'shop', name: 'shop', client_side_default: true }, write);
  const app = stores.app(ACCOUNT, 'shop');
  await put(app, base, 'create');
  for (let n = 0; n < 10; n += 1) await put(app, dependent(n, tests), 'create');
  const times: number[] = [];
  for (let n = 0; n < WARM + COMMITS; n += 1) {
    const from = performance.now();
    const committed = await put(app, { ...base, description: `change ${n}` }, 'update');
    if (n >= WARM) times.push(performance.now() - from);
    if (committed.replayed === undefined && committed.failing.length > 0) throw new Error('a test fails');
  }
  await stores.close();
  return median(times);
};

const without = await commitMs(0);
const withTests = await commitMs(100);
console.log(`a commit that reaches ten flags                 ${without.toFixed(2)} ms`);
console.log(`the same with 1,000 tests on them               ${withTests.toFixed(2)} ms`);
console.log(
  `1,000 tests                                     ${(withTests - without).toFixed(2)} ms (at most 10)`,
);
