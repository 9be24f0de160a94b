import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SmallEdge } from '../in-process/testing/small-edge.ts';
import { HalyardWebProvider, type HalyardWebProviderOptions } from './index.ts';
import { FetchedEventSource } from './testing/fetched-event-source.ts';

const soon = { timeout: 10_000, interval: 5 };

let edge: SmallEdge;
let value: boolean;
let pages: HalyardWebProvider[];

beforeEach(async () => {
  edge = await new SmallEdge().start();
  value = false;
  edge.bulk = () => [{ key: 'checkout', value }];
  edge.eventStreams = [{ type: 'sse', url: `${edge.url}/notices` }];
  pages = [];
});
afterEach(async () => {
  await Promise.all(pages.map((page) => page.onClose()));
  vi.unstubAllGlobals();
  await edge.stop();
});

/** One page of a browser; the runtime's own Web Locks and BroadcastChannel are what its pages share. */
const open = async (options: Partial<HalyardWebProviderOptions> = {}): Promise<HalyardWebProvider> => {
  const page = new HalyardWebProvider({
    url: edge.url,
    token: SmallEdge.TOKEN,
    app: 'shop',
    pollMs: 0,
    eventSource: FetchedEventSource,
    storage: null,
    ...options,
  });
  pages.push(page);
  await page.initialize();
  return page;
};
const isOn = (page: HalyardWebProvider): boolean => page.resolveBooleanEvaluation('checkout', false).value;
const toggled = async (): Promise<void> => {
  value = !value;
  edge.commit({});
  for (const page of pages) await vi.waitFor(() => expect(isOn(page)).toBe(value), soon);
};
const opened = (): number => edge.seen.filter(({ url }) => url === '/notices').length;

it('eight pages of a browser take one connection for notices, and all of them hear', async () => {
  for (let i = 0; i < 8; i += 1) await open();
  await vi.waitFor(() => expect(edge.notices).toBe(1), soon);
  await toggled();
  expect(opened()).toBe(1);
});

it('a page that is closed hands its stream over to another', async () => {
  const first = await open();
  await vi.waitFor(() => expect(edge.notices).toBe(1), soon);
  await open();
  await open();
  await first.onClose();
  pages.splice(0, 1);
  await vi.waitFor(() => expect(opened()).toBe(2), soon);
  await vi.waitFor(() => expect(edge.notices).toBe(1), soon);
  await toggled();
});

it('a page whose stream breaks does not leave the others deaf', async () => {
  for (let i = 0; i < 3; i += 1) await open();
  await vi.waitFor(() => expect(edge.notices).toBe(1), soon);
  edge.endStreams();
  await vi.waitFor(() => expect(opened()).toBeGreaterThan(1), soon);
  await vi.waitFor(() => expect(edge.notices).toBe(1), soon);
  await toggled();
});

it('pages with another token, app or edge do not hear of each other', async () => {
  await open();
  await open({ app: undefined as unknown as string, url: `${edge.url}/apps/shop/` });
  await vi.waitFor(() => expect(edge.notices).toBe(1), soon);
  edge.token = 'hly_another';
  await open({ token: 'hly_another' });
  await vi.waitFor(() => expect(edge.notices).toBe(2), soon);
});

it.for([
  ['has no locks', {}],
  ['may not use them', { locks: { request: () => Promise.reject(new DOMException('no', 'SecurityError')) } }],
] as const)('a page that %s has a stream of its own', async ([, navigator]) => {
  vi.stubGlobal('navigator', navigator);
  await open();
  await open();
  await vi.waitFor(() => expect(edge.notices).toBe(2), soon);
  await toggled();
});

it('a page that is closed while it waits for the stream leaves nothing behind', async () => {
  await open();
  await vi.waitFor(() => expect(edge.notices).toBe(1), soon);
  const second = await open();
  await second.onClose();
  pages.splice(1, 1);
  await pages[0]?.onClose();
  await vi.waitFor(() => expect(edge.notices).toBe(0), soon);
  expect(opened()).toBe(1);
  const { held = [], pending = [] } = await navigator.locks.query();
  expect([...held, ...pending].filter(({ name }) => name?.includes(edge.url))).toEqual([]);
});
