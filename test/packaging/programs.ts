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

/** The same in CommonJS, which may not await at its top. */
const commonJs = (program: string): string => {
  const lines = program.split('\n');
  const isImport = (line: string): boolean => line.startsWith('import ');
  const requires = lines
    .filter(isImport)
    .map((line) => line.replace(/^import (\{.*\}) from ('.*');$/, 'const $1 = require($2);'));
  const rest = lines.filter((line) => !isImport(line));
  return [...requires, '(async () => {', ...rest, '})();', ''].join('\n');
};
export const SERVICE_COMMONJS = commonJs(SERVICE);
export const DIRECT_COMMONJS = commonJs(DIRECT);

export const ANSWERS = 'true\nSTATIC\n';
