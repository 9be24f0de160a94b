import { HalyardProvider } from '@halyard/providers/server';
import { OpenFeature } from '@openfeature/server-sdk';

interface Env {
  readonly FLAGS_URL: string;
  readonly FLAGS_APP: string;
  readonly FLAGS_TOKEN: string;
}

const logged: unknown[] = [];
const log = (...said: unknown[]): void => {
  logged.push(said.map(String).join(' '));
};
OpenFeature.setLogger({ error: log, warn: log, info: () => {}, debug: () => {} });

/** Sets a provider anew for each request, as nobody should, and tells what the SDK logged of it. */
export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    if (new URL(request.url).pathname === '/logged') return Response.json(logged);
    await OpenFeature.setProviderAndWait(
      new HalyardProvider({ mode: 'remote', url: env.FLAGS_URL, app: env.FLAGS_APP, token: env.FLAGS_TOKEN }),
    );
    const { value, errorMessage } = await OpenFeature.getClient().getBooleanDetails('new-checkout', false);
    return new Response(value ? 'the new checkout' : `the checkout: ${errorMessage}`);
  },
};
