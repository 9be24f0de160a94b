import type { KvNamespace } from '@halyard/caches/kv';
import { Evaluator } from '../../evaluator/edge/workers/evaluator.ts';

interface Environment {
  readonly FLAG_CACHE: KvNamespace;
}

const clock = { time: 0 };
const evaluators = new Map<string, Evaluator>();

const nothing = (): void => undefined;
const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** The evaluator with a clock that tests move, and as many worlds as they want, each behind a prefix of its own in one namespace. */
const evaluatorOf = (world: string, account: string, kv: KvNamespace): Evaluator => {
  const known = evaluators.get(world);
  if (known !== undefined) return known;
  const evaluator = new Evaluator({
    namespace: {
      get: (key, options) => kv.get(`${world}${key}`, options),
      put: () => Promise.reject(new Error('an evaluator writes nothing')),
      delete: () => Promise.reject(new Error('an evaluator deletes nothing')),
      list: () => Promise.reject(new Error('an evaluator lists nothing')),
    },
    account,
    log: silent,
    now: () => clock.time,
    waitUntil: () => undefined,
    freshness: { freshMs: 0, waitMs: 0 },
    limits: { lookMs: 5 },
  });
  evaluators.set(world, evaluator);
  return evaluator;
};

export default {
  fetch: (request: Request, { FLAG_CACHE }: Environment): Promise<Response> => {
    const { headers } = request;
    clock.time = Number(headers.get('test-time'));
    const account = headers.get('test-account') ?? '';
    return evaluatorOf(headers.get('test-world') ?? '', account, FLAG_CACHE).fetch(request);
  },
};
