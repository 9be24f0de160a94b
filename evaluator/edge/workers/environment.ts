import { waitUntil } from 'cloudflare:workers';
import type { KvNamespace } from '@halyard/caches/kv';
import { Evaluator } from './evaluator.ts';
import { consoleLog } from './log.ts';

/** The bindings and variables of the evaluator's Worker; see wrangler.jsonc. */
export interface Environment {
  /** The flag cache; the control plane's Worker writes the same namespace. */
  readonly FLAG_CACHE: KvNamespace;
  /** Default `default`. */
  readonly HALYARD_ACCOUNT?: string;
  /** The app of a binding that names none in its props. */
  readonly HALYARD_APP?: string;
  /** `debug`, `info` (the default), `warn`, `error` or `silent`. */
  readonly HALYARD_LOG?: string;
}

let evaluator: Evaluator | null = null;

/** The one evaluator of this isolate: what one request has loaded, the next ones use. */
export const evaluatorOf = (env: Environment): Evaluator => {
  evaluator ??= new Evaluator({
    namespace: env.FLAG_CACHE,
    account: env.HALYARD_ACCOUNT ?? 'default',
    log: consoleLog(env.HALYARD_LOG ?? 'info'),
    now: Date.now,
    waitUntil,
  });
  return evaluator;
};
