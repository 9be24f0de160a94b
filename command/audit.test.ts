import { hash } from 'node:crypto';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createMemoryCache } from '@halyard/caches/memory';
import { createControlPlane, type Stores } from '@halyard/control-plane';
import { createClient } from '@halyard/control-plane/client';
import { nearest } from '@halyard/control-plane/nearest';
import { openSqliteStores } from '@halyard/control-plane/sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { trailBehind, trailIn, verifyAudit } from './audit.ts';
import { parseCommand } from './command-line.ts';
import { readSettings } from './settings.ts';

const ACCOUNT = 'default';
const START = Date.UTC(2026, 0, 1);
const now = (): number => START;
const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const settings = readSettings({}, new Map(), nearest);
const directory = mkdtempSync(join(tmpdir(), 'halyard-audit-'));
const original = join(directory, 'original.db');

const open = (file: string): Promise<Stores> => openSqliteStores(`file:${file}`, { now, log: quiet });
const SECRET = 'hly_the-admin-of-the-audit-tests';
const READER = 'hly_a-reader-of-the-audit-tests';
const token = (id: string, name: string, secret: string, permission: 'admin' | 'read') => ({
  id,
  hash: hash('sha256', secret),
  name,
  permission,
  app_ids: null,
  allowed_origins: null,
  expires_at: null,
});
const by = (name: string, second = 0) => ({
  actor: { name, token_id: `t-${name}` },
  at: new Date(START + second * 1_000).toISOString(),
  comment: null,
});

const flag = (key: string, enabled: boolean) => ({
  key,
  enabled,
  variations: { on: true, off: false },
  default_variation: 'off',
  rules: [],
  bucketing: { hash: 'murmur3' as const, salt: `x/${key}` },
});

interface Change {
  readonly event: 'create' | 'update';
  readonly key: string;
  readonly enabled: boolean;
}

const write = (
  stores: Stores,
  app: string,
  second: number,
  changes: readonly Change[],
  deleted: string[] = [],
) =>
  stores.app(ACCOUNT, app).commit({
    keys: [...changes.map(({ key }) => key), ...deleted],
    decide: () => ({
      changes: [
        ...changes.map(({ event, key, enabled }) => ({ event, key, after: flag(key, enabled) })),
        ...deleted.map((key) => ({ event: 'delete' as const, key })),
      ],
      answer: null,
    }),
    write: by('ann', second),
  });

/** Two apps, one of them deleted; seven entries in five versions; four tokens, one of them revoked. */
beforeAll(async () => {
  const stores = await open(original);
  const { accounts } = stores;
  await accounts.ensureAccount(ACCOUNT, by('ann').at);
  await accounts.createToken(ACCOUNT, token('t-ann', 'ann', SECRET, 'admin'), by('halyard'));
  await accounts.createToken(ACCOUNT, token('t-eve', 'eve', READER, 'read'), by('ann'));
  await accounts.createToken(ACCOUNT, token('t-old', 'old', 'hly_old', 'read'), by('ann'));
  await accounts.createApp(ACCOUNT, { id: 'shop1', name: 'shop', client_side_default: true }, by('ann'));
  await accounts.createApp(ACCOUNT, { id: 'gone1', name: 'gone', client_side_default: true }, by('ann'));
  await write(stores, 'shop1', 1, [
    { event: 'create', key: 'a', enabled: false },
    { event: 'create', key: 'b', enabled: false },
  ]);
  await write(stores, 'shop1', 2, [{ event: 'update', key: 'a', enabled: true }]);
  await write(stores, 'shop1', 3, [], ['b']);
  await write(stores, 'shop1', 4, [
    { event: 'create', key: 'b', enabled: true },
    { event: 'create', key: 'c', enabled: true },
  ]);
  await write(stores, 'shop1', 5, [], ['c']);
  await write(stores, 'gone1', 6, [{ event: 'create', key: 'x', enabled: true }]);
  await write(stores, 'gone1', 7, [{ event: 'update', key: 'x', enabled: false }]);
  await accounts.deleteApp(ACCOUNT, 'gone1', by('ann', 8));
  await accounts.revokeToken(ACCOUNT, 't-old', by('ann', 9));
  const live = { key: 'live', rank: 30, production: false, ephemeral: false, expires_at: null };
  const environments = [{ ...live, comment_required: true, app: 'shop1' }];
  await accounts.createProject(ACCOUNT, { id: 'p1', name: 'shop', environments }, by('ann', 9));
  await accounts.changeApp(ACCOUNT, 'shop1', { name: 'store' }, by('ann', 10));
  await accounts.changeApp(ACCOUNT, 'shop1', { tests: 'block' }, by('ann', 11));
  await stores.close();
});
afterAll(() => rmSync(directory, { recursive: true }));

/** What the command prints of a copy of the database that was meddled with: on the machine, and from outside. */
const verdictsOn = async (
  meddling: readonly string[],
  words = 'audit verify',
  secret = SECRET,
  before: (stores: Stores) => Promise<unknown> = async () => {},
) => {
  const file = join(directory, `${crypto.randomUUID()}.db`);
  copyFileSync(original, file);
  const untouched = await open(file);
  await before(untouched);
  await untouched.close();
  const database = new DatabaseSync(file);
  database.exec('pragma foreign_keys = off');
  for (const statement of meddling) database.exec(statement);
  database.close();
  const stores = await open(file);
  const controlPlane = createControlPlane({
    stores,
    cache: createMemoryCache({ now }),
    account: ACCOUNT,
    now,
    log: quiet,
    publicUrl: null,
  });
  const client = createClient({
    baseUrl: 'http://halyard.test',
    account: ACCOUNT,
    token: secret,
    fetch: async (url, init) => controlPlane.app.request(String(url), init),
  });
  const command = parseCommand(words.split(' '), nearest);
  const verdicts: string[] = [];
  for (const trail of [trailIn(stores, ACCOUNT), trailBehind(client)]) {
    verdicts.push(
      await verifyAudit(trail, settings, command, START).catch(
        (error: Error) => `${error.name}: ${error.message}`,
      ),
    );
  }
  await controlPlane.close();
  await stores.close();
  return verdicts;
};

const EVIL_TOKEN = JSON.stringify([['token/5e', JSON.stringify({ id: 't-evil', permission: 'evaluate' })]]);
const SET_HASH = (table: string, column: string, of: string) =>
  `update ${table} set ${column} = (select hash from ${of})`;

test('a trail that nobody touched is good, on the machine and from outside', async () => {
  const [here, outside] = await verdictsOn([]);
  expect(here).toMatch(
    /^store \(shop1\): 7 entries verified, last hash [0-9a-f]{64}\ngone \(gone1\), deleted 2026-01-01T00:00:08.000Z: 2 entries verified, last hash [0-9a-f]{64}\nThe account's log: 11 entries verified, last hash [0-9a-f]{64}$/,
  );
  expect(outside).toBe(here);
});

describe.each<readonly [string, readonly string[], string]>([
  // Flags.
  [
    'a flag that was switched behind the trail',
    [`update flag set definition = replace(definition, '"enabled":true', '"enabled":false') where key = 'a'`],
    'store (shop1): the flag a was changed behind the trail: it is not what its newest entry 3 (version 2) left.',
  ],
  [
    'a flag whose version was raised',
    [`update flag set version = 9 where key = 'a'`],
    'store (shop1): the flag a was changed behind the trail: its version is 9, but its newest entry 3 says 2.',
  ],
  [
    'a flag that names another author',
    [`update flag set updated_by = 'mallory' where key = 'a'`],
    'store (shop1): the flag a was changed behind the trail: its author is "mallory", but its newest entry 3 says "ann".',
  ],
  [
    'a flag that names another date',
    [`update flag set updated_at = '2026-01-09T00:00:00.000Z' where key = 'a'`],
    'store (shop1): the flag a was changed behind the trail: its date is "2026-01-09T00:00:00.000Z", but its newest entry 3 says "2026-01-01T00:00:02.000Z".',
  ],
  [
    'a flag that was put in',
    [
      `insert into flag select account, app, 'evil', type, version, enabled, created_at, updated_at, updated_by, search, replace(definition, '"key":"a"', '"key":"evil"'), digest from flag where key = 'a'`,
      `insert into flag_text select account, app, 'evil', search from flag_text where key = 'a'`,
    ],
    'store (shop1): the flag evil is there, but no entry tells of it.',
  ],
  [
    'a deleted flag that was put back',
    [
      `insert into flag select account, app, 'c', type, version, enabled, created_at, updated_at, updated_by, search, replace(definition, '"key":"a"', '"key":"c"'), digest from flag where key = 'a'`,
    ],
    'store (shop1): the flag c is there, but its newest entry 7 deleted it.',
  ],
  [
    'a flag that was taken out',
    [`delete from flag where key = 'a'`],
    'store (shop1): the flag a is not there, but its newest entry 3 left it at version 2.',
  ],
  // Projects.
  [
    'an environment that stopped asking for comments',
    ['update environment set comment_required = 0'],
    'The account\'s log: the environment live of the project p1 is {"project":"p1","environment":"live","app":"shop1","expires_at":null,"rank":30,"production":false,"ephemeral":false,"comment_required":false}, but entry 9 says {"project":"p1","environment":"live","app":"shop1","rank":30,"production":false,"ephemeral":false,"expires_at":null,"comment_required":true}.',
  ],
  [
    'an environment that was taken out',
    ['delete from environment'],
    "The account's log: the environment live of the project p1 of entry 9 is not there, and no entry took it away.",
  ],
  [
    'a project that got another name',
    [`update project set name = 'store'`],
    `The account's log: the project p1 is {"name":"store"}, but entry 8 says {"name":"shop"}.`,
  ],
  [
    'a project that was put in',
    [`insert into project select account, 'p2', 'evil', created_at, updated_at, updated_by from project`],
    "The account's log: the project p2 is there, but no entry tells of it.",
  ],
  // Entries that were carried over.
  [
    'an entry that says it was carried over from one that is not there',
    [
      `update changelog set source = '{"app_id":"gone1","flag_version":1,"entry_hash":"00"}' where app = 'shop1' and seq = 3`,
    ],
    'store (shop1): entry 3 says that a was carried over from version 1 in the app gone1, by the entry with the hash 00, which is not there.',
  ],
  // Entries of an app.
  [
    'an entry that names another actor',
    [`update changelog set actor_name = 'bob' where app = 'shop1' and seq = 3`],
    'store (shop1): entry 3 is broken: its hash is',
  ],
  [
    'an entry taken out of the middle',
    [`delete from changelog where app = 'shop1' and seq = 4`],
    'store (shop1): entry 3 is followed by entry 5; expected 4: entries were removed or put in.',
  ],
  [
    'the first entries cut off',
    [`delete from changelog where app = 'shop1' and seq < 3`],
    'store (shop1): its first entry is 3; expected 1: entries were removed from the beginning.',
  ],
  [
    'the last entry cut off',
    [`delete from changelog where app = 'shop1' and seq = 7`],
    'store (shop1): 7 entries were written, and the last that is there is entry 6: entries were removed from the end.',
  ],
  [
    'every entry cut off',
    [`delete from changelog where app = 'shop1'`],
    'store (shop1): 7 entries were written, and none is there: entries were removed from the end.',
  ],
  [
    'the last entry cut off and the count with it',
    [
      `delete from changelog where app = 'shop1' and seq = 7`,
      `update app set entry_count = 6 where id = 'shop1'`,
    ],
    'store (shop1): the hash of its last entry 6 is',
  ],
  [
    'the last entry cut off, and the count and the hash with it',
    [
      `delete from changelog where app = 'shop1' and seq = 7`,
      `${SET_HASH('app', 'last_hash', "changelog where app = 'shop1' and seq = 6")}, entry_count = 6 where id = 'shop1'`,
    ],
    'store (shop1): the app is at version 5, but its last entry 6 is of version 4.',
  ],
  [
    'the last entry cut off, and all that the app says of itself with it',
    [
      `delete from changelog where app = 'shop1' and seq = 7`,
      `${SET_HASH('app', 'last_hash', "changelog where app = 'shop1' and seq = 6")}, entry_count = 6, version = 4 where id = 'shop1'`,
    ],
    'store (shop1): the flag c is not there, but its newest entry 6 left it at version 1.',
  ],
  [
    'an entry put in behind the last',
    [
      `insert into changelog select account, app, 8, flag_key, event, version, app_version, at, actor_name, actor_token, comment, hash, diff, after, affects, source, source_app from changelog where app = 'shop1' and seq = 7`,
    ],
    'store (shop1): entry 8 is there, but only 7 were written: entries were put in behind the last.',
  ],
  [
    'an app whose version was raised',
    [`update app set version = 9 where id = 'shop1'`],
    'store (shop1): the app is at version 9, but its last entry 7 is of version 5.',
  ],
  [
    'an entry of another version of the app',
    [`update changelog set app_version = 9 where app = 'shop1' and seq = 3`],
    "store (shop1): entry 3 is of the app's version 9; expected 1 or 2, after entry 2.",
  ],
  [
    'an entry of another version of the flag',
    [`update changelog set version = 9 where app = 'shop1' and seq = 3`],
    'store (shop1): entry 3 made the flag a version 9; expected 2, because entry 1 made it 1.',
  ],
  [
    'an entry that cannot have happened',
    [`update changelog set event = 'create' where app = 'shop1' and seq = 3`],
    'store (shop1): entry 3 is a create of the flag a, which entry 1 had left there.',
  ],
  // The history of a deleted app.
  [
    'the end of a deleted app’s history cut off',
    [
      `delete from changelog where app = 'gone1' and seq = 2`,
      `${SET_HASH('app', 'last_hash', "changelog where app = 'gone1' and seq = 1")}, entry_count = 1, version = 1 where id = 'gone1'`,
    ],
    'gone (gone1), deleted 2026-01-01T00:00:08.000Z: its history has 1 entries and the last hash',
  ],
  [
    'a deleted app’s history taken out before its time',
    [`delete from changelog where app = 'gone1'`, `delete from app where id = 'gone1'`],
    "gone (gone1), deleted 2026-01-01T00:00:08.000Z: its history has 0 entries and the last hash none, but the account's log says 2 and",
  ],
  // The account's log.
  [
    'an entry of the log that names another actor',
    [`update account_log set actor_name = 'bob' where seq = 2`],
    "The account's log: entry 2 is broken: its hash is",
  ],
  [
    'an entry of the log that names another address',
    [`update account_log set address = '203.0.113.7' where seq = 2`],
    "The account's log: entry 2 is broken: its hash is",
  ],
  [
    'an entry taken out of the log',
    [`delete from account_log where seq = 3`],
    "The account's log: entry 2 is followed by entry 4; expected 3: entries were removed or put in.",
  ],
  [
    'the end of the log cut off',
    [`delete from account_log where seq = 11`],
    "The account's log: 11 entries were written, and the last that is there is entry 10: entries were removed from the end.",
  ],
  [
    'the end of the log cut off and the count with it',
    [`delete from account_log where seq = 11`, 'update account set log_count = 10'],
    "The account's log: the hash of its last entry 10 is",
  ],
  [
    'the end of the log cut off, and all that the account says of it with it',
    [
      `delete from account_log where seq = 11`,
      `${SET_HASH('account', 'log_hash', 'account_log where seq = 10')}, log_count = 10`,
    ],
    'The account\'s log: the app store (shop1) has the tests "block", but entry 4 says "warn".',
  ],
  [
    'an entry put in behind the last of the log',
    [
      'insert into account_log select account, 12, at, actor_name, actor_token, event, detail, address, comment, hash from account_log where seq = 11',
    ],
    "The account's log: entry 12 is there, but only 11 were written: entries were put in behind the last.",
  ],
  // What the log tells of.
  [
    'a token put in behind the log',
    [
      `insert into token select 't-evil', account, 'evil-hash', 'evil', permission, app_ids, allowed_origins, expires_at, created_at, created_by, null, null, 0 from token where id = 't-ann'`,
    ],
    "The account's log: the token evil (t-evil, admin) is good, but no entry tells of it.",
  ],
  [
    'a token that was given more than the log says',
    [`update token set permission = 'admin' where id = 't-eve'`],
    'The account\'s log: the token eve (t-eve, admin) has the permission "admin", but entry 2 says "read".',
  ],
  [
    'a revoked token that was made good again',
    [`update token set revoked_at = null where id = 't-old'`],
    "The account's log: the token old (t-old, read) is good, but entry 7 revoked it.",
  ],
  [
    'a token that was revoked behind the log',
    [`update token set revoked_at = '2026-01-01T00:00:00.000Z' where id = 't-eve'`],
    "The account's log: the token eve (t-eve) of entry 2 is not good any more, and no entry revoked it.",
  ],
  [
    'an app that was renamed behind the log',
    [`update app set name = 'mine' where id = 'shop1'`],
    'The account\'s log: the app mine (shop1) has the name "mine", but entry 10 says "store".',
  ],
  [
    'an app that was made to let failing tests pass behind the log',
    [`update app set tests = 'warn' where id = 'shop1'`],
    'The account\'s log: the app store (shop1) has the tests "warn", but entry 11 says "block".',
  ],
  [
    'an app whose new flags were opened to browsers behind the log',
    [`update app set client_side_default = 0 where id = 'shop1'`],
    "The account's log: the app store (shop1) has the client_side_default false, but entry 4 says true.",
  ],
  [
    'an app put in behind the log',
    [
      `insert into app (account, id, name, client_side_default, created_at, updated_at, updated_by, version, flag_count, entry_count) select account, 'evil1', 'evil', client_side_default, created_at, updated_at, updated_by, 0, 0, 0 from app where id = 'shop1'`,
    ],
    "The account's log: the app evil (evil1) is there, but no entry tells of it.",
  ],
  [
    'an app taken out behind the log',
    [`delete from app where id = 'shop1'`, `delete from flag`, `delete from changelog where app = 'shop1'`],
    "The account's log: the app store (shop1) of entry 11 is not there, and none deleted it.",
  ],
])('%s is found', (_, meddling, sentence) => {
  test('on the machine and from outside', async () => {
    for (const verdict of await verdictsOn(meddling)) {
      expect(verdict).toMatch(/^Problem: /);
      expect(verdict).toContain(sentence);
    }
  });
});

/** What answers and people are found by, and what is on its way: no server shows it, so it takes the database itself. */
describe.each<readonly [string, readonly string[], string]>([
  [
    'a token whose secret was swapped',
    [`update token set hash = '${hash('sha256', 'hly_of-mallory')}' where id = 't-eve'`],
    "The account's log: the token eve (t-eve, read) has another secret than the one that entry 2 made.",
  ],
  [
    'a session put in behind the log',
    [
      `insert into session select '5e', account, id, created_at, '2026-01-02T00:00:00.000Z' from token where id = 't-ann'`,
    ],
    "The account's log: a session of the token t-ann from 2026-01-01T00:00:00.000Z is good, but no entry tells of it.",
  ],
  [
    'a sign-in link put in behind the log',
    [
      `insert into sign_in_link (hash, account, token_id, expires_at) select '11', account, id, '2026-01-01T00:10:00.000Z' from token where id = 't-ann'`,
    ],
    "The account's log: a sign-in link for the token t-ann until 2026-01-01T00:10:00.000Z is good, but no entry tells of it.",
  ],
  [
    'a commit that was changed on its way to the edges',
    [
      `update outbox set changes = replace(changes, '\\"enabled\\":true', '\\"enabled\\":false') where app = 'shop1' and version = 2`,
    ],
    'store (shop1): the commit of version 2 that waits to be delivered to the edges holds another "a" than the database.',
  ],
  [
    'a commit that was put in behind the last',
    [
      `insert into outbox select account, app, 6, changes, hash, parent from outbox where app = 'shop1' and version = 5`,
    ],
    'store (shop1): a commit of version 6 waits to be delivered to the edges, but the version is 5.',
  ],
  [
    'a commit that nobody can read',
    [`update outbox set changes = '[[' where app = 'shop1' and version = 2`],
    'store (shop1): what waits to be delivered to the edges cannot be read.',
  ],
  [
    'a token that was put on its way to the edges',
    [`insert into outbox select id, '', version + 1, '${EVIL_TOKEN}', null, null from account`],
    "The account's log: a commit of version 11 waits to be delivered to the edges, but the version is 10.",
  ],
  [
    'a token that replaced another on its way to the edges',
    [`update outbox set changes = '${EVIL_TOKEN}' where app = '' and version = 2`],
    'The account\'s log: the commit of version 2 that waits to be delivered to the edges holds another "token/5e" than the database.',
  ],
  [
    'a flag that is listed as disabled',
    [`update flag set enabled = 0 where key = 'a'`],
    'store (shop1): the index of the flag a was changed behind its definition: enabled is 0; expected 1.',
  ],
  [
    'a flag that is listed with another type',
    [`update flag set type = 'json' where key = 'a'`],
    'store (shop1): the index of the flag a was changed behind its definition: type is "json"; expected "boolean".',
  ],
  [
    'a flag that is searched by other words',
    [`update flag set search = 'nothing' where key = 'a'`],
    'store (shop1): the index of the flag a was changed behind its definition: search is "nothing"; expected "a\\n".',
  ],
  [
    'a flag that no search finds',
    [`delete from flag_text where key = 'a'`],
    'store (shop1): the index of the flag a was changed behind its definition: flag_text is null; expected "a\\n".',
  ],
  [
    'a flag that is listed under a tag',
    [`insert into flag_tag select account, app, 'safe', key from flag where key = 'a'`],
    'store (shop1): the index of the flag a was changed behind its definition: tags is ["safe"]; expected [].',
  ],
  [
    'a flag that is said to name another',
    [
      `insert into reference select account, app, 'flag', key, 'rules[0]', null, 'flag', 'b', '[]' from flag where key = 'a'`,
    ],
    'store (shop1): the index of the flag a was changed behind its definition: references is ["[\\"rules[0]\\",null,\\"flag\\",\\"b\\",[]]"]; expected [].',
  ],
  [
    'words of a flag that is not there',
    [`insert into flag_text select account, app, 'ghost', search from flag_text where key = 'a'`],
    'store (shop1): the index of the app was changed behind its flags: flag_text is 3; expected 2.',
  ],
  [
    'an app that counts its flags otherwise',
    [`update app set flag_count = 1 where id = 'shop1'`],
    'store (shop1): the index of the app was changed behind its flags: flag_count is 1; expected 2.',
  ],
])('%s is found on the machine', (_, meddling, sentence) => {
  test('and says so', async () => {
    const [here] = await verdictsOn(meddling);
    expect(here).toMatch(/^Problem: /);
    expect(here).toContain(sentence);
  });
});

test('a session that was lengthened or put back, and a link that was used, are found on the machine', async () => {
  const from = (second: number) => ({ at: by('', second).at, address: null });
  const held = { account: ACCOUNT, token_id: 't-ann', expires_at: by('', 600).at };
  const [long, out, used, good] = ['long', 'out', 'used', 'good'].map((name) => hash('sha256', name));
  const signIns = async ({ accounts }: Stores) => {
    await accounts.createLink({ hash: used ?? '', ...held }, by('ann', 20));
    await accounts.createLink({ hash: good ?? '', ...held }, by('ann', 20));
    const link = await accounts.consumeLink(used ?? '', by('', 21).at);
    await accounts.createSession({ hash: long ?? '', ...held, created_at: by('', 21).at }, from(21), link);
    await accounts.createSession({ hash: out ?? '', ...held, created_at: by('', 22).at }, from(22), null);
    await accounts.deleteSession(out ?? '', from(23));
  };
  const whole = await verdictsOn([], 'audit verify --account-log', SECRET, signIns);
  expect(whole[0]).toMatch(/^The account's log: \d+ entries verified/);
  expect(whole[1]).toBe(whole[0]);
  const meddling = [
    `update session set expires_at = '2030-01-01T00:00:00.000Z'`,
    `insert into session select '${out}', account, token_id, created_at, expires_at from session`,
    `insert into sign_in_link (hash, account, token_id, expires_at) values ('${used}', '${ACCOUNT}', 't-ann', '${held.expires_at}')`,
  ];
  const [here] = await verdictsOn(meddling, 'audit verify --account-log', SECRET, signIns);
  for (const sentence of [
    'a session of the token t-ann from 2026-01-01T00:00:21.000Z is good, but entry 14 says expires_at "2026-01-01T00:10:00.000Z".',
    'a session of the token t-ann from 2026-01-01T00:00:21.000Z is good, but entry 16 ended it.',
    'a sign-in link for the token t-ann until 2026-01-01T00:10:00.000Z is good, but entry 14 used it.',
  ]) {
    expect(here).toContain(`The account's log: ${sentence}`);
  }
});

test('what has expired on its way to the edges is no finding', async () => {
  const short = { ...token('t-short', 'short', 'hly_short', 'read'), expires_at: by('', -1).at };
  const [here] = await verdictsOn([], 'audit verify', SECRET, ({ accounts }) =>
    accounts.createToken(ACCOUNT, short, by('ann', -60)),
  );
  expect(here).toMatch(/The account's log: \d+ entries verified, last hash [0-9a-f]{64}$/);
});

test('a token whose entry an older release wrote is named, and is no finding', async () => {
  const older = `hly_older`;
  const detail = JSON.stringify({ token: 't-older', name: 'older', permission: 'read' });
  const [here] = await verdictsOn([], 'audit verify', SECRET, async ({ accounts }) => {
    await accounts.createToken(ACCOUNT, token('t-older', 'older', older, 'read'), by('ann', 20));
    await accounts.note(ACCOUNT, { event: 'token_created', detail: JSON.parse(detail) }, by('ann', 21));
  });
  expect(here).toMatch(/^store .*\n.*\nThe account's log: \d+ entries verified/);
  expect(here?.split('\n').at(-1)).toBe(
    "The account's log: it cannot be verified that the secret is the one that was given out, because the entry is of an older release, for older.",
  );
});

test('a tail that was cut off without a trace is found by a hash that was kept elsewhere', async () => {
  const [whole = ''] = await verdictsOn([]);
  const [, shop = '', log = ''] = /store.*hash (\S+)\n.*\n.*log.*hash (\S+)$/.exec(whole) ?? [];
  for (const [words, expected] of [
    [`audit verify --app shop1 --expect ${shop}`, shop],
    [`audit verify --account-log --expect ${log}`, log],
  ] as const) {
    for (const verdict of await verdictsOn([], words)) expect(verdict).toContain(`last hash ${expected}`);
  }
  const other = `${'0'.repeat(64)}`;
  for (const verdict of await verdictsOn([], `audit verify --account-log --expect ${other}`)) {
    expect(verdict).toBe(
      `Problem: The account's log: the last hash is ${log}, not the expected ${other}: entries were added or removed.`,
    );
  }
});

test('who may only read verifies the apps, deleted ones too, and is told that the log was not', async () => {
  const [, outside = ''] = await verdictsOn([], 'audit verify', READER);
  expect(outside.split('\n')).toEqual([
    expect.stringMatching(/^store \(shop1\): 7 entries verified/),
    expect.stringMatching(/^gone \(gone1\), deleted .*: 2 entries verified/),
    "The account's log was not verified: that takes a token with the permission admin for every app.",
  ]);
  const [, refused] = await verdictsOn([], 'audit verify --account-log', READER);
  expect(refused).toContain('was not verified');
});

test('segments are verified as flags are, on the machine and from outside', async () => {
  const stores = await open(original);
  const write = by('ann', 11);
  const beta = { key: 'beta', exclude: [], conditions: [] };
  const commit = (event: 'create' | 'update', include: readonly string[]) =>
    stores.app(ACCOUNT, 'segmented').commit({
      keys: [],
      segments: ['beta'],
      decide: () => ({
        changes: [{ kind: 'segment', event, key: 'beta', after: { ...beta, include } }],
        answer: null,
      }),
      write,
    });
  await stores.accounts.createApp(
    ACCOUNT,
    { id: 'segmented', name: 'segmented', client_side_default: true },
    write,
  );
  await commit('create', ['ada']);
  await commit('update', ['ben']);
  await stores.close();
  const words = 'audit verify --app segmented';
  const whole = await verdictsOn([], words);
  expect(whole[0]).toMatch(/^segmented \(segmented\): 2 entries verified/);
  expect(whole[1]).toBe(whole[0]);
  const meddling = `update segment set definition = replace(definition, 'ben', 'eve')`;
  for (const verdict of await verdictsOn([meddling], words)) {
    expect(verdict).toContain(
      'Problem: segmented (segmented): the segment beta was changed behind the trail: it is not what its newest entry 2 (version 2) left.',
    );
  }
});
