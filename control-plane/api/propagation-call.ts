import { noSuchApp } from './apps.ts';
import { type AnyServed, serve } from './operation.ts';
import { APP, appOf } from './paths.ts';
import { Propagation } from './schemas.ts';
import type { Setting } from './setting.ts';

export const propagationOperations = ({ stores, propagation }: Setting): readonly AnyServed[] => [
  serve(
    {
      id: 'getPropagation',
      tag: 'Propagation',
      summary: 'How far the newest version has come',
      description: 'The live edges; one that has said nothing for 15 s is left out.',
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
      return { result: { version, edges: await propagation.edges(call.account, app, version) } };
    },
  ),
];
