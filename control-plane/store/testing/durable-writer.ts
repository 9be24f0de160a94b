/**
 * A process that writes as fast as it can until it is killed: `node writer.ts sqlite|postgres URL`. Each answered write is told on
 * standard output as `OPERATION APP_VERSION`, only after the store has answered it.
 */
import { writeSync } from 'node:fs';
import type { Decision, FlagChange } from '../../model/commit.ts';
import type { FlagDefinition, StoredFlag } from '../../model/flag.ts';
import type { AppStore, Stores } from '../port.ts';
import { openPostgresStores } from '../postgres/index.ts';
import { openSqliteStores } from '../sqlite/index.ts';
import { quiet } from './quiet-log.ts';

export const ACCOUNT = 'acme';
export const APP = 'app-1';
const WRITERS = 8;
const KEYS = Array.from({ length: 12 }, (_, n) => `flag-${n}`);

const definition = (key: string, enabled: boolean): FlagDefinition => ({
  key,
  enabled,
  description: 'x'.repeat(400),
  variations: { on: true, off: false },
  default_variation: 'off',
  rules: [],
  tags: [enabled ? 'on' : 'off'],
  bucketing: { hash: 'murmur3', salt: `${ACCOUNT}/${key}` },
});

/** Flags come, change and go, one to three in a commit. */
const decide =
  (keys: readonly string[], remove: boolean) =>
  (current: ReadonlyMap<string, StoredFlag>): Decision<null> => ({
    changes: keys.map((key): FlagChange => {
      const flag = current.get(key);
      if (flag === undefined) return { event: 'create', key, after: definition(key, false) };
      if (remove) return { event: 'delete', key };
      return { event: 'update', key, after: definition(key, !flag.definition.enabled) };
    }),
    answer: null,
  });

const write = async (app: AppStore, operation: string, random: () => number): Promise<void> => {
  const first = Math.floor(random() * KEYS.length);
  const keys = KEYS.slice(first, first + 1 + Math.floor(random() * 3));
  const committed = await app.commit({
    keys,
    decide: decide(keys, random() < 0.2),
    write: {
      actor: { name: 'writer', token_id: 'token' },
      at: new Date().toISOString(),
      // How many entries the commit must have, so that half of one is noticed.
      comment: `${operation} ${keys.length}`,
    },
    idempotency: { key: operation, fingerprint: 'f', answer: () => ({ status: 200, body: operation }) },
  });
  if (committed.replayed !== undefined) throw new Error(`${operation} is no repeat.`);
  writeSync(1, `${operation} ${committed.appVersion}\n`);
};

const open = (kind: string, url: string): Promise<Stores> => {
  const options = { now: Date.now, log: quiet };
  return kind === 'sqlite' ? openSqliteStores(url, options) : openPostgresStores(url, options);
};

const main = async ([kind = '', url = '', round = '']: readonly string[]): Promise<void> => {
  const stores = await open(kind, url);
  await stores.accounts.ensureAccount(ACCOUNT, new Date().toISOString());
  if ((await stores.accounts.app(ACCOUNT, APP)) === null) {
    await stores.accounts.createApp(
      ACCOUNT,
      { id: APP, name: 'shop', client_side_default: true },
      { actor: { name: 'writer', token_id: 'token' }, at: new Date().toISOString(), comment: null },
    );
  }
  const app = stores.app(ACCOUNT, APP);
  await Promise.all(
    Array.from({ length: WRITERS }, async (_, writer) => {
      for (let n = 0; ; n += 1) await write(app, `${round}-${writer}-${n}`, Math.random);
    }),
  );
};

if (import.meta.main) await main(process.argv.slice(2));
