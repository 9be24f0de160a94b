import type { ObjectNamespace } from 'cloudflare:workers';
import { DEFAULT_PREFIX, isPrefix, prefixMistake } from '@halyard/caches';
import type { KvNamespace } from '@halyard/caches/kv';
import { withoutPassword } from '@halyard/caches/without-password';
import { parsePublicUrl } from '../api/http/public-url.ts';
import type { AccountStub, AppStub } from './stubs.ts';

/** The bindings, variables and secrets of the control plane's Worker; see wrangler.jsonc. */
export interface Environment {
  readonly ACCOUNTS: ObjectNamespace<AccountStub>;
  readonly APPS: ObjectNamespace<AppStub>;
  /** The flag cache; the evaluator's Worker reads the same namespace. */
  readonly FLAG_CACHE: KvNamespace;
  /** The built dashboard. */
  readonly ASSETS: { fetch(request: Request): Promise<Response> };
  /** The evaluator's Worker, to answer its paths here too. */
  readonly EVALUATOR?: { fetch(request: Request): Promise<Response> };
  readonly HALYARD_ADMIN_TOKEN?: string;
  readonly HALYARD_ACCOUNT?: string;
  /** In front of every name in the flag cache; default `halyard`. The same for the evaluator. */
  readonly HALYARD_CACHE_PREFIX?: string;
  readonly HALYARD_SECRET?: string;
  readonly HALYARD_PUBLIC_URL?: string;
  /** Where evaluations are asked for, if that is not where the dashboard is. */
  readonly HALYARD_EDGE_URL?: string;
  readonly HALYARD_LOG?: string;
  /** `off`: what edges count is thrown away. */
  readonly HALYARD_OBSERVE?: string;
  /** The identity of the database whose spaces in the flag cache this one takes over; a refusal in the log names it. */
  readonly HALYARD_ADOPT_CACHE?: string;
}

export interface Settings {
  readonly adminToken: string;
  readonly account: string;
  readonly secret: string | null;
  readonly publicUrl: string | null;
  readonly edgeUrl: string | null;
}

export const DEFAULT_ACCOUNT = 'default';

/** What the Worker was told, or every mistake in it, one sentence each. */
export const readSettings = (env: Environment): Settings | readonly string[] => {
  const { HALYARD_ADMIN_TOKEN: adminToken = '', HALYARD_SECRET: secret = null } = env;
  const account = env.HALYARD_ACCOUNT ?? DEFAULT_ACCOUNT;
  const mistakes: string[] = [];
  if (adminToken.length < 24) {
    mistakes.push(
      `HALYARD_ADMIN_TOKEN ${adminToken === '' ? 'is missing' : `has ${adminToken.length} characters`}; expected a secret of at least 24 characters, given with \`wrangler secret put HALYARD_ADMIN_TOKEN\`.`,
    );
  }
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(account)) {
    mistakes.push(`HALYARD_ACCOUNT is ${JSON.stringify(account)}; expected 1 to 64 letters, digits, _ or -.`);
  }
  const prefix = env.HALYARD_CACHE_PREFIX ?? DEFAULT_PREFIX;
  if (!isPrefix(prefix)) mistakes.push(prefixMistake(prefix));
  if (secret !== null && secret.length < 24) {
    mistakes.push(`HALYARD_SECRET has ${secret.length} characters; expected at least 24.`);
  }
  const url = (name: 'HALYARD_PUBLIC_URL' | 'HALYARD_EDGE_URL'): string | null => {
    const text = env[name] ?? '';
    if (text === '') return null;
    const parsed = parsePublicUrl(text);
    if ('value' in parsed) return parsed.value;
    mistakes.push(`${name} is ${JSON.stringify(withoutPassword(text))}; expected ${parsed.expected}.`);
    return null;
  };
  const publicUrl = url('HALYARD_PUBLIC_URL');
  const edgeUrl = url('HALYARD_EDGE_URL');
  return mistakes.length > 0 ? mistakes : { adminToken, account, secret, publicUrl, edgeUrl };
};
