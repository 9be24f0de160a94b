import type { FlagsBinding } from '@halyard/providers/binding';
import { HalyardProvider } from '@halyard/providers/server';
import { OpenFeature } from '@openfeature/server-sdk';

interface Env {
  readonly FLAGS: FlagsBinding;
}

let ready: Promise<void> | undefined;

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const context = { targetingKey: new URL(request.url).searchParams.get('user') ?? 'anonymous' };

    const newCheckout = await env.FLAGS.getBooleanValue('new-checkout', false, context);

    // The same through OpenFeature; the provider is set once an isolate.
    ready ??= OpenFeature.setProviderAndWait(new HalyardProvider({ binding: env.FLAGS }));
    await ready;
    const banner = await OpenFeature.getClient().getStringValue('banner', 'Welcome', context);

    return Response.json({ newCheckout, banner });
  },
};
