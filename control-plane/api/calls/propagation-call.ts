import { appSpace } from '@halyard/caches';
import { Problem } from '../../model/problem.ts';
import { refusalOf } from '../../replication/adopt.ts';
import { Deleted, Propagation } from '../document/schemas.ts';
import { once } from '../http/once.ts';
import { type AnyServed, serve } from '../http/operation.ts';
import { APP, appOf } from '../http/paths.ts';
import type { Setting } from '../http/setting.ts';
import { noSuchApp } from './apps.ts';
import type { SilentEdge } from './propagation.ts';

/** Said only where there are some. */
export const silentEdges = (edges: readonly SilentEdge[]): { silent_edges?: SilentEdge[] } =>
  edges.length === 0 ? {} : { silent_edges: [...edges] };

export const propagationOperations = (setting: Setting): readonly AnyServed[] => {
  const { cache, stores, propagation } = setting;
  return [
    serve(
      {
        id: 'getPropagation',
        tag: 'Propagation',
        summary: 'How far the newest version has come',
        description:
          'The live edges; one that has said nothing for 15 s is silent. On Workers KV edges do not report: both lists are empty, and `published_version` says what the flag cache has.',
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
        const [edges, silent] = await Promise.all([
          propagation.edges(call.account, app, version),
          propagation.silent(call.account, app),
        ]);
        const head = await cache.head(appSpace(call.account, app));
        const refusal = await refusalOf(stores, { account: call.account, app }, head);
        const refused = refusal === null ? {} : { refusal: refusal.message };
        const result = { version, edges, ...silentEdges(silent), ...refused };
        if (cache.receipts) return { result };
        return { result: { ...result, published_version: head?.version ?? null } };
      },
    ),
    serve(
      {
        id: 'dismissEdge',
        tag: 'Propagation',
        summary: 'Say that a silent edge will not come back',
        description:
          'It leaves `silent_edges` at once; one that reports again is counted again. Who dismissed which edge, and why, is written to the account’s log.',
        method: 'delete',
        path: `${APP}/propagation/edges/{edge_id}`,
        needs: 'write',
        writes: true,
        answers: { schema: Deleted },
        problems: ['not_found'],
      },
      (call) =>
        once(call, setting, async () => {
          const app = appOf(call);
          const id = call.params['edge_id'] ?? '';
          if ((await stores.app(call.account, app).outbox.version()) === null) throw noSuchApp(app);
          const silent = await propagation.silent(call.account, app);
          const edge = silent.find((each) => each.id === id);
          if (edge === undefined) {
            throw new Problem('not_found', {
              message: `There is no silent edge ${JSON.stringify(id)} of this app.`,
            });
          }
          // Before it leaves the count: what cannot be written down is not done.
          await stores.accounts.note(
            call.account,
            { event: 'edge_dismissed', detail: { app, edge: id, applied_version: edge.applied_version } },
            call.write,
          );
          await cache.leave(id);
          return { result: { id } };
        }),
    ),
  ];
};
