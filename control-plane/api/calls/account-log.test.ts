import { afterAll, beforeEach, expect, test } from 'vitest';
import { hashedLogText, webSha256 } from '../../store/sql/audit.ts';
import { flagship, type Ground, HOME, openGround } from '../testing/scenario.ts';

let ground: Ground;
const opened: Ground[] = [];
beforeEach(async () => {
  ground = await openGround({ trustProxy: true });
  opened.push(ground);
});
afterAll(async () => {
  for (const each of opened) await each.close();
});

/** On Workers it is Cloudflare that says where a request came from. */
const cameFrom = (address: string) => ({
  [HOME === 'node' ? 'x-forwarded-for' : 'cf-connecting-ip']: address,
});
const log = async (query = '', token = ground.admin) => {
  const { status, json } = await ground.ask('GET', flagship(`/log${query}`), { token });
  return { status, json, entries: json.result ?? [] };
};
const told = (entries: readonly { event: string; actor: { name: string }; address: string | null }[]) =>
  entries.map(({ event, actor, address }) => [event, actor.name, address]);

test('a sign-in link made for somebody else is in the log, with who made it for whom and who came by it', async () => {
  const ada = await ground.mint({ name: 'Ada Lovelace', permission: 'write' });
  const made = await ground.ask('POST', flagship(`/tokens/${ada.id}/link`), {
    headers: { ...cameFrom('198.51.100.9'), 'x-halyard-comment': 'she lost hers' },
  });
  const link = made.json.result.url.split('#link=')[1];
  const signedIn = await ground.ask('POST', '/client/v4/session', {
    token: null,
    body: { link },
    headers: cameFrom('203.0.113.7'),
  });
  expect(signedIn.status).toBe(201);
  const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? '';
  const signedOut = await ground.ask('DELETE', '/client/v4/session', {
    token: null,
    headers: { ...cameFrom('203.0.113.8'), cookie, origin: 'http://halyard.test' },
  });
  expect(signedOut.status).toBe(200);

  const { entries } = await log('?limit=3');
  expect(told(entries)).toEqual([
    ['signed_out', 'Ada Lovelace', '203.0.113.8'],
    ['signed_in', 'Ada Lovelace', '203.0.113.7'],
    ['link_created', 'ada', '198.51.100.9'],
  ]);
  const [, used, minted] = entries;
  expect(minted.detail).toMatchObject({ token: ada.id, name: 'Ada Lovelace' });
  expect(used.detail).toEqual({
    token: ada.id,
    name: 'Ada Lovelace',
    by: 'link',
    made_by: 'ada',
    link: minted.detail.link,
    session: expect.stringMatching(/^[0-9a-f]{16}$/),
    expires_at: '2026-11-25T09:00:00.000Z',
  });
  expect(JSON.stringify(entries)).not.toContain(link);
});

test('signing in with a token is in the log; trying with a wrong one is not', async () => {
  await ground.ask('POST', '/client/v4/session', { token: null, body: { token: ground.admin } });
  await ground.ask('POST', '/client/v4/session', { token: null, body: { token: 'hly_wrong' } });
  const { entries } = await log('?event=signed_in');
  expect(entries.map(({ detail }: { detail: object }) => detail)).toEqual([
    {
      token: expect.any(String),
      name: 'ada',
      by: 'token',
      session: expect.stringMatching(/^[0-9a-f]{16}$/),
      expires_at: '2026-11-25T09:00:00.000Z',
    },
  ]);
});

test('tells of tokens and apps, why and from where, in a chain that the answer says the end of', async () => {
  const headers = { ...cameFrom('203.0.113.7'), 'x-halyard-comment': 'for the shop' };
  const body = { name: 'shop service', permission: 'evaluate', app_ids: ['shop'] };
  const minted = await ground.ask('POST', flagship('/tokens'), { body, headers });
  await ground.ask('DELETE', flagship(`/tokens/${minted.json.result.id}`), { headers });
  await ground.ask('PUT', '/apps/shop', { body: { name: 'store' }, headers });
  const { json, entries } = await log();
  expect(told(entries.slice(0, 3))).toEqual([
    ['app_renamed', 'ada', '203.0.113.7'],
    ['token_revoked', 'ada', '203.0.113.7'],
    ['token_created', 'ada', '203.0.113.7'],
  ]);
  expect(entries[2]).toMatchObject({
    comment: 'for the shop',
    detail: { name: 'shop service', permission: 'evaluate', app_ids: ['shop'], expires_at: null },
  });
  let previous: string | null = null;
  for (const { hash, ...entry } of entries.toReversed()) {
    expect(hash).toBe(await webSha256(hashedLogText(entry, previous)));
    previous = hash;
  }
  expect(json.result_info).toEqual({
    count: entries.length,
    cursor: null,
    cursors: { after: null },
    head: { entries: entries.length, last_hash: previous },
  });
});

test('is filtered by event, actor and time, and read in pages', async () => {
  for (const name of ['one', 'two', 'three']) {
    ground.clock.ms += 60_000;
    await ground.ask('POST', flagship('/tokens'), { body: { name, permission: 'read' } });
  }
  const names = ({ entries }: Awaited<ReturnType<typeof log>>): readonly string[] =>
    entries.map(({ detail }: { detail: { name: string } }) => detail.name);
  expect(names(await log('?event=token_created&actor=ada'))).toEqual(['three', 'two', 'one']);
  expect(names(await log('?since=2026-11-24T09:02:00Z&until=2026-11-24T09:02:30Z'))).toEqual(['two']);
  const first = await log('?event=token_created,token_revoked&actor=ada&limit=2');
  const cursor = first.json.result_info.cursor;
  expect([
    names(first),
    names(await log(`?event=token_created,token_revoked&actor=ada&limit=2&cursor=${cursor}`)),
  ]).toEqual([['three', 'two'], ['one']]);
  const { status, json } = await log('?event=token_made');
  expect([status, json.errors[0].message]).toEqual([
    400,
    expect.stringContaining('event is "token_made"; expected one or more of app_created, '),
  ]);
});

test('who may not administer sees what happened to apps, without addresses; a token of one app nothing', async () => {
  const headers = cameFrom('203.0.113.7');
  await ground.ask('PUT', '/apps/shop', { body: { name: 'store' }, headers });
  await ground.ask('POST', flagship('/tokens'), { body: { name: 'x', permission: 'read' }, headers });
  const reader = (await ground.mint({ permission: 'write' })).secret;
  const { json, entries } = await log('', reader);
  expect(told(entries)).toEqual([
    ['app_renamed', 'ada', null],
    ['app_created', 'ground', null],
  ]);
  expect(json.result_info.head).toBe(undefined);
  expect((await log('?event=signed_in', reader)).entries).toEqual([]);
  for (const permission of ['read', 'admin'] as const) {
    const { secret } = await ground.mint({ permission, app_ids: ['shop'] });
    const { status, json: refused } = await log('', secret);
    expect([status, refused.errors[0].message]).toEqual([
      403,
      'The token is for some apps only; the account’s log needs a token for every app.',
    ]);
  }
});

test('no two tokens have names that look alike, and none is called as Halyard itself or by what nobody sees', async () => {
  const mint = (name: string) =>
    ground.ask('POST', flagship('/tokens'), { body: { name, permission: 'read' } });
  expect((await mint('Ada Lovelace')).status).toBe(201);
  const { entries } = await log('?limit=1');
  const taken = await mint('ADA LOVELACE');
  expect([taken.status, taken.json.errors]).toEqual([
    409,
    [
      {
        code: 1006,
        pointer: '/name',
        message: `name is "ADA LOVELACE", which looks like "Ada Lovelace", the name of the token ${entries[0].detail.token}; expected another name, or revoke that token first.`,
      },
    ],
  ]);
  for (const [name, expected] of [
    ['halyard', 'expected another name, because the audit trail uses this one for Halyard itself'],
    ['Ada\u200b Lovelace', 'expected a name without invisible characters (it holds U+200B)'],
    ['\u202eecalevoL adA', 'expected a name without invisible characters (it holds U+202E)'],
    [
      'Аda Lovelace',
      'expected words of one alphabet each ("Аda" mixes Latin with Cyrillic or Greek letters)',
    ],
    ['\u2800', 'expected a name without invisible characters (it holds U+2800)'],
    [' eve', 'expected a name without a space at its beginning or end'],
  ] as const) {
    const refused = await mint(name);
    expect([refused.status, refused.json.errors[0].pointer]).toEqual([400, '/name']);
    expect(refused.json.errors[0].message).toContain(expected);
  }
});
