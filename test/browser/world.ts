import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchChromium } from '../chromium.ts';
import { freePort, type Started, startHalyard } from '../process/halyard.ts';

/** A real server with a shop in it, and a browser to look at it. */
export interface World {
  readonly url: string;
  readonly browser: Browser;
  /** The id of the app `shop`. */
  readonly shop: string;
  readonly tokens: { readonly admin: string; readonly ada: string; readonly reader: string };
  /** Calls the management API below the account, as whoever holds the token (default the admin). */
  api(
    method: string,
    path: string,
    body?: unknown,
    more?: { readonly token?: string; readonly headers?: Readonly<Record<string, string>> },
  ): Promise<Record<string, unknown>>;
  /** A browser window of its own, signed in. */
  enter(options?: Look): Promise<Page>;
  /** The same page of the dashboard for every flag and app: `/apps/…`. */
  readonly paths: Readonly<Record<string, string>>;
  readonly server: () => Started;
  restart(): Promise<void>;
  close(): Promise<void>;
}

export interface Look {
  readonly width?: number;
  readonly scheme?: 'light' | 'dark';
  readonly token?: string;
}

const ADMIN = 'the-admin-token-of-the-browser-tests';
const HEIGHT = 900;

const everyone = (percentage: number) => [
  { priority: 1, conditions: [], serve_variation: 'on', rollout: { percentage } },
];

const boolean = (key: string, more: object) => ({
  key,
  enabled: false,
  variations: { on: true, off: false },
  default_variation: 'off',
  off_variation: 'off',
  rules: everyone(100),
  ...more,
});

const FLAGS = [
  boolean('new-checkout', {
    description: 'The checkout in one page',
    tags: ['checkout', 'payments'],
    metadata: { team: 'payments' },
  }),
  boolean('enterprise-export', {
    description: 'Export as CSV for enterprise customers',
    enabled: true,
    tags: ['reports'],
    rules: [
      {
        priority: 1,
        serve_variation: 'on',
        conditions: [
          {
            logical_operator: 'OR',
            clauses: [
              {
                logical_operator: 'AND',
                clauses: [
                  { attribute: 'plan', operator: 'equals', value: 'enterprise' },
                  { attribute: 'country', operator: 'in', value: ['us', 'ca'] },
                ],
              },
              {
                attribute: 'user.email',
                operator: 'ends_with',
                value: '@example.com',
                ignore_case: true,
              },
            ],
          },
        ],
      },
      {
        priority: 2,
        conditions: [{ attribute: 'version', operator: 'semver_greater_than_or_equals', value: '2.4' }],
        serve_variation: 'on',
        rollout: { percentage: 25 },
      },
    ],
  }),
  {
    key: 'search-algorithm',
    description: 'Which ranking the search uses',
    enabled: true,
    variations: { bm25: 'bm25', vector: 'vector', hybrid: 'hybrid' },
    default_variation: 'bm25',
    tags: ['search'],
    rules: [
      {
        priority: 1,
        conditions: [],
        split: {
          allocations: [
            { variation: 'bm25', ranges: [[0, 50]] },
            { variation: 'vector', ranges: [[50, 75]] },
            { variation: 'hybrid', ranges: [[75, 100]] },
          ],
        },
      },
    ],
  },
  {
    key: 'api-limits',
    description: 'Rate limits of the public API',
    enabled: true,
    variations: { standard: { rps: 10, burst: 20 }, generous: { rps: 100, burst: 300 } },
    default_variation: 'standard',
    rules: [
      {
        priority: 1,
        conditions: [{ attribute: 'ip', operator: 'in_cidr', value: ['10.0.0.0/8', '2001:db8::/32'] }],
        serve_variation: 'generous',
      },
    ],
  },
  {
    key: 'page-size',
    description: 'Results a page',
    variations: { small: 20, large: 100 },
    enabled: false,
    default_variation: 'small',
    rules: [],
  },
  boolean('dark-mode', { description: 'The interface at night', enabled: true, rules: everyone(50) }),
  boolean('gift-cards', { description: 'Gift cards as a way to pay' }),
  boolean('live-chat', { description: 'A person to talk to', enabled: true }),
];

/** Starts it all; takes a few seconds. */
export const openWorld = async (): Promise<World> => {
  const cwd = mkdtempSync(join(tmpdir(), 'halyard-browser-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const start = async (): Promise<Started> => {
    const started = startHalyard(['start', '--port', String(port), '--no-example'], {
      cwd,
      env: { HALYARD_ADMIN_TOKEN: ADMIN },
    });
    await started.printed(/running on/);
    return started;
  };
  let server = await start();
  const browser = await launchChromium();

  const api: World['api'] = async (method, path, body, { token = ADMIN, headers = {} } = {}) => {
    const response = await fetch(`${url}/client/v4/accounts/default/flagship${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = await response.json();
    if (!answer.success) throw new Error(`${method} ${path}: ${JSON.stringify(answer.errors)}`);
    return answer.result;
  };

  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  const mint = async (name: string, permission: string): Promise<string> =>
    text((await api('POST', '/tokens', { name, permission }))['secret']);
  const shop = text((await api('POST', '/apps', { name: 'shop' }))['id']);
  await api('POST', '/apps', { name: 'checkout-api' });
  const empty = text((await api('POST', '/apps', { name: 'nothing-yet' }))['id']);
  const ada = await mint('Ada Lovelace', 'write');
  const reader = await mint('Grace Hopper', 'read');
  await api('POST', '/tokens', {
    name: 'shop page',
    permission: 'evaluate',
    app_ids: [shop],
    allowed_origins: ['https://shop.example'],
  });
  const flags = `/apps/${shop}/flags`;
  for (const flag of FLAGS) await api('POST', flags, flag, { token: ada });
  const comment = { 'x-halyard-comment': 'As agreed in the release meeting' };
  await api('PATCH', `${flags}/new-checkout`, { enabled: true }, { token: ada, headers: comment });
  await api('PATCH', `${flags}/new-checkout`, { rules: everyone(25) }, { token: ada, headers: comment });

  const signIn = async (context: BrowserContext, token: string): Promise<void> => {
    const answer = await context.request.post(`${url}/client/v4/session`, {
      data: { token },
      headers: { origin: url },
    });
    if (!answer.ok()) throw new Error(`Signing in was answered ${answer.status()}.`);
  };

  return {
    url,
    browser,
    shop,
    tokens: { admin: ADMIN, ada, reader },
    api,
    async enter({ width = 1280, scheme = 'light', token = ADMIN } = {}) {
      const context = await browser.newContext({
        viewport: { width, height: HEIGHT },
        colorScheme: scheme,
        reducedMotion: 'reduce',
        permissions: ['clipboard-read', 'clipboard-write'],
      });
      await signIn(context, token);
      return context.newPage();
    },
    paths: {
      apps: '/',
      flags: `/apps/${shop}/flags`,
      'flags-none': `/apps/${empty}/flags`,
      flag: `/apps/${shop}/flags/enterprise-export`,
      split: `/apps/${shop}/flags/search-algorithm`,
      variations: `/apps/${shop}/flags/api-limits?tab=variations`,
      'flag-settings': `/apps/${shop}/flags/new-checkout?tab=settings`,
      'flag-history': `/apps/${shop}/flags/new-checkout?tab=history`,
      'segments-none': `/apps/${empty}/segments`,
      history: `/apps/${shop}/history`,
      edges: `/apps/${shop}/edges`,
      connect: `/apps/${shop}/connect`,
      settings: `/apps/${shop}/settings`,
      tokens: '/tokens',
      'account-log': '/log',
      missing: `/apps/${shop}/flags/there-is-no-such-flag`,
    },
    server: () => server,
    async restart() {
      server = await start();
    },
    async close() {
      await browser.close();
      await server.kill('SIGKILL');
    },
  };
};

/** Waits until a page of the dashboard shows what it loads: no skeletons left, and its heading there. */
export const settled = async (page: Page): Promise<void> => {
  await page.locator('main').waitFor();
  await page.waitForFunction(() => document.querySelector('main [aria-busy="true"]') === null);
};
