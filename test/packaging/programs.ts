/** A service with the OpenFeature SDK, as plain JavaScript. */
export const SERVICE = `import { HalyardProvider } from '@halyard/providers/server';
import { OpenFeature } from '@openfeature/server-sdk';

await OpenFeature.setProviderAndWait(
  new HalyardProvider({ url: process.env.URL, token: process.env.TOKEN, app: process.env.APP }),
);
const flags = OpenFeature.getClient();
console.log(await flags.getBooleanValue('checkout', false, { targetingKey: 'ada' }));
console.log((await flags.getStringDetails('banner', '')).reason);
await OpenFeature.close();
`;

/** The direct client, which needs no SDK at all. */
export const DIRECT = `import { createClient } from '@halyard/providers/client';

const flags = createClient({ url: process.env.URL, token: process.env.TOKEN, app: process.env.APP, file: './flags.json' });
await flags.ready();
console.log(flags.getBooleanValue('checkout', false, { targetingKey: 'ada' }));
console.log(flags.getStringDetails('banner', '').reason);
await flags.close();
`;

export const ANSWERS = 'true\nSTATIC\n';
