import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../chromium.ts';
import { eventually, freePort, type Started, startHalyard, startNode } from '../process/halyard.ts';
import { servePage } from './page/serve.ts';

/** What the product runs on. */
export interface Home {
  /** Starts it at `http://127.0.0.1:{port}`: the first time on nothing, later on what is there. */
  start(port: number): Promise<void>;
  /** As power does when it goes. */
  kill(): Promise<void>;
  /** Signs a person in, and tells the admin token. */
  enter(dashboard: Page): Promise<string>;
  /** Whether a user gets the new checkout where a Worker asks its binding. */
  readonly binding?: {
    use(app: string): Promise<void>;
    newCheckout(user: string): Promise<boolean>;
  };
  close(): Promise<void>;
}

/**
 * The main job: a flag that a teammate toggles in a browser and a service and a page see a moment later. Real processes, a real
 * browser, one server that is killed in the middle of it.
 */
export const story = (home: Home): void => {
  const cwd = mkdtempSync(join(tmpdir(), 'halyard-story-'));
  const USERS = 10_000;
  let port: number;
  let url: string;
  let service: Started;
  let shop: string;
  let shopPage: Awaited<ReturnType<typeof servePage>>;
  let browser: Browser;
  let dashboard: Page;
  let page: Page;
  let admin: string;
  let app: string;
  let insiders = '';

  const api = async (method: string, path: string, body?: unknown, token = admin) => {
    const response = await fetch(`${url}/client/v4/accounts/default/flagship${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = await response.json();
    expect(answer.errors, `${method} ${path}`).toEqual([]);
    return answer.result;
  };

  const checkout = async (query: string): Promise<boolean> =>
    (await (await fetch(`${shop}/checkout?${query}`)).json()).new;
  const everyone = async (): Promise<string> => (await fetch(`${shop}/everyone?n=${USERS}`)).text();
  const pageSays = async (): Promise<string | null> => page.textContent('body');

  const start = (): Promise<void> => home.start(port);
  /** The binding of a Worker says the same, where there is one. */
  const bound = async (expected: boolean): Promise<void> => {
    const { binding } = home;
    if (binding === undefined) return;
    await eventually(
      `the binding answers ${expected}`,
      async () => (await binding.newCheckout('ada')) === expected,
    );
  };

  beforeAll(async () => {
    port = await freePort();
    url = `http://127.0.0.1:${port}`;
    [browser, shopPage] = await Promise.all([launchChromium(), servePage()]);
  });

  afterAll(async () => {
    await browser?.close();
    await shopPage?.close();
    await service?.kill('SIGKILL');
    await home.close();
  });

  test('the server starts on nothing and a person signs in', async () => {
    await start();
    dashboard = await browser.newPage();
    admin = await home.enter(dashboard);
    app = (await api('POST', '/apps', { name: 'shop' })).id;
    await api('POST', `/apps/${app}/flags`, {
      key: 'new-checkout',
      description: 'The checkout in one page',
      enabled: false,
      variations: { on: true, off: false },
      default_variation: 'off',
      rules: [{ priority: 1, conditions: [], serve_variation: 'on' }],
    });
    await home.binding?.use(app);
    await dashboard.goto(`${url}/dashboard/`);
    await dashboard.getByRole('link', { name: 'shop' }).click();
    expect(await dashboard.getByRole('switch', { name: 'new-checkout' }).isChecked()).toBe(false);
    expect(dashboard.url()).not.toContain('hll_');
  });

  test('a service and a page install the providers and see the flag off', async () => {
    const forService = await api('POST', '/tokens', {
      name: 'checkout service',
      permission: 'config',
      app_ids: [app],
    });
    const forPage = await api('POST', '/tokens', {
      name: 'shop page',
      permission: 'evaluate',
      app_ids: [app],
      allowed_origins: [shopPage.origin],
    });
    await eventually('the edge knows the tokens', async () => {
      const headers = { authorization: `Bearer ${forPage.secret}`, origin: shopPage.origin };
      return (await fetch(`${url}/ofrep/v1/evaluate/flags`, { method: 'POST', headers })).status !== 401;
    });
    service = startNode('test/e2e/checkout-service.ts', [], {
      cwd,
      env: { FLAGS_URL: url, FLAGS_APP: app, FLAGS_TOKEN: forService.secret },
    });
    [, shop = ''] = await service.printed(/checkout on (\S+)/);
    expect(await checkout('user=ada')).toBe(false);
    page = await browser.newPage();
    await page.goto(`${shopPage.origin}/?flags=${encodeURIComponent(url)}&token=${forPage.secret}&user=ada`);
    await eventually('the page is rendered', async () => (await pageSays()) === 'old checkout');
    await bound(false);
  });

  test('a person toggles the flag: service and page change without restart', async () => {
    await dashboard.getByRole('switch', { name: 'new-checkout' }).click();
    await dashboard.getByRole('button', { name: 'Turn on' }).click();
    await Promise.all([
      eventually('the service serves the new checkout', () => checkout('user=ada')),
      eventually('the page shows the new checkout', async () => (await pageSays()) === 'new checkout'),
      bound(true),
    ]);
  });

  test.for([5, 25, 50, 100])('ramps to %i %: the share is right and nobody drops out', async (percentage) => {
    await dashboard.getByRole('link', { name: 'new-checkout' }).first().click();
    await dashboard.getByRole('button', { name: `${percentage}%`, exact: true }).click();
    const share = (text: string): number => ([...text].filter((c) => c === '1').length / USERS) * 100;
    let now = '';
    await eventually(`${percentage}% of ${USERS} users`, async () => {
      now = await everyone();
      return Math.abs(share(now) - percentage) <= 1;
    });
    for (let i = 0; i < insiders.length; i += 1) {
      if (insiders[i] === '1') expect(now[i], `user-${i} dropped out at ${percentage}%`).toBe('1');
    }
    insiders = now;
    if (percentage === 25) {
      await home.kill();
      expect(await everyone(), 'the service goes on while the server is down').toBe(now);
      await start();
      expect(await everyone()).toBe(now);
    }
    await dashboard.goto(`${url}/dashboard/`);
    await dashboard.getByRole('link', { name: 'shop' }).click();
  });

  test('a rule of nested AND and OR decides for the right users', async () => {
    const agent = await api('POST', '/tokens', {
      name: 'release agent',
      permission: 'write',
      app_ids: [app],
    });
    const flag = await api('GET', `/apps/${app}/flags/new-checkout`);
    await api(
      'PUT',
      `/apps/${app}/flags/new-checkout`,
      {
        ...flag,
        rules: [
          {
            priority: 1,
            conditions: [
              {
                logical_operator: 'OR',
                clauses: [
                  {
                    logical_operator: 'AND',
                    clauses: [
                      { attribute: 'plan', operator: 'equals', value: 'enterprise' },
                      { attribute: 'country', operator: 'equals', value: 'us' },
                    ],
                  },
                  { attribute: 'user.email', operator: 'ends_with', value: '@example.com' },
                ],
              },
            ],
            serve_variation: 'on',
          },
        ],
      },
      agent.secret,
    );
    await eventually('the rule decides', async () => !(await checkout('user=ada&plan=free&country=us')));
    const cases: [string, boolean][] = [
      ['user=1&plan=enterprise&country=us&email=a@corp.test', true],
      ['user=2&plan=enterprise&country=de&email=a@corp.test', false],
      ['user=3&plan=free&country=us&email=a@corp.test', false],
      ['user=4&plan=free&country=de&email=a@example.com', true],
      ['user=5&plan=free&country=de&email=a@example.com.evil.test', false],
      ['user=6', false],
    ];
    for (const [query, expected] of cases) expect(await checkout(query), query).toBe(expected);
    await eventually(
      'the page is back at the old checkout',
      async () => (await pageSays()) === 'old checkout',
    );
  });

  test('nothing is lost when the server is killed', async () => {
    const before = await api('GET', `/apps/${app}/flags/new-checkout`);
    await home.kill();
    expect(await checkout('user=4&email=a@example.com'), 'the service goes on').toBe(true);
    await start();
    expect(await api('GET', `/apps/${app}/flags/new-checkout`)).toEqual(before);
    await dashboard.goto(`${url}/dashboard/`);
    await dashboard.getByRole('link', { name: 'shop' }).click();
    await dashboard.getByRole('switch', { name: 'new-checkout' }).click();
    await dashboard.getByRole('button', { name: 'Turn off', exact: true }).click();
    await Promise.all([
      eventually(
        'the service follows the new process',
        async () => !(await checkout('user=4&email=a@example.com')),
      ),
    ]);
  });

  test('the changelog shows who did each of it, field by field', async () => {
    const log: { event: string; diff?: object; actor: { name: string } }[] = await api(
      'GET',
      `/apps/${app}/flags/new-checkout/changelog`,
    );
    expect(log.map(({ event, diff, actor }) => [event, actor.name, diff])).toEqual([
      ['update', 'admin', { enabled: { from: true, to: false } }],
      ['update', 'release agent', expect.objectContaining({ 'rules.1.conditions.0': expect.anything() })],
      ['update', 'admin', expect.anything()],
      ['update', 'admin', { 'rules.1.rollout.percentage': { from: 25, to: 50 } }],
      ['update', 'admin', { 'rules.1.rollout.percentage': { from: 5, to: 25 } }],
      ['update', 'admin', expect.anything()],
      ['update', 'admin', { enabled: { from: false, to: true } }],
      ['create', 'admin', undefined],
    ]);
    await dashboard.goto(`${url}/dashboard/`);
    await dashboard.getByRole('link', { name: 'shop' }).click();
    await dashboard.getByRole('link', { name: 'new-checkout' }).first().click();
    await dashboard.getByText('release agent').first().waitFor();
  });

  test('an auditor verifies the whole trail from outside', async () => {
    const auditor = startHalyard(['audit', 'verify'], {
      cwd,
      env: { HALYARD_URL: url, HALYARD_TOKEN: admin },
    });
    expect(await auditor.ended, auditor.stderr()).toBe(0);
    expect(auditor.stdout()).toMatch(/^shop \(\S+\): \d+ entries verified, last hash [0-9a-f]{64}$/m);
  });
};
