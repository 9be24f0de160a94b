import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readSettings, SettingsError } from './settings.ts';

const nearest = (_: string, known: readonly string[]): string | null => known[0] ?? null;
const read = (environment: Record<string, string>, flags: Record<string, string> = {}) =>
  readSettings(environment, new Map(Object.entries(flags)), nearest);

const flagOf = (variable: string): string =>
  `--${variable.slice('HALYARD_'.length).toLowerCase().replaceAll('_', '-')}`;

const mistakesOf = (environment: Record<string, string>, flags: Record<string, string> = {}) => {
  try {
    read(environment, flags);
  } catch (error) {
    if (error instanceof SettingsError) return error.mistakes;
    throw error;
  }
  return [];
};

describe('settings', () => {
  test('has defaults that run on a laptop', () => {
    expect(read({})).toEqual({
      port: 4280,
      host: '127.0.0.1',
      databaseUrl: 'file:./data/halyard.db',
      cacheUrl: 'memory:',
      cachePrefix: 'halyard',
      adminToken: null,
      account: 'default',
      edgeData: null,
      log: 'info',
      publicUrl: null,
      edgeUrl: null,
      trustProxy: false,
      observe: true,
      maxStreams: 50_000,
      maxStreamsPerToken: 25_000,
      secret: null,
      url: null,
      token: null,
    });
  });

  test('takes a flag over its variable', () => {
    expect(read({ HALYARD_PORT: '1' }, { '--port': '2' }).port).toBe(2);
  });

  test('takes an empty variable as not set', () => {
    expect(read({ HALYARD_ADMIN_TOKEN: '', HALYARD_PORT: '' })).toMatchObject({
      adminToken: null,
      port: 4280,
    });
  });

  test('reports all mistakes at once', () => {
    expect(
      mistakesOf({
        HALYARD_PROT: '1',
        HALYARD_PORT: '70000',
        HALYARD_DATABASE_URL: 'mysql://x',
        HALYARD_CACHE_URL: 'memcached:',
        HALYARD_ADMIN_TOKEN: 'short',
        HALYARD_LOG: 'loud',
        HALYARD_ACCOUNT: 'a b',
        HALYARD_PUBLIC_URL: 'flags.example.com',
        HALYARD_TRUST_PROXY: 'maybe',
        HALYARD_OBSERVE: 'no',
      }),
    ).toEqual([
      'HALYARD_PROT is not a setting of Halyard; did you mean HALYARD_PORT?',
      'HALYARD_PORT is "70000"; expected a port number from 0 to 65535',
      'HALYARD_DATABASE_URL is "mysql://x"; expected file:PATH or postgres://USER@HOST/DATABASE',
      'HALYARD_CACHE_URL is "memcached:"; expected memory:, redis://HOST:PORT or nats://HOST:PORT',
      'HALYARD_ADMIN_TOKEN has 5 characters; expected at least 24 characters',
      'HALYARD_ACCOUNT is "a b"; expected 1 to 64 letters, digits, _ or -',
      'HALYARD_LOG is "loud"; expected one of debug, info, warn, error, silent',
      'HALYARD_PUBLIC_URL is "flags.example.com"; expected an http:// or https:// address',
      'HALYARD_TRUST_PROXY is "maybe"; expected true or false',
      'HALYARD_OBSERVE is "no"; expected on or off',
    ]);
  });

  test('never takes a secret from a flag', () => {
    expect(mistakesOf({}, { '--admin-token': 'x'.repeat(30) })).toEqual([
      '--admin-token would show a secret to everyone on this machine; set HALYARD_ADMIN_TOKEN or HALYARD_ADMIN_TOKEN_FILE instead',
    ]);
  });

  test('the variables that Kubernetes injects for services named halyard stop no start', () => {
    const injected = {
      HALYARD_SERVICE_HOST: '10.0.0.1',
      HALYARD_SERVICE_PORT: '4280',
      HALYARD_SERVICE_PORT_HTTP: '4280',
      HALYARD_PORT: 'tcp://10.0.0.1:4280',
      HALYARD_PORT_4280_TCP: 'tcp://10.0.0.1:4280',
      HALYARD_PORT_4280_TCP_PROTO: 'tcp',
      HALYARD_PORT_4280_TCP_PORT: '4280',
      HALYARD_PORT_4280_TCP_ADDR: '10.0.0.1',
      HALYARD_EDGE_SERVICE_HOST: '10.0.0.2',
      HALYARD_EDGE_PORT: 'tcp://10.0.0.2:4281',
      HALYARD_EDGE_PORT_4281_TCP_ADDR: '10.0.0.2',
      HALYARD_CONTROL_PLANE_PORT: 'udp://10.0.0.2:4281',
    };
    expect(read(injected).port).toBe(4280);
    expect(
      mistakesOf({ HALYARD_EDGE_PORT: '4281', HALYARD_PORTS: '1', HALYARD_PORT: 'tcp:/x' }),
    ).toHaveLength(3);
  });

  test.for([
    ['https://flags.example.com/', 'https://flags.example.com'],
    ['https://example.com:8443/team/flags/', 'https://example.com:8443/team/flags'],
    ['HTTP://Example.com', 'http://example.com'],
  ] as const)('takes %s as where people reach it', ([given, taken]) => {
    expect(read({ HALYARD_PUBLIC_URL: given, HALYARD_EDGE_URL: given })).toMatchObject({
      publicUrl: taken,
      edgeUrl: taken,
    });
  });

  test.for([
    ['ftp://example.com', 'is "ftp://example.com"; expected an http:// or https:// address'],
    [
      'https://a:hunter2@example.com',
      'is "https://a:…@example.com"; expected an http:// or https:// address without a user, a query or a fragment',
    ],
    [
      'https://example.com/a%20b',
      'is "https://example.com/a%20b"; expected a path of letters, digits, ".", "_", "~" and "-"',
    ],
    [
      'https://example.com/apps/flags',
      'is "https://example.com/apps/flags"; expected a path that does not begin with /apps, which is one of the server\'s own',
    ],
  ] as const)('%s is not where people reach it', ([given, found]) => {
    expect(mistakesOf({ HALYARD_PUBLIC_URL: given })).toEqual([`HALYARD_PUBLIC_URL ${found}`]);
  });

  test.for([
    ['HALYARD_DATABASE_URL', 'mysql://root:hunter2@db/x'],
    ['HALYARD_DATABASE_URL', 'postgres://root:hunter2/x'],
    ['HALYARD_DATABASE_URL', 'postgres//root:hunter2@db'],
    ['HALYARD_CACHE_URL', 'redis://:hunter2@cache:637999'],
    ['HALYARD_CACHE_URL', 'redis://:hunter2'],
    ['HALYARD_CACHE_URL', 'redis://:hun/ter2@cache'],
    ['HALYARD_CACHE_URL', 'nats://a:hunter2@one,nats://b:hunter2@two:x'],
    ['HALYARD_EDGE_URL', 'https://a:hunter2@edge'],
    ['HALYARD_URL', 'https://a:hunter2@server'],
  ] as const)('%s=%s is refused without printing its password', ([variable, url]) => {
    for (const told of [mistakesOf({ [variable]: url }), mistakesOf({}, { [flagOf(variable)]: url })]) {
      expect(told).toHaveLength(1);
      expect(told[0]).not.toMatch(/hunter2|ter2/);
    }
  });

  test('takes several servers of a NATS cluster', () => {
    const cacheUrl = 'nats://a:b@one:4222,two:4222,nats://three';
    expect(read({ HALYARD_CACHE_URL: cacheUrl }).cacheUrl).toBe(cacheUrl);
  });

  test('reads whatever holds a secret from a file, and refuses both at once, an empty file and no file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'halyard-'));
    const file = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const secret = 's'.repeat(24);
    expect(
      read({
        HALYARD_DATABASE_URL_FILE: file('database', 'postgres://a:b@c/d\n'),
        HALYARD_CACHE_URL_FILE: file('cache', 'redis://:b@c\n'),
        HALYARD_ADMIN_TOKEN_FILE: file('admin', secret),
        HALYARD_SECRET_FILE: file('secret', secret),
        HALYARD_TOKEN_FILE: file('token', 'hly_x'),
        HALYARD_TOKEN: '',
      }),
    ).toMatchObject({
      databaseUrl: 'postgres://a:b@c/d',
      cacheUrl: 'redis://:b@c',
      adminToken: secret,
      secret,
      token: 'hly_x',
    });
    const empty = file('empty', ' \n');
    expect(
      mistakesOf({
        HALYARD_DATABASE_URL: 'postgres://a:hunter2@c/d',
        HALYARD_DATABASE_URL_FILE: file('other', 'postgres://a:hunter2@c/d'),
        HALYARD_CACHE_URL_FILE: file('bad', 'redis//:hunter2@c'),
        HALYARD_TOKEN_FILE: empty,
        HALYARD_SECRET_FILE: join(folder, 'none'),
      }),
    ).toEqual([
      'HALYARD_DATABASE_URL and HALYARD_DATABASE_URL_FILE are both set; expected one of them',
      'HALYARD_CACHE_URL_FILE is "redis//:…@c"; expected memory:, redis://HOST:PORT or nats://HOST:PORT',
      `HALYARD_SECRET_FILE is "${join(folder, 'none')}", which cannot be read (ENOENT); name a readable file`,
      `HALYARD_TOKEN_FILE is "${empty}", which is empty; name a file that holds the value`,
    ]);
  });

  test('reads a secret from a file, and says when it cannot', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'halyard-')), 'token');
    writeFileSync(file, `${'t'.repeat(24)}\n`);
    expect(read({ HALYARD_ADMIN_TOKEN_FILE: file }).adminToken).toBe('t'.repeat(24));
    expect(mistakesOf({ HALYARD_SECRET_FILE: '/nowhere/at/all' })).toEqual([
      'HALYARD_SECRET_FILE is "/nowhere/at/all", which cannot be read (ENOENT); name a readable file',
    ]);
  });
});
