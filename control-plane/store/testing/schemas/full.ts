import type { Condition } from '@halyard/engine';
import { sql } from 'kysely';
import type { Change, WriteInfo } from '../../../model/commit.ts';
import { TABLES } from '../../copy/tables.ts';
import type { AppStore, Stores } from '../../port.ts';
import type { Database } from '../../sql/database.ts';
import { createStores } from '../../sql/stores.ts';
import { ACCOUNT, APP, at, by, clock, create, from, settle, tokenOf, update } from '../contract/fixture.ts';

/**
 * A row in every table, by the calls that servers make: the database that copies, backups and later upgrades are tested with. Whoever adds a table adds a
 * call here that writes to it, and `npm run fixtures` afterwards.
 *
 * @throws Error that names the tables without a row.
 */
export const fillEveryTable = async (database: Database): Promise<void> => {
  const stores = createStores(database, { now: clock });
  const app = await settle(stores);
  await fillApp(app);
  await fillAccount(stores);
  const empty: string[] = [];
  for (const table of Object.keys(TABLES)) {
    const { rows } = await sql`select 1 from ${sql.table(table)} limit 1`.execute(database.db);
    if (rows.length === 0) empty.push(table);
  }
  if (empty.length > 0) {
    throw new Error(`No row in ${empty.join(', ')}; add a call that writes one to ${import.meta.filename}.`);
  }
};

const beta = { key: 'beta', include: ['ada'], exclude: ['ben'], conditions: [] };
const inBeta: Condition = { operator: 'in_segment', value: ['beta'] };

const fillApp = async (app: AppStore): Promise<void> => {
  const checkout = {
    description: 'The new checkout\'s Pläne 🚀 "\\',
    tags: ['checkout', 'web'],
    rules: [{ id: 'r1', priority: 1, conditions: [inBeta], serve_variation: 'on' }],
    off_variation: 'off',
  };
  const limit = { variations: { few: 1, many: 10.5 }, default_variation: 'few', off_variation: 'many' };
  await write(app, by('ann', 1, 'first flags'), [
    { kind: 'segment', event: 'create', key: 'beta', after: beta },
    create('new-checkout', checkout),
    create('old-search', { tags: ['web'] }),
    create('limit', limit),
  ]);
  await write(app, by('ben', 2, 'ramp'), [update('new-checkout', { ...checkout, enabled: true })]);
  await write(app, by('ben', 3), [
    { event: 'delete', key: 'old-search' },
    { kind: 'segment', event: 'update', key: 'beta', after: { ...beta, include: ['ada', 'cleo'] } },
  ]);
  const counts = [['new-checkout', 'on', 'TARGETING_MATCH', 'evaluated', 7]] as const;
  await app.tallies.add([{ app: APP, reporter: 'pod-1', epoch: 1, seq: 1, at: at(4), counts }]);
  await app.saveContext('ada', { targetingKey: 'ada', plan: 'pro' }, by('ann', 4));
  await app.commit({
    keys: [],
    decide: () => ({ changes: [], imported: new Map([['checkout', '{"enabled":true}']]), answer: null }),
    write: by('ann', 4),
  });
};

/** With the answer that a repeat would get. */
const write = (app: AppStore, info: WriteInfo, changes: readonly Change[]) =>
  app.commit({
    keys: changes.flatMap(({ kind = 'flag', key }) => (kind === 'flag' ? key : [])),
    segments: changes.flatMap(({ kind, key }) => (kind === 'segment' ? key : [])),
    decide: () => ({ changes, answer: null }),
    write: info,
    idempotency: { key: info.at, fingerprint: 'f', answer: () => ({ status: 200, body: '{"a": 1}' }) },
  });

const fillAccount = async ({ accounts, app }: Stores): Promise<void> => {
  await accounts.createToken(ACCOUNT, tokenOf('tok-ann', { name: 'ann', permission: 'admin' }), by('ann', 5));
  const browser = {
    app_ids: [APP],
    allowed_origins: ['https://shop.example'],
    expires_at: '2036-01-01T00:00:00.000Z',
  };
  await accounts.createToken(ACCOUNT, tokenOf('tok-web', browser), by('ann', 5));
  await accounts.createToken(ACCOUNT, tokenOf('tok-old'), by('ann', 5));
  await accounts.revokeToken(ACCOUNT, 'tok-old', by('ann', 6));
  await accounts.secret(ACCOUNT, 'a secret of the fixture');
  const session = {
    hash: 's',
    account: ACCOUNT,
    token_id: 'tok-ann',
    created_at: at(7),
    expires_at: at(86_000),
  };
  await accounts.createSession(session, from(7), null);
  await accounts.createLink(
    { hash: 'l', account: ACCOUNT, token_id: 'tok-ann', expires_at: at(86_000) },
    by('ann', 8),
  );
  await accounts.createApp(ACCOUNT, { id: 'app-2', name: 'old', client_side_default: false }, by('ann', 9));
  await write(app(ACCOUNT, 'app-2'), by('ann', 10), [create('a')]);
  await accounts.deleteApp(ACCOUNT, 'app-2', by('ann', 11));
  const live = { key: 'live', rank: 30, production: true, ephemeral: false, expires_at: null };
  const preview = { key: 'pr-7', rank: 15, production: false, ephemeral: true, expires_at: at(86_000) };
  const environments = [
    { ...live, comment_required: false, app: APP },
    {
      ...preview,
      comment_required: false,
      app: { id: 'app-3', name: 'shop-pr-7', client_side_default: true },
    },
  ];
  await accounts.createProject(ACCOUNT, { id: 'p1', name: 'shop', environments }, by('ann', 12));
};
