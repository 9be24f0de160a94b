/** The limit: a Hono route that parses the body and answers bytes it was given. */
import { serve } from '@hono/node-server';
import { Hono } from 'hono';

const answer = process.env['ANSWER'] ?? '';
const app = new Hono();
app.post('/evaluate', async (c) => {
  await c.req.json();
  return c.body(answer, 200, { 'content-type': 'application/json' });
});
serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) =>
  console.log(`on http://127.0.0.1:${port}`),
);
