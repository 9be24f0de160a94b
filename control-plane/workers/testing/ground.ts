import { Miniflare } from 'miniflare';
import { ACCOUNT, asking, type Ground, START, settle } from '../../api/testing/scenario.ts';
import type { FlagEntry } from '../../model/changelog.ts';
import type { Outbox, Stores } from '../../store/port.ts';
import type { AppPlace } from '../../store/sql/rows.ts';
import { accountsElsewhere } from '../accounts-elsewhere.ts';
import type { AccountCall, Reply } from '../stubs.ts';
import { bundleWorker } from './bundle.ts';

/** What scenarios ask for that the API does not give. */
export type DoorCall =
  | { readonly open: 'account'; readonly call: AccountCall; readonly given: readonly unknown[] }
  | { readonly open: 'forget' }
  | { readonly open: 'expire' }
  | { readonly open: 'commits'; readonly account: string }
  | { readonly open: 'link'; readonly url: string; readonly name?: string }
  | { readonly open: 'report'; readonly place: AppPlace; readonly text: string }
  | { readonly open: 'app'; readonly place: AppPlace };

interface Looked {
  readonly changelog: readonly FlagEntry[];
  readonly commits: Awaited<ReturnType<Outbox['commits']>>;
}

/** Started by the first ground of a file, and ended with its process. */
let workerd: Promise<Miniflare> | null = null;

const start = async (): Promise<Miniflare> =>
  new Miniflare({
    modules: true,
    script: await bundleWorker(new URL('./ground-worker.ts', import.meta.url)),
    compatibilityDate: '2026-07-01',
    durableObjects: {
      ACCOUNTS: { className: 'GroundAccount', useSQLite: true },
      APPS: { className: 'GroundApp', useSQLite: true },
    },
    kvNamespaces: ['FLAG_CACHE'],
    serviceBindings: {
      ASSETS: (request: { readonly url: string }) => {
        const asset = ASSETS[new URL(request.url).pathname];
        return asset === undefined
          ? new Response(null, { status: 404 })
          : new Response(asset.text, { headers: { 'content-type': asset.type } });
      },
    },
    bindings: { HALYARD_ADMIN_TOKEN: 'x'.repeat(24), HALYARD_ACCOUNT: ACCOUNT, HALYARD_LOG: 'debug' },
  });

const ASSETS: Readonly<Record<string, { readonly text: string; readonly type: string }>> = {
  '/index.html': { text: '<!doctype html>index', type: 'text/html; charset=utf-8' },
  '/assets/app-1.js': { text: 'js', type: 'text/javascript; charset=utf-8' },
};

/** The same ground in workerd: through the Worker to its objects, on their databases. */
export const openWorkersGround = async (): Promise<Ground> => {
  workerd ??= start();
  const worker = await workerd;
  const ground = crypto.randomUUID();
  const clock = { ms: START };
  const logged: string[] = [];

  const send = async (url: string, init: RequestInit): Promise<Response> => {
    const headers = new Headers(init.headers);
    headers.set('ground', ground);
    headers.set('clock', String(clock.ms));
    // One fetch API, two declarations of it.
    const given = { redirect: 'manual', ...init, headers: [...headers] } as never;
    const response = await worker.dispatchFetch(url, given);
    logged.push(...JSON.parse(decodeURIComponent(response.headers.get('logged') ?? '[]')));
    response.headers.delete('logged');
    const { status, headers: answered } = response;
    const streams = answered.get('content-type')?.startsWith('text/event-stream') === true;
    // A body that is not read at once is taken away with the response it came in, unless somebody holds its reader.
    const body = streams ? response.body?.pipeThrough(new TransformStream()) : await response.arrayBuffer();
    const empty = status === 204 || status === 304;
    return new Response(empty ? null : (body as never), { status, headers: [...answered] });
  };
  const open = async <T>(call: DoorCall): Promise<T> => {
    const answer = await send('http://door/', { method: 'POST', body: JSON.stringify(call) });
    if (!answer.ok) throw new Error(await answer.text());
    return (await answer.json()) as T;
  };
  const look = (app: string) => open<Looked>({ open: 'app', place: { account: ACCOUNT, app } });

  const accounts = accountsElsewhere(
    () =>
      ({
        ask: (call: AccountCall, given: readonly unknown[]) => open<Reply>({ open: 'account', call, given }),
      }) as never,
  );
  const stores = {
    accounts: {
      ...accounts,
      outbox: (account: string) => ({ commits: () => open({ open: 'commits', account }) }),
    },
    app: (_: string, app: string) => ({
      changelog: async () => ({ items: (await look(app)).changelog, next: null }),
    }),
  } as unknown as Stores;
  const settled = await settle(stores);

  return {
    ...settled,
    stores,
    get controlPlane(): never {
      throw new Error('The control plane is in another process.');
    },
    forgetDeleted: () => open({ open: 'forget' }),
    expireEnvironments: () => open({ open: 'expire' }),
    report: (text) => open({ open: 'report', place: { account: ACCOUNT, app: settled.app }, text }),
    get cache(): never {
      throw new Error('The flag cache is in another process.');
    },
    logged,
    clock,
    request: send,
    ask: asking(send, settled.admin),
    mintSignInLink: (url, name) => open({ open: 'link', url, ...(name === undefined ? {} : { name }) }),
    changelog: async (of = settled.app) => (await look(of)).changelog,
    async outbox(of = settled.app) {
      const { commits } = await look(of);
      return commits.map(({ version, changes }) => ({ version, keys: changes.map(({ key }) => key) }));
    },
    close: async () => {},
  };
};
