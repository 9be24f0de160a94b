/** A small shop's service, as somebody who installs Halyard would write it. Told by its environment where flags come from. */

import { HalyardProvider } from '@halyard/providers/server';
import { serve } from '@hono/node-server';
import { OpenFeature } from '@openfeature/server-sdk';
import { Hono } from 'hono';

const { FLAGS_URL = '', FLAGS_APP = '', FLAGS_TOKEN = '' } = process.env;

await OpenFeature.setProviderAndWait(
  new HalyardProvider({ url: FLAGS_URL, app: FLAGS_APP, token: FLAGS_TOKEN }),
);
const flags = OpenFeature.getClient();

const app = new Hono();

app.get('/checkout', async (c) => {
  const { user = '', plan = '', country = '', email = '' } = c.req.query();
  const details = await flags.getBooleanDetails('new-checkout', false, {
    targetingKey: user,
    plan,
    country,
    user: { email },
  });
  return c.json({ new: details.value, reason: details.reason, variant: details.variant });
});

/** Which of `user-0` … `user-{n - 1}` get the new checkout, one character each. */
app.get('/everyone', async (c) => {
  let text = '';
  for (let i = 0; i < Number(c.req.query('n')); i += 1) {
    const context = {
      targetingKey: `user-${i}`,
      plan: 'free',
      country: 'de',
      user: { email: `user-${i}@shop.test` },
    };
    text += (await flags.getBooleanValue('new-checkout', false, context)) ? '1' : '0';
  }
  return c.text(text);
});

serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => {
  console.log(`checkout on http://127.0.0.1:${port}`);
});
