import { appSpace } from '@halyard/caches';
import { noSuchApp } from './apps.ts';
import { type AnyServed, serve } from './operation.ts';
import { APP, appOf } from './paths.ts';
import { Propagation } from './schemas.ts';
import type { Setting } from './setting.ts';

export const propagationOperations = ({ cache, stores, propagation }: Setting): readonly AnyServed[] => [
  serve(
    {
      id: 'getPropagation',
      tag: 'Propagation',
      summary: 'How far the newest version has come',
      description:
        'The live edges; one that has said nothing for 15 s is left out. On Workers KV edges do not report: the list is empty, and `published_version` says what the flag cache has.',
      method: 'get',
      path: `${APP}/propagation`,
      needs: 'read',
      answers: { schema: Propagation },
      problems: ['not_found'],
    },
    async (call) => {
      const app = appOf(call);
      const version = await stores.app(call.account, app).outbox.version();
      if (version === null) throw noSuchApp(app);
      const edges = await propagation.edges(call.account, app, version);
      if (cache.receipts) return { result: { version, edges } };
      return { result: { version, edges, published_version: await cache.head(appSpace(call.account, app)) } };
    },
  ),
];
