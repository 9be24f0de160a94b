import { WorkerEntrypoint } from 'cloudflare:workers';
import type { KvNamespace } from '@halyard/caches/kv';
import { Evaluator } from '../../evaluator/edge/workers/evaluator.ts';

interface Binding {
  getBooleanValue(key: string, fallback: boolean, context: object): Promise<boolean>;
  nothing(key: string, fallback: boolean, context: object): Promise<boolean>;
}

interface Environment {
  readonly FLAGS: Binding;
  readonly NOTHING: Binding;
  readonly FLAG_CACHE: KvNamespace;
}

/** A call to another Worker that does nothing: what the way there costs. */
export class Nothing extends WorkerEntrypoint<object> {
  async nothing(_key: string, fallback: boolean): Promise<boolean> {
    return !fallback;
  }
}

const KV_READ = { type: 'text', cacheTtl: 30 } as const;
let own: Evaluator | undefined;
const nothing = (): void => undefined;

/** Does one thing over and over, one after the other. The clock of an isolate stands still while it computes: the caller measures. */
export default {
  async fetch(request: Request, { FLAGS, NOTHING, FLAG_CACHE }: Environment): Promise<Response> {
    const { searchParams } = new URL(request.url);
    const times = Number(searchParams.get('times'));
    const what = searchParams.get('what');
    own ??= new Evaluator({
      namespace: FLAG_CACHE,
      account: 'default',
      log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
      now: Date.now,
      waitUntil: (work) => void work,
    });
    let on = 0;
    for (let i = 0; i < times; i += 1) {
      const context = { targetingKey: `user-${i}`, plan: 'gold' };
      if (what === 'binding') on += Number(await FLAGS.getBooleanValue('flag-7', false, context));
      else if (what === 'kv') await FLAG_CACHE.get('halyard:1:app/default/shop:head', KV_READ);
      else if (what === 'nothing') on += Number(await NOTHING.nothing('flag-7', false, context));
      else if ((await own.evaluate('shop', 'flag-7', context)).kind === 'served') on += 1;
    }
    return new Response(`${on}`);
  },
};
