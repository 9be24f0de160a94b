import { segmentName, segmentNamed } from '../model/changelog.ts';
import type { AppStore, Stores } from '../store/port.ts';
import { webSha256 } from '../store/sql/audit.ts';
import type { AccountTrail } from './account.ts';
import type { AppTrail } from './app.ts';

const PAGE = 200;

/** Everything of a list that the stores answer in pages. */
async function* everyPage<T>(
  page: (query: { limit: number; after?: string }) => Promise<{
    readonly items: readonly T[];
    readonly next: string | null;
  }>,
): AsyncGenerator<T> {
  for (let after: string | null | undefined; after !== null; ) {
    const next = await page({ limit: PAGE, ...(after === undefined ? {} : { after }) });
    yield* next.items;
    after = next.next;
  }
}

/** The trail as a database at hand has it: the rows themselves, also those that nobody wrote. */
export const appTrailIn = (store: AppStore): AppTrail => ({
  head: () => store.head(),
  newestFirst: () => everyPage((query) => store.changelog(query)),
  async *states() {
    for await (const stored of store.everything()) {
      const { key } = stored.definition;
      yield { ...stored, name: stored.kind === 'segment' ? segmentName(key) : key };
    }
  },
  async state(name) {
    const key = segmentNamed(name);
    const state = key === null ? await store.flag(name) : await store.segment(key);
    return state === null ? null : { ...state, name };
  },
  async newestOf(name) {
    const segment = segmentNamed(name);
    const of = segment === null ? { flag: name } : { segment };
    return (await store.changelog({ limit: 1, ...of })).items[0] ?? null;
  },
  inside: { strays: () => store.strays(), outbox: store.outbox },
});

export const accountTrailIn = ({ accounts }: Pick<Stores, 'accounts'>, account: string): AccountTrail => ({
  head: () => accounts.accountLogHead(account),
  newestFirst: () => everyPage((query) => accounts.accountLog(account, query)),
  apps: () => accounts.apps(account),
  projects: () => accounts.projects(account),
  tokens: async () => {
    const living = (await accounts.tokens(account)).filter((token) => token.revoked_at === null);
    return Promise.all(living.map(async (token) => ({ ...token, fingerprint: await webSha256(token.hash) })));
  },
  inside: { signIns: () => accounts.signIns(account), outbox: accounts.outbox(account) },
});
