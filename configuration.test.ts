import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ConfigurationError, readConfiguration } from './configuration.ts';

const nearest = (_: string, known: readonly string[]): string | null => known[0] ?? null;
const read = (environment: Record<string, string>, flags: Record<string, string> = {}) =>
  readConfiguration(environment, new Map(Object.entries(flags)), nearest);

const mistakesOf = (environment: Record<string, string>, flags: Record<string, string> = {}) => {
  try {
    read(environment, flags);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.mistakes;
    throw error;
  }
  return [];
};

describe('configuration', () => {
  test('has defaults that run on a laptop', () => {
    expect(read({})).toEqual({
      port: 4280,
      host: '127.0.0.1',
      databaseUrl: 'file:./data/halyard.db',
      cacheUrl: 'memory:',
      adminToken: null,
      account: 'default',
      edgeData: null,
      log: 'info',
      publicUrl: null,
      trustProxy: false,
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
    ]);
  });

  test('never takes a secret from a flag', () => {
    expect(mistakesOf({}, { '--admin-token': 'x'.repeat(30) })).toEqual([
      '--admin-token would show a secret to everyone on this machine; set HALYARD_ADMIN_TOKEN or HALYARD_ADMIN_TOKEN_FILE instead',
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
