import { waitUntil } from 'cloudflare:workers';
import { prefixFrom } from '@halyard/caches';
import type { KvNamespace } from '@halyard/caches/kv';
import { Evaluator } from './evaluator.ts';
import { DEFAULT_FRESHNESS } from './freshness.ts';
import { consoleLog } from './log.ts';

/** The bindings and variables of the evaluator's Worker; see wrangler.jsonc. */
export interface Environment {
  /** The flag cache; the control plane's Worker writes the same namespace. */
  readonly FLAG_CACHE: KvNamespace;
  /** The control plane's entrypoint `Heads`. Without it a change waits until KV shows it here. */
  readonly HEADS?: {
    head(space: string): Promise<string | null>;
    used(account: string, tokens: readonly string[]): Promise<void>;
    report(account: string, text: string): Promise<void>;
  };
  /** Default `default`. */
  readonly HALYARD_ACCOUNT?: string;
  /** In front of every name in the flag cache; default `halyard`. The same for the control plane. */
  readonly HALYARD_CACHE_PREFIX?: string;
  /** Where clients reach the evaluator, if that has a path: `https://example.com/flags`. */
  readonly HALYARD_PUBLIC_URL?: string;
  /** The app of a binding that names none in its props. */
  readonly HALYARD_APP?: string;
  /** `off`: nothing that is evaluated here is counted. */
  readonly HALYARD_OBSERVE?: string;
  /** `debug`, `info` (the default), `warn`, `error` or `silent`. */
  readonly HALYARD_LOG?: string;
  /**
   * How long an isolate answers from what it has read, in milliseconds; default 5,000. Up to twice as long it answers at once and
   * reads behind the answer, later it reads first.
   */
  readonly HALYARD_FRESH_MS?: string;
}

let evaluator: Evaluator | null = null;

/** The one evaluator of this isolate: what one request has loaded, the next ones use. */
export const evaluatorOf = (env: Environment): Evaluator => {
  evaluator ??= open(env);
  return evaluator;
};

const open = (env: Environment): Evaluator => {
  const log = consoleLog(env.HALYARD_LOG ?? 'info');
  const freshMs = Number(env.HALYARD_FRESH_MS ?? DEFAULT_FRESHNESS.freshMs);
  const usable = Number.isFinite(freshMs) && freshMs >= 0;
  if (!usable)
    log.error({ HALYARD_FRESH_MS: env.HALYARD_FRESH_MS }, 'Expected milliseconds; the default is used.');
  return new Evaluator({
    namespace: env.FLAG_CACHE,
    prefix: prefixFrom(env.HALYARD_CACHE_PREFIX),
    heads: env.HEADS === undefined ? undefined : (space) => env.HEADS?.head(space) ?? Promise.resolve(null),
    used: async (account, tokens) => env.HEADS?.used(account, tokens),
    report:
      env.HEADS === undefined || env.HALYARD_OBSERVE === 'off'
        ? undefined
        : async (account, _id, text) => env.HEADS?.report(account, text),
    account: env.HALYARD_ACCOUNT ?? 'default',
    log,
    now: Date.now,
    waitUntil,
    ...(env.HALYARD_PUBLIC_URL === undefined ? {} : { publicUrl: env.HALYARD_PUBLIC_URL }),
    ...(usable ? { freshness: { freshMs, waitMs: 2 * freshMs } } : {}),
  });
};
